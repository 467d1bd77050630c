from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..shared.access import TOTALS_READERS


class KeyAccountEvaluation(models.Model):
    """What an evaluation would grant, and has granted, against its budgets."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    award_summary_html = fields.Html(
        "Grants", compute="_compute_award_summary_html", sanitize=False, groups=TOTALS_READERS
    )

    @api.depends("line_ids.grants", "award_ids.state", "award_ids.cost", "award_budget", "state")
    @api.depends_context("lang")
    def _compute_award_summary_html(self):
        for evaluation in self:
            rows = evaluation._get_award_rows() if evaluation.state != "draft" else []
            evaluation.award_summary_html = evaluation._render_award_summary(rows) if rows else False

    def _get_award_rows(self):
        """Rules that grant something: dicts of ``name``, ``is_credit``, ``count``, ``amount``, ``raise``, ``budget``,
        ``over``; amounts are exact Decimals in company currency. Before applying from the lines, then from awards."""
        names, budgets = self._get_award_rule_names(), self._get_reward_budgets()
        rows = []
        for rule, is_credit, count, amount, before in self._get_award_totals():
            _name, budget = budgets.get(rule, (None, None)) if not is_credit else (None, None)
            rows.append(
                {
                    "name": names.get(rule, rule),
                    "is_credit": is_credit,
                    "count": count,
                    "amount": amount,
                    "raise": amount - before if is_credit else None,
                    "budget": budget,
                    "over": budget is not None and amount > budget,
                }
            )
        return sorted(rows, key=lambda row: (not row["is_credit"], row["name"]))

    def _get_award_totals(self):
        """``[(rule key, is credit, count, sum, sum of the limits before)]``, exact."""
        self.env["key.account.evaluation.line"].flush_model()
        self.env["key.account.award"].flush_model()
        granted = self._get_awarded_sql() if self.award_ids else self._get_granted_sql()
        # As text: numbers of the database would come as floats.
        query = SQL("SELECT rule, is_credit, count, amount::text, before::text FROM (%s) AS granted", granted)
        return [
            (rule, is_credit, count, Decimal(amount), Decimal(before))
            for rule, is_credit, count, amount, before in self.env.execute_query(query)
        ]

    def _get_granted_sql(self):
        return SQL(
            """
            SELECT line.grants->'credit'->>'rule' AS rule, TRUE AS is_credit, COUNT(*) AS count,
                   SUM((line.grants->'credit'->>'limit')::numeric) AS amount,
                   SUM(COALESCE((line.grants->'credit'->>'current')::numeric, 0)) AS before
              FROM key_account_evaluation_line line
             WHERE line.evaluation_id = %(evaluation)s AND line.grants->'credit'->>'rule' IS NOT NULL
          GROUP BY 1
             UNION ALL
            SELECT reward->>'rule', FALSE, COUNT(*),
                   SUM(COALESCE((reward->>'cost')::numeric, (reward->>'amount')::numeric, 0)), 0
              FROM key_account_evaluation_line line, jsonb_array_elements(line.grants->'rewards') reward
             WHERE line.evaluation_id = %(evaluation)s AND jsonb_typeof(line.grants->'rewards') = 'array'
               AND reward->>'kind' <> 'none'
          GROUP BY 1
            """,
            evaluation=self.id,
        )

    def _get_awarded_sql(self):
        """What is proposed and granted; not what was refused, taken back or expired."""
        return SQL(
            """
            SELECT rule_key AS rule, kind = 'credit' AS is_credit, COUNT(*) AS count,
                   SUM(CASE WHEN kind <> 'credit' THEN COALESCE(cost, 0)
                            WHEN state = 'proposed' THEN proposed
                            ELSE approved_amount END) AS amount,
                   SUM(COALESCE(limit_before, 0)) AS before
              FROM key_account_award
             WHERE evaluation_id = %s AND state NOT IN ('refused', 'reverted', 'expired')
          GROUP BY 1, 2
            """,
            self.id,
        )

    def _render_award_summary(self, rows):
        formatter = self.env["key.account.formatter"]
        total = sum((row["amount"] for row in rows if not row["is_credit"]), Decimal(0))
        budget = self._get_total_budget()
        return self.env["ir.qweb"]._render(
            "key_account_mgmt.award_summary",
            {
                "rows": rows,
                "total": total,
                "budget": budget,
                "over": budget is not None and total > budget,
                "amount": lambda value: formatter._format_amount(value, self.currency_id, trim=True),
            },
        )

    def _get_budget_notices(self):
        """Which budgets the evaluation goes over, while it is reviewed."""
        if self.state not in ("computed", "in_review"):
            return []
        rows = self._get_award_rows()
        formatter = self.env["key.account.formatter"]
        over = [(row["name"], row["amount"], row["budget"]) for row in rows if row["over"]]
        total, budget = sum(row["amount"] for row in rows if not row["is_credit"]), self._get_total_budget()
        if budget is not None and total > budget:
            over.append((self.name, total, budget))
        return [
            self.env._(
                "Over budget: “%(name)s” would cost %(cost)s of %(budget)s. Finance cannot grant all of it.",
                name=name,
                cost=formatter._format_amount(cost, self.currency_id),
                budget=formatter._format_amount(limit, self.currency_id),
            )
            for name, cost, limit in over
        ]

    def _get_overlap_notices(self):
        return self._get_budget_notices() + super()._get_overlap_notices()

    @api.depends("award_budget")
    def _compute_notice_html(self):
        return super()._compute_notice_html()
