from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# A picture each: more than a few help nobody, and each is a query.
MOST_PYRAMIDS = 8
PARTS = {"measure", "cut", "limits"}
NOBODY = (0, 0)
# Curry's customer pyramid.
DEFAULT_PYRAMIDS = [{"measure": "metric:revenue", "cut": "share", "limits": ["1", "4", "15", "80"]}]


class KeyAccountEvaluation(models.Model):
    """Value pyramids: the tiers, and whatever else the customers are measured by, each as levels of customers."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    # No decision: they can change whenever somebody wants to look at the same customers in another way.
    pyramids = fields.Json(
        "Value Pyramids",
        default=lambda self: DEFAULT_PYRAMIDS,
        help="What the pyramids beside that of the tiers measure, and how they are cut.",
    )

    @api.constrains("pyramids")
    def _check_pyramids(self):
        for evaluation in self:
            pyramids = evaluation._get_some_pyramids(evaluation.pyramids or [])
            problem = next(filter(None, map(evaluation._get_pyramid_problem, pyramids)), None)
            if problem:
                raise ValidationError(problem)

    def _get_some_pyramids(self, pyramids):
        """These, when they are not too many."""
        if not isinstance(pyramids, list) or len(pyramids) > MOST_PYRAMIDS:
            raise ValidationError(self.env._("An evaluation has %s pyramids at most. Remove one first.", MOST_PYRAMIDS))
        return pyramids

    def _get_pyramid_problem(self, pyramid):
        """Why it cannot be drawn, or False. A measure may come and go with the rules: that is told in its picture."""
        if not isinstance(pyramid, dict) or set(pyramid) != PARTS or not isinstance(pyramid["measure"], str):
            return self.env._("A pyramid needs a measure, a cut and limits. Choose them on the evaluation.")
        try:
            self._get_levels(pyramid["cut"], pyramid["limits"])
        except UserError as error:
            return str(error)
        return False

    # -------------------------------------------------------------------------
    # Pictures
    # -------------------------------------------------------------------------

    def get_pyramids(self, pyramids=None):
        """What the page of pyramids shows, as texts in the user's language. For those who see all customers.

        :param pyramids: those that are being edited, instead of the stored ones
        :return: ``{"measures": [[group, [[measure, name], …]], …], "tiers": picture, "pyramids": [picture, …]}``.
            A picture is ``{"title", "problem", "levels": [level, …], "others": [level, …]}``, with a problem nothing
            else; ``others`` are those outside of the pyramid. A level is ``{"label", "customers", "revenue", "share",
            "width", "part"}``: its share of the revenue as text and as 0..100, and what ``action_open_level`` takes.
        """
        self.ensure_one()
        self._check_sees_all()
        pyramids = self._get_some_pyramids((self.pyramids or []) if pyramids is None else pyramids)
        groups = self._get_measures()
        names = {measure: name for _group, measures in groups for measure, name in measures.items()}
        return {
            "measures": [[group, [[*item] for item in measures.items()]] for group, measures in groups],
            "tiers": self._get_tier_picture(),
            "pyramids": [self._get_pyramid_picture(pyramid, names) for pyramid in pyramids],
        }

    def _get_tier_picture(self):
        """The tiers of the rule set, those that nobody got too; customers without a tier stand outside."""
        rows = {row["tier"]: (row["customers"], row["revenue"]) for row in self._get_summary_rows()}
        nobody = self.env["key.account.tier"]
        tiers = (self.ruleset_id.tier_ids | nobody.union(*rows)).sorted("rank")
        levels = [(tier.name, {"tier": tier.id}, rows.get(tier, NOBODY)) for tier in tiers]
        others = [(self.env._("No tier"), {"tier": False}, rows.get(nobody, NOBODY))]
        return self._get_picture(self.env._("Tiers"), levels, others)

    def _get_pyramid_picture(self, pyramid, names):
        """What a pyramid measures; one that cannot be drawn says why, and the others are drawn all the same."""
        problem = self._get_pyramid_problem(pyramid)
        title = names.get(pyramid["measure"]) if not problem else None
        if not problem and not title:
            problem = self.env._("This evaluation does not measure that any more. Choose something else.")
        if problem:
            return {"title": title or self.env._("Pyramid"), "problem": problem, "levels": [], "others": []}
        return self._get_measured_picture(title, pyramid)

    def _get_measured_picture(self, title, pyramid):
        figures = self._read_levels(**pyramid)
        labels = self._get_level_labels(**pyramid)
        parts = {level: {"levels": [{**pyramid, "level": level}]} for level in [*range(len(labels)), None]}
        levels = [(label, parts[level], figures.get(level, NOBODY)) for level, label in enumerate(labels)]
        others = [(self.env._("No value"), parts[None], figures.get(None, NOBODY))]
        return self._get_picture(title, levels, others)

    def _get_picture(self, title, levels, others):
        """The texts of a picture.

        :param levels: ``(label, part, (customers, revenue))`` of each level; ``others`` likewise, left out when empty
        """
        total = sum(revenue for _label, _part, (_customers, revenue) in levels + others if revenue > 0)
        return {
            "title": title,
            "problem": False,
            "levels": [self._get_picture_level(*level, total) for level in levels],
            "others": [self._get_picture_level(*level, total) for level in others if level[2][0]],
        }

    def _get_picture_level(self, label, part, figures, total):
        formatter = self.env["key.account.formatter"]
        customers, revenue = figures
        share = Decimal(revenue) * 100 / Decimal(total) if total else None
        return {
            "label": label,
            "customers": customers and formatter._format_number(customers),
            "revenue": formatter._format_amount(revenue, self.currency_id),
            "share": formatter._format_percentage(share, 1) if share is not None else "",
            "width": min(max(float(share or 0), 0.0), 100.0),
            "part": part,
        }
