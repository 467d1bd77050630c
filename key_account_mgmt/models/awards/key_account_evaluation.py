from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import Purse
from ..shared.access import ACTIVITY_AWARD, FINANCE, TOTALS_READERS, strip_caller_context


class KeyAccountEvaluation(models.Model):
    """Applying makes awards, reverting takes them back; finance is told once per evaluation."""

    _name = "key.account.evaluation"
    _inherit = ["key.account.evaluation", "key.account.credit.off.mixin"]

    award_ids = fields.One2many("key.account.award", "evaluation_id", "Awards", readonly=True, copy=False)
    award_count = fields.Integer(compute="_compute_award_count")
    award_budget = fields.Monetary(
        copy=False,
        groups=TOTALS_READERS,
        help="What all rewards of the evaluation may cost together. Zero: no budget for the whole.",
    )
    award_summary_html = fields.Html(
        "Grants", compute="_compute_award_summary_html", sanitize=False, groups=TOTALS_READERS
    )

    @api.depends("award_ids")
    def _compute_award_count(self):
        counts = dict(
            self.env["key.account.award"]._read_group(
                [("evaluation_id", "in", self.ids)], ["evaluation_id"], ["__count"]
            )
        )
        for evaluation in self:
            evaluation.award_count = counts.get(evaluation._origin, 0)

    @api.model
    def _get_credit_off_fields(self):
        return ("ruleset_id.credit_rule_ids",)

    def _grants_credit_limits(self):
        return bool(self.ruleset_id.credit_rule_ids)

    def _check_writable(self, vals):
        if "award_ids" in vals:
            raise UserError(self.env._("Awards are not made by hand: applying the evaluation makes them."))
        if "award_budget" in vals:
            self._check_award_budget(vals["award_budget"])
        return super()._check_writable(vals)

    def _check_award_budget(self, budget):
        """Finance decides within a budget, so it stands once the evaluation is approved."""
        if (budget or 0) < 0:
            raise UserError(self.env._("A budget cannot be negative."))
        late = self.filtered(lambda evaluation: evaluation.state not in ("draft", "computed", "in_review"))
        if late:
            raise UserError(self.env._("“%s” is approved: its budget cannot change any more.", late[0].name))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Of new evaluations: whoever duplicates one comes here with that one.
            self.browse()._check_award_budget(vals.get("award_budget"))
        return super().create([{**vals, "award_ids": []} for vals in vals_list])

    # -------------------------------------------------------------------------
    # Apply and revert
    # -------------------------------------------------------------------------

    def _apply_rows(self, rows):
        result = super()._apply_rows(rows)
        lines = self.env["key.account.evaluation.line"].browse([row["id"] for row in rows])
        granted = lines.filtered(lambda line: line.outcome == "applied" and line.grants)
        if granted:
            self.env["key.account.award"]._make(granted)
        return result

    def _revert_rows(self, rows):
        result = super()._revert_rows(rows)
        line_ids = [row["id"] for row in rows]
        # sudo: whoever may take the evaluation back takes back all that it granted
        awards = self.env["key.account.award"].sudo().search([("line_id", "in", line_ids)])
        awards.with_env(self.env)._take_back()
        return result

    def _finish_job(self, vals, message):
        result = super()._finish_job(vals, message)
        if vals.get("state") in ("applied", "reverted"):
            self._tell_finance()
        return result

    def _get_award_rule_names(self):
        """Names of the rules that grant something, by their keys, as they were when the evaluation was computed."""
        tables = (self.policy or {}).get("tables", [])
        return {rule["key"]: rule.get("name") or rule["key"] for table in tables for rule in table["rules"]}

    # -------------------------------------------------------------------------
    # Finance
    # -------------------------------------------------------------------------

    def _tell_finance(self):
        """One activity per person of finance while awards wait, none any more when all are decided."""
        waiting = self._get_waiting_awards()
        for evaluation in self:
            # sudo: neither managers nor finance may assign work to others by right; `clean`: nobody keeps it from them
            target = strip_caller_context(evaluation).sudo()
            if not waiting.get(evaluation.id):
                target.activity_unlink([ACTIVITY_AWARD])
                continue
            evaluation._ask_to_decide(
                ACTIVITY_AWARD,
                {evaluation: evaluation._get_finance_users()},
                lambda one, count=waiting[evaluation.id]: {"summary": one._get_waiting_text(count)},
                lambda one: {"summary": one._get_nobody_grants_text()},
            )

    def _get_waiting_text(self, count):
        return self.env._("Decide on %(count)s awards of “%(evaluation)s”", count=count, evaluation=self.name)

    def _get_nobody_grants_text(self):
        return self.env._(
            "Awards of “%(evaluation)s” are waiting, and no user may decide on them: give a user who had no hand in"
            " it the access right Key Accounts: Finance / Finance",
            evaluation=self.name,
        )

    def _get_waiting_awards(self):
        groups = (
            self.env["key.account.award"]
            .sudo()  # how many wait does not depend on who asks
            ._read_group(
                [("evaluation_id", "in", self.ids), ("state", "=", "proposed")], ["evaluation_id"], ["__count"]
            )
        )
        return {evaluation.id: count for evaluation, count in groups}

    def _get_finance_users(self):
        """Who may decide on the awards."""
        return self._get_members(FINANCE, self.company_id) - self._get_award_authors()

    def _get_award_authors(self):
        """Who had a hand in the evaluation, and so must not decide on what it grants."""
        # sudo: nothing is read but who they are
        evaluation = self.sudo()
        return evaluation.create_uid | evaluation.submitted_by_id | evaluation.tier_changer_ids

    def _lock_for_awards(self):
        """Of two decisions about one budget at once the second fails, is tried again, and sees the first."""
        if self:
            self.env.cr.execute(
                SQL("UPDATE key_account_evaluation SET write_date = write_date WHERE id IN %s", tuple(self.ids))
            )

    def action_open_awards(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_award_action")
        return {**action, "name": self.name, "domain": [("evaluation_id", "=", self.id)], "context": {}}

    # -------------------------------------------------------------------------
    # Where the budgets stand
    # -------------------------------------------------------------------------

    def _get_reward_budgets(self):
        """Budgets by the key of the rule: ``{key: (name, Decimal)}``, from the policy as it was when computed."""
        rules = [
            rule
            for table in (self.policy or {}).get("tables", [])
            if table["kind"] == "reward"
            for rule in table["rules"]
        ]
        return {
            rule["key"]: (rule.get("name") or rule["key"], Decimal(rule["budget"]))
            for rule in rules
            if rule.get("budget") is not None
        }

    def _get_purse(self, spent):
        """What the budgets have left.

        :param dict spent: what was granted by now, by the key of the rule
        """
        left = {rule: budget - spent[rule] for rule, (_name, budget) in self._get_reward_budgets().items()}
        total = self._get_total_budget()
        return Purse(left, None if total is None else total - sum(spent.values()))

    def _get_total_budget(self):
        """The budget of all rewards, as a Decimal; None: there is none."""
        return Decimal(repr(self.award_budget)) if self.award_budget else None

    # -------------------------------------------------------------------------
    # What an evaluation would grant, and has granted, against its budgets
    # -------------------------------------------------------------------------

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
