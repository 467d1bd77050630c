from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from .key_account_evaluation_line import MOVEMENTS


class KeyAccountEvaluation(models.Model):
    """The summary for readers: counts by tier and movement, and notices to check before the next step."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    summary_html = fields.Html("Result", compute="_compute_summary_html", sanitize=False)
    notice_html = fields.Html("Notices", compute="_compute_notice_html", sanitize=False)

    # -------------------------------------------------------------------------
    # Result by tier
    # -------------------------------------------------------------------------

    @api.depends("line_ids.tier_id", "line_ids.decided", "state")
    @api.depends_context("lang")
    def _compute_summary_html(self):
        for evaluation in self:
            rows = evaluation._get_summary_rows() if evaluation.state != "draft" else []
            evaluation.summary_html = evaluation._render_summary(rows) if rows else False

    def _get_summary_rows(self):
        """Count the lines by tier and movement.

        :return: rows for ``_render_summary``
        """
        groups = self.env["key.account.evaluation.line"]._read_group(
            [("evaluation_id", "=", self.id), ("decided", "=", True)],
            ["tier_id", "movement", "in_population", "vetoed"],
            ["__count", "revenue:sum"],
        )
        rows = [
            {
                "tier": tier,
                "movement": movement,
                "vetoed": vetoed,
                "count": count,
                "revenue": revenue,
                "in_population": inside,
            }
            for tier, movement, inside, vetoed, count, revenue in groups
        ]
        return self._get_tier_rows(rows)

    @api.model
    def _get_tier_rows(self, groups):
        """Combine groups into one row per tier, the best first, lines without a tier last.

        :param groups: dicts of ``tier`` (record), ``movement``, ``vetoed``, ``count``, ``revenue``, ``in_population``
        """
        total = sum(group["revenue"] for group in groups if group["revenue"] > 0)
        rows = {}
        for group in groups:
            row = rows.setdefault(group["tier"], self._prepare_tier_row(group["tier"]))
            row["movements"][group["movement"]] += group["count"]
            row["vetoes"] += group["count"] if group["vetoed"] else 0
            if group["in_population"]:
                row["customers"] += group["count"]
                row["revenue"] += group["revenue"]
        for row in rows.values():
            row["share"] = 100.0 * float(row["revenue"]) / float(total) if total else 0.0
        return sorted(rows.values(), key=lambda row: (not row["tier"], row["tier"].rank))

    @api.model
    def _prepare_tier_row(self, tier):
        return {
            "tier": tier,
            "customers": 0,
            "revenue": 0,
            "vetoes": 0,
            "movements": dict.fromkeys((movement for movement, _label in MOVEMENTS), 0),
        }

    @api.model
    def _render_summary(self, rows, currency=None):
        """Render the table of tiers, for the evaluation and for a preview.

        :param rows: as ``_get_tier_rows`` returns them
        """
        labels = dict(self.env["key.account.evaluation.line"]._fields["movement"]._description_selection(self.env))
        currency = currency or self.currency_id
        return self.env["ir.qweb"]._render(
            "key_account_mgmt.evaluation_summary",
            {
                "rows": rows,
                # Only movements that occur: in a first evaluation no customer moves up or down.
                "movements": {
                    movement: labels[movement]
                    for movement, _label in MOVEMENTS
                    if any(row["movements"][movement] for row in rows)
                },
                "format_amount": lambda amount: formatLang(self.env, float(amount), currency_obj=currency),
                "format_number": lambda number: formatLang(self.env, number, digits=0),
                "format_pct": lambda number: self.env._("%(number)s %%", number=formatLang(self.env, number, digits=1)),
            },
        )

    def _get_counts_text(self):
        """Return the result in one line for the chatter: "Customers: 20 (A 3, B 4, C 13). Vetoes: 1. Overrides: 0."."""
        rows = self._get_summary_rows()
        tiers = self.env["key.account.formatter"]._format_list(
            f"{row['tier'].name} {row['customers']}" for row in rows if row["tier"]
        )
        overrides = self.env["key.account.evaluation.line"].search_count(
            [("evaluation_id", "=", self.id), ("override_tier_id", "!=", False)]
        )
        return self.env._(
            "Customers: %(customers)s (%(tiers)s). Vetoes: %(vetoes)s. Overrides: %(overrides)s.",
            customers=sum(row["customers"] for row in rows),
            tiers=tiers or self.env._("no tiers"),
            vetoes=sum(row["vetoes"] for row in rows),
            overrides=overrides,
        )

    @api.model
    def _get_list_html(self, sentences):
        """Format sentences for the chatter: one as it is, several as a list."""
        if len(sentences) == 1:
            return sentences[0]
        return Markup("<ul>%s</ul>") % Markup("").join(Markup("<li>%s</li>") % sentence for sentence in sentences)

    # -------------------------------------------------------------------------
    # Lines
    # -------------------------------------------------------------------------

    def action_open_lines(self):
        """Open the list of lines to review, grouped by tier."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        return {
            **action,
            "name": self.name,
            "domain": [("evaluation_id", "=", self.id)],
            "context": {"search_default_group_tier": 1, "default_evaluation_id": self.id},
        }

    # -------------------------------------------------------------------------
    # Notices before the next step: gaps, appraisals, budgets, and other evaluations of the same period
    # -------------------------------------------------------------------------

    @api.depends(
        lambda self: ("missing_counts", "date_from", "date_to", "company_id", "state", *self._get_budget_fields())
    )
    @api.depends_context("lang")
    def _compute_notice_html(self):
        for evaluation in self:
            notices = evaluation._get_notices()
            evaluation.notice_html = (
                Markup("").join(Markup("<div>%s</div>") % notice for notice in notices) if notices else False
            )

    def _get_notices(self):
        """Return all notices, as sentences, in the order of display."""
        return [
            *self._get_missing_notices(),
            *self._get_appraisal_notices(),
            *self._get_budget_notices(),
            *self._get_overlap_notices(),
        ]

    # Hooks: the room of awards adds the budgets that an evaluation exceeds.

    @api.model
    def _get_budget_fields(self):
        """Return the names of the fields that ``_get_budget_notices`` reads. None here."""
        return ()

    def _get_budget_notices(self):
        """Return the budgets that the evaluation exceeds, as sentences. None here."""
        return []

    def _get_missing_notices(self):
        """Return notices of missing values. After approval they are history and not returned."""
        if self.state not in ("computed", "in_review") or not self.missing_counts:
            return []
        metrics = self.env["key.account.metric"].with_context(active_test=False)
        names = {metric.code: metric for metric in metrics.search([("code", "in", list(self.missing_counts))])}
        return [self._get_missing_sentence(names.get(code), code, count) for code, count in self.missing_counts.items()]

    def _get_missing_sentence(self, metric, code, count):
        sentence = self.env._(
            "%(metric)s has no value for %(count)s of %(total)s customers.",
            metric=metric.name if metric else code,
            count=count,
            total=self.line_count,
        )
        if metric and metric.source in ("manual", "target", "expectation"):
            sentence += " " + self.env._("Enter the missing values, reset to draft and compute again.")
        return sentence

    def _get_appraisal_notices(self):
        """Return notices of missing appraisals of the period; once the evaluation has lines, only of its customers."""
        if self.state not in ("draft", "computed", "in_review") or not (self.date_from and self.date_to):
            return []
        # sudo: readers of the evaluation need no access to the appraisals; they are only counted by appraiser
        groups = self.env["key.account.appraisal"].sudo()._read_group(self._get_open_domain(), ["user_id"], ["__count"])
        if not groups:
            return []
        return [
            self.env._(
                "Appraisals of the period still to do: %(count)s (%(appraisers)s). Until they are done, their grades do"
                " not count.",
                count=sum(count for _user, count in groups),
                appraisers=self.env["key.account.formatter"]._format_list(
                    f"{user.name} {count}" for user, count in groups
                ),
            )
        ]

    def _get_open_domain(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "draft"),
            ("date_from", ">=", self.date_from),
            ("date_to", "<=", self.date_to),
        ]
        if self.state == "draft":
            return domain
        # sudo: open appraisals are counted for all customers of the evaluation
        lines = self.env["key.account.evaluation.line"].sudo()._search([("evaluation_id", "=", self._origin.id)])
        return [*domain, ("partner_id", "in", lines.subselect("partner_id"))]

    def _get_overlap_notices(self):
        others = self._get_same_period_evaluations(self.company_id, self.date_from, self.date_to) - self._origin
        if not others:
            return []
        return [
            self.env._(
                "Evaluated more than once, with the same period: %(others)s. The evaluation applied last counts.",
                others=self.env["key.account.formatter"]._format_list(others.mapped("display_name")),
            )
        ]

    @api.model
    def _get_same_period_evaluations(self, company, date_from, date_to):
        """Return the evaluations of exactly that period, except reverted ones."""
        if not (company and date_from and date_to):
            return self.browse()
        return self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "=", date_from),
                ("date_to", "=", date_to),
                ("state", "!=", "reverted"),
            ]
        )
