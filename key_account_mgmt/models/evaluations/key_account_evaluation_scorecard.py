from decimal import Decimal

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..metrics.key_account_metric import UNCOLLECTED_SOURCES


class KeyAccountEvaluationLine(models.Model):
    """The scorecard: how a customer's points and tier came out, in the reader's language."""

    _inherit = "key.account.evaluation.line"

    scorecard_html = fields.Html("Scorecard", compute="_compute_scorecard_html", sanitize=False)
    reason_text = fields.Char("Reasons", compute="_compute_reason_text", help="Why the tier came out, as sentences.")

    @api.depends("reasons", "evaluation_id.policy", "override_tier_id", "override_reason")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for lines in self.grouped("evaluation_id").values():
            labels = lines._get_explainer_labels()
            for line in lines:
                line.reason_text = " ".join(line._get_reason_sentences(labels))

    def _get_explainer_labels(self, metric_codes=()):
        """The names that sentences about these lines use, looked up once for all lines of an evaluation."""
        return self.env["key.account.explainer"]._get_labels(self.evaluation_id.policy or {}, metric_codes)

    def _get_reason_sentences(self, labels):
        """Why the tier came out."""
        sentences = []
        if not self.in_population:
            sentences.append(self.env._("No business in the period, so the tier is not kept."))
        elif self.evaluation_id.policy:
            explainer = self.env["key.account.explainer"]
            sentences += explainer._get_reason_sentences(
                self.evaluation_id.policy, self.reasons or [], self.currency_id, labels
            )
        # As it was saved: one that is being typed is by nobody yet, and has no reason.
        saved = self._origin
        if saved.override_tier_id:
            sentences.append(
                self.env._(
                    "Overridden by %(user)s: %(reason)s", user=saved.override_user_id.name, reason=saved.override_reason
                )
            )
        return sentences

    @api.depends("facts", "points", "reasons", "grants", "tier_id", "override_tier_id", "override_reason")
    @api.depends_context("lang")
    def _compute_scorecard_html(self):
        for line in self:
            line.scorecard_html = self.env["ir.qweb"]._render(
                "key_account_mgmt.evaluation_scorecard", line._get_scorecard_values()
            )

    def _get_scorecard_values(self):
        """What the template of the scorecard shows."""
        metrics = self.env["key.account.metric"].with_context(active_test=False)
        codes = metrics.search([("source", "not in", UNCOLLECTED_SOURCES)]).mapped("code")
        labels = self._get_explainer_labels(codes)
        rows = self._get_scorecard_rows(labels)
        return {
            "line": self,
            "perspectives": self._group_scorecard_rows(rows),
            "has_perspectives": any(row["perspective"] for row in rows),
            "total": self._format_points(self.score),
            "total_max": self._format_points(sum((row["maximum"] for row in rows), Decimal(0))),
            "reasons": self._get_reason_sentences(labels),
            "facts": self._get_fact_rows(codes, labels),
        }

    def _get_scorecard_rows(self, labels):
        """One row per criterion of the frozen rules; none for customers who were not scored."""
        if not (self.in_population and self.evaluation_id.policy):
            return []
        return [self._get_scorecard_row(criterion, labels) for criterion in self.evaluation_id.policy["criteria"]]

    def _get_scorecard_row(self, criterion, labels):
        metric = criterion["metric"]
        points = Decimal((self.points or {}).get(criterion["key"]) or 0)
        maximum = Decimal(criterion["max_points"])
        return {
            "name": labels.criteria.get(criterion["key"]) or criterion["key"],
            "metric": labels.metrics[metric].name if metric in labels.metrics else metric,
            "value": self._format_fact(metric, labels),
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

    def _group_scorecard_rows(self, rows):
        """Rows by perspective with subtotals, in the order of the criteria."""
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

    def _get_fact_rows(self, codes, labels):
        """All frozen facts, in the order of ``codes``."""
        facts = self.facts or {}
        return [
            {"name": labels.metrics[code].name, "value": self._format_fact(code, labels)}
            for code in codes
            if facts.get(code) is not None
        ]

    def _format_fact(self, code, labels):
        """A frozen value as people read it; None when it is missing."""
        value = (self.facts or {}).get(code)
        if value is None:
            return None
        return self.env["key.account.explainer"]._format_value(code, value, self.currency_id, labels)

    def _format_points(self, points):
        """Points without needless decimals."""
        rounded = round(float(points), 2)
        return formatLang(self.env, rounded, digits=0 if rounded == int(rounded) else 2)
