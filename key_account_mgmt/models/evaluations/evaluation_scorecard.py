"""The scorecard: the derivation of a customer's points and tier, as template values in the reader's language."""

from decimal import Decimal

from odoo.tools.misc import formatLang

from ...rules import corners
from ..metrics.key_account_metric import UNCOLLECTED_SOURCES
from .evaluation_benefit import TierBenefits
from .evaluation_run import EvaluationRun

RADIUS = 100.0
# The distance from the top of the picture to its centre, and the space below the lowest label.
TOP, BELOW = 135, 23
RINGS = (25, 50, 75, 100)


class Scorecard:
    """One evaluation line with the names that its scorecard uses, looked up once."""

    def __init__(self, line):
        self.line = line
        self.env = line.env
        self.policy = line.evaluation_id.policy
        self.formatter = self.env["key.account.formatter"]
        metrics = self.env["key.account.metric"].with_context(active_test=False)
        self.codes = metrics.search([("source", "not in", UNCOLLECTED_SOURCES)]).mapped("code")
        self.labels = line._get_explainer_labels(self.codes)

    # -------------------------------------------------------------------------
    # Points
    # -------------------------------------------------------------------------

    def get_points(self):
        """Return the points by criterion and perspective, as a table and as a radar."""
        rows = self._get_rows()
        groups = self._group_rows(rows)
        return {
            "perspectives": groups,
            # The subtotal of the only perspective would repeat the total, and the total of one row its points.
            "has_perspectives": len(groups) > 1,
            "has_total": len(rows) > 1,
            "total": self._format_points(self.line.score),
            "total_max": self._format_points(sum((row["maximum"] for row in rows), Decimal(0))),
            "radar": self._get_radar_values(groups),
        }

    def _get_rows(self):
        """Return one row per criterion of the frozen rules; none for customers that were not scored."""
        if not (self.line.in_population and self.policy):
            return []
        return [self._get_row(criterion) for criterion in self.policy["criteria"]]

    def _get_row(self, criterion):
        metric = criterion["metric"]
        points = Decimal((self.line.points or {}).get(criterion["key"]) or 0)
        maximum = Decimal(criterion["max_points"])
        return {
            "name": self.labels.criteria.get(criterion["key"]) or criterion["key"],
            "metric": self.labels.metrics[metric].name if metric in self.labels.metrics else metric,
            "value": self._format_fact(metric),
            "perspective": criterion.get("perspective") or "",
            "points": points,
            "maximum": maximum,
            **self._get_bar_values(points, maximum),
        }

    def _get_bar_values(self, points, maximum):
        return {
            "points_text": self._format_points(points),
            "maximum_text": self._format_points(maximum),
            "width": round(100 * points / maximum) if maximum else 0,
        }

    def _group_rows(self, rows):
        """Group the rows by perspective with subtotals, in the order of the criteria."""
        names = {
            item.code: item.name
            for item in self.env["key.account.perspective"].search(
                [("code", "in", list({row["perspective"] for row in rows}))]
            )
        }
        groups = {}
        for row in rows:
            groups.setdefault(row["perspective"], []).append(row)
        return [
            {
                "code": code,
                "name": names.get(code, code) or self.env._("Other criteria"),
                "rows": members,
                **self._get_bar_values(sum(row["points"] for row in members), sum(row["maximum"] for row in members)),
            }
            for code, members in groups.items()
        ]

    def _format_points(self, points):
        """Format points without trailing zeros."""
        rounded = round(float(points), 2)
        return formatLang(self.env, rounded, digits=0 if rounded == int(rounded) else 2)

    def _get_radar_values(self, groups):
        """Return the values of the radar, or None with fewer than three perspectives.

        :param groups: those of the scorecard; criteria without a perspective get no axis
        """
        axes = [group for group in groups if group["code"]]
        if len(axes) < 3:
            return None
        labels = corners([RADIUS + 12] * len(axes))
        return {
            # The height of the drawing depends on its labels: with three axes the bottom stays empty.
            "height": TOP + max(label.y for label in labels) + BELOW,
            "rings": [_draw([RADIUS * ring / 100] * len(axes)) for ring in RINGS],
            "spokes": corners([RADIUS] * len(axes)),
            "shape": _draw([RADIUS * axis["width"] / 100 for axis in axes]),
            "dots": corners([RADIUS * axis["width"] / 100 for axis in axes]),
            "labels": [
                {"name": axis["name"], "share": self.formatter._format_percentage(axis["width"]), "at": place}
                for axis, place in zip(axes, labels, strict=True)
            ],
        }

    # -------------------------------------------------------------------------
    # The result before
    # -------------------------------------------------------------------------

    def get_comparison(self, previous):
        """Return this result and the previous one; nothing without a previous one.

        :param previous: line of the same customer, if any
        """
        return [self._get_result_values(line) for line in (self.line, *previous)] if previous else []

    def _get_result_values(self, line):
        return {
            "name": line.evaluation_id.name,
            "tier": line.tier_id.name,
            "score": self._format_points(line.score) if line.in_population else "",
            "rank": line.rank if line.in_population else "",
        }

    # -------------------------------------------------------------------------
    # Credit limit and rewards
    # -------------------------------------------------------------------------

    def get_grants(self):
        """Return the proposed credit limit and rewards; None if nothing is granted, or they are switched off."""
        grants = (self.env["key.account.part"]._is_on("credit") and self.line.grants) or {}
        return {
            "credit": grants.get("credit") and self._get_credit_values(grants["credit"]),
            "rewards": [self._get_reward_values(reward) for reward in grants.get("rewards", [])],
        }

    def _get_credit_values(self, credit):
        """Return the template's values of a new credit limit."""
        return {
            "limit": self._format_grant(credit["limit"]),
            "current": self._format_grant(credit["current"]) or self.env._("none"),
            "reasons": self.line._get_grant_sentences(credit, self.labels),
        }

    def _get_reward_values(self, reward):
        """Return the template's values of a reward, named as the current rule while that rule is the same."""
        kinds = dict(self.env["key.account.rule"]._fields["reward"]._description_selection(self.env))
        return {
            "name": self.labels.rules.get(reward["rule"]) or reward["name"],
            "kind": kinds.get(reward["kind"], reward["kind"]),
            "amount": self._format_grant(reward["amount"]),
            "cost": self._format_grant(reward["cost"]),
            "reasons": self.line._get_grant_sentences(reward, self.labels),
        }

    def _format_grant(self, amount):
        """Format an amount of money; None stays None."""
        return amount and self.formatter._format_amount(amount, self.line.currency_id, trim=True)

    # -------------------------------------------------------------------------
    # Payment terms and pricelist
    # -------------------------------------------------------------------------

    def get_benefits(self):
        """Return the rows of payment terms and pricelist: those that change, or that applying changed."""
        benefits = TierBenefits(self.line.evaluation_id)
        if not self.line.outcome:
            changes = self._get_coming_benefits(benefits)
        elif self.line.outcome == "applied":
            changes = self._get_replaced_benefits()
        else:
            changes = {}
        labels = benefits.get_labels()
        nothing = self.env._("none")
        return [
            {"name": labels[field], "after": after.display_name or nothing, "before": before.display_name or nothing}
            for field, (before, after) in changes.items()
        ]

    def _get_coming_benefits(self, benefits):
        """Return ``{field of the customer: (current record, record of the tier)}``."""
        # sudo: a user who may read the line may read what it is about to change
        customer = self.line.partner_id.sudo().commercial_partner_id.with_company(self.line.company_id)
        return {
            field: (customer[field], record)
            for field, record in benefits.get_by_tier().get(self.line.tier_id.id, {}).items()
            if customer and customer[field] != record and benefits.is_usable(record)
        }

    def _get_replaced_benefits(self):
        """Return ``{field of the customer: (previous record, record that was given)}``; deleted records are empty."""
        return {
            field: tuple(
                # sudo: a user who may read the line may read what it has changed
                self.env["res.partner"][field].sudo().browse(change[when] or []).exists()
                for when in ("before", "after")
            )
            for field, change in (self.line.replaced_benefits or {}).items()
        }

    # -------------------------------------------------------------------------
    # Facts
    # -------------------------------------------------------------------------

    def get_facts(self):
        """Return all frozen facts, in the order of metrics; those that the rules use are marked."""
        facts = self.line.facts or {}
        used = EvaluationRun(self.line.evaluation_id).evaluator.metrics if self.policy else ()
        return [
            {"name": self.labels.metrics[code].name, "value": self._format_fact(code), "used": code in used}
            for code in self.codes
            if facts.get(code) is not None
        ]

    def _format_fact(self, code):
        """Format a frozen value for readers; None when it is missing."""
        value = (self.line.facts or {}).get(code)
        if value is None:
            return None
        return self.env["key.account.explainer"]._format_value(code, value, self.line.currency_id, self.labels)

    def get_fit(self):
        """Return the basis of the fit score, from the frozen profiles; None if the rules do not use the fit."""
        tables = self.line.evaluation_id.profile_snapshot
        if not (self.line.fit and tables):
            return None
        return self.env["key.account.fit.explanation"]._get_values(tables, self.line.fit)


def _draw(lengths):
    """Return the corners in the notation of SVG."""
    return " ".join(f"{corner.x},{corner.y}" for corner in corners(lengths))
