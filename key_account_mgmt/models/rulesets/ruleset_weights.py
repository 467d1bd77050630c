"""What the maximum points of the criteria have to add up to, and what they do, also while rows are typed."""

from decimal import Decimal

from ...rules import weights_problem
from ..shared.numbers import exact_text


def format_perspective_weights(ruleset):
    """Such as “Finance 30, Sales 30”; nothing where the criteria have no perspectives."""
    weights = {}
    for criterion in ruleset.criterion_ids.filtered("active"):
        name = criterion.perspective_id.name
        weights[name] = weights.get(name, 0) + Decimal(exact_text(criterion.max_points))
    if not any(weights):
        return False
    return ruleset.env["key.account.problem"]._format_weights(
        (name or ruleset.env._("None"), points) for name, points in weights.items()
    )


def get_weights_warning(ruleset):
    """Why the points of the rows do not add up, as a sentence; None: they do."""
    rows = ruleset.criterion_ids.filtered("active")
    # Rows that were just added have their keys, but the same one may be typed twice: the position is unique.
    weights = {str(number): Decimal(exact_text(row.max_points)) for number, row in enumerate(rows)}
    problem = weights_problem(Decimal(exact_text(ruleset.weights_total)) or None, weights)
    if not problem:
        return None
    criteria = [{"key": str(number), "name": row.name or ""} for number, row in enumerate(rows)]
    [sentence] = ruleset.env["key.account.problem"]._get_sentences([problem], {"criteria": criteria})
    return sentence
