from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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
