"""Value pyramids: the levels of the tiers, and of every other chosen measure."""

from decimal import Decimal

from odoo.exceptions import UserError, ValidationError

from ..evaluations.evaluation_summary import EvaluationSummary
from .evaluation_levels import EvaluationLevels

# Each pyramid is a picture and a query; more than a few are of no use to readers.
MOST_PYRAMIDS = 8
PARTS = {"measure", "cut", "limits"}
NO_CUSTOMERS = (0, 0)


class EvaluationPyramids:
    """Some pyramids of one evaluation: the stored ones, or those that a user is editing."""

    def __init__(self, evaluation, pyramids):
        """Refuse too many pyramids, which a remote call may send."""
        self.evaluation = evaluation
        self.env = evaluation.env
        self.formatter = self.env["key.account.formatter"]
        if not isinstance(pyramids, list) or len(pyramids) > MOST_PYRAMIDS:
            raise ValidationError(self.env._("An evaluation has %s pyramids at most. Remove one first.", MOST_PYRAMIDS))
        self.pyramids = pyramids

    def get_problem(self):
        """Return why a pyramid is invalid, of the first one that is; None if all are valid."""
        return next(filter(None, map(self._get_problem, self.pyramids)), None)

    def _get_problem(self, pyramid):
        """Return why a pyramid is invalid, or False. A measure missing from the rules is reported in its picture."""
        if not isinstance(pyramid, dict) or set(pyramid) != PARTS or not isinstance(pyramid["measure"], str):
            return self.env._("A pyramid needs a measure, a cut and limits. Choose them on the evaluation.")
        try:
            levels = EvaluationLevels(self.evaluation, **pyramid).levels
        except UserError as error:
            return str(error)
        return not levels

    # -------------------------------------------------------------------------
    # Pictures
    # -------------------------------------------------------------------------

    def get_values(self):
        """Return the page of pyramids, as described by ``get_pyramids`` of the evaluation."""
        groups = self.evaluation._get_measures()
        names = {measure: name for _group, measures in groups for measure, name in measures.items()}
        return {
            "measures": [[group, [[*item] for item in measures.items()]] for group, measures in groups],
            "tiers": self._get_tier_picture(),
            "pyramids": [self._get_pyramid_picture(pyramid, names) for pyramid in self.pyramids],
        }

    def _get_tier_picture(self):
        """Return the tiers of the rule set, including empty ones; customers without a tier stand outside."""
        rows = {
            row["tier"]: (row["customers"], row["revenue"]) for row in EvaluationSummary(self.evaluation).get_rows()
        }
        no_tier = self.env["key.account.tier"]
        tiers = (self.evaluation.ruleset_id.tier_ids | no_tier.union(*rows)).sorted("rank")
        levels = [(tier.name, {"tier": tier.id}, rows.get(tier, NO_CUSTOMERS)) for tier in tiers]
        others = [(self.env._("No tier"), {"tier": False}, rows.get(no_tier, NO_CUSTOMERS))]
        return self._get_picture(self.env._("Tiers"), levels, others)

    def _get_pyramid_picture(self, pyramid, names):
        """Return the picture of a pyramid; one that cannot be drawn states why, without affecting the others."""
        problem = self._get_problem(pyramid)
        title = names.get(pyramid["measure"]) if not problem else None
        if not problem and not title:
            problem = self.env._("This evaluation no longer measures that. Choose something else.")
        if problem:
            return {"title": title or self.env._("Pyramid"), "problem": problem, "levels": [], "others": []}
        return self._get_measured_picture(title, pyramid)

    def _get_measured_picture(self, title, pyramid):
        found = EvaluationLevels(self.evaluation, **pyramid)
        figures, labels = found.read_figures(), found.get_labels()
        parts = {level: {"levels": [{**pyramid, "level": level}]} for level in [*range(len(labels)), None]}
        levels = [(label, parts[level], figures.get(level, NO_CUSTOMERS)) for level, label in enumerate(labels)]
        others = [(self.env._("No value"), parts[None], figures.get(None, NO_CUSTOMERS))]
        return self._get_picture(title, levels, others)

    def _get_picture(self, title, levels, others):
        """Return the texts of a picture.

        :param levels: ``(label, part, (customers, revenue))`` of each level; ``others`` likewise, left out if empty
        """
        total = sum(revenue for _label, _part, (_customers, revenue) in levels + others if revenue > 0)
        return {
            "title": title,
            "problem": False,
            "levels": [self._get_picture_level(*level, total) for level in levels],
            "others": [self._get_picture_level(*level, total) for level in others if level[2][0]],
        }

    def _get_picture_level(self, label, part, figures, total):
        customers, revenue = figures
        share = Decimal(revenue) * 100 / Decimal(total) if total else None
        return {
            "label": label,
            "customers": customers and self.formatter._format_number(customers),
            "revenue": self.formatter._format_amount(revenue, self.evaluation.currency_id),
            "share": self.formatter._format_percentage(share, 1) if share is not None else "",
            "width": min(max(float(share or 0), 0.0), 100.0),
            "part": part,
        }
