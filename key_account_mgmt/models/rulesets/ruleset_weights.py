"""The required and the actual sum of the criteria's maximum points, also while the user edits rows."""

from decimal import Decimal

from ...rules import weights_problem
from ..shared.numbers import exact_text


def format_perspective_weights(ruleset):
    """Return points by perspective, such as “Finance 30, Sales 30”; False if the criteria have no perspectives."""
    weights = {}
    for criterion in ruleset.criterion_ids.filtered("active"):
        name = criterion.perspective_id.name
        weights[name] = weights.get(name, 0) + Decimal(exact_text(criterion.max_points))
    if not any(weights):
        return False
    return ruleset.env["key.account.policy.error.text"]._format_weights(
        (name or ruleset.env._("None"), points) for name, points in weights.items()
    )


def get_weights_warning(ruleset):
    """Return why the points of the rows do not add up, as a sentence; None if they do."""
    rows = ruleset.criterion_ids.filtered("active")
    # New rows have keys already, but the user may type the same key twice; the position is unique.
    weights = {str(number): Decimal(exact_text(row.max_points)) for number, row in enumerate(rows)}
    problem = weights_problem(Decimal(exact_text(ruleset.weights_total)) or None, weights)
    if not problem:
        return None
    criteria = [{"key": str(number), "name": row.name or ""} for number, row in enumerate(rows)]
    [sentence] = ruleset.env["key.account.policy.error.text"]._get_sentences([problem], {"criteria": criteria})
    return sentence
