from odoo import api, models

# By which of its fields a user may decide.
USER_FIELDS = {"active", "group_ids", "company_ids", "company_id"}
# By which of its fields a group has members.
GROUP_FIELDS = {"user_ids", "implied_ids", "implied_by_ids"}


class ResUsers(models.Model):
    """Who comes, goes or gets other rights: what waits for a decision is asked of those who may decide now."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        self._ask_key_account_deciders()
        return users

    def write(self, vals):
        result = super().write(vals)
        if not USER_FIELDS.isdisjoint(vals):
            self._ask_key_account_deciders()
        return result

    def unlink(self):
        result = super().unlink()
        self._ask_key_account_deciders()
        return result

    @api.model
    def _ask_key_account_deciders(self):
        """Let whatever waits for a decision be asked of those who may decide now; three short queries where nothing
        waits."""
        # sudo: who administers users need not see what waits
        env = self.sudo().env
        if requests := env["key.account.approval"].search([("state", "=", "requested")]):
            requests._reassign()
        waiting = ["|", ("state", "=", "in_review"), ("revert_requested_by_id", "!=", False)]
        if evaluations := env["key.account.evaluation"].search(waiting):
            in_review = evaluations.filtered(lambda evaluation: evaluation.state == "in_review")
            in_review._ask_approvers()
            (evaluations - in_review)._ask_for_consent()
        if awards := env["key.account.award"].search([("state", "=", "proposed")]):
            awards.evaluation_id._tell_finance()


class ResGroups(models.Model):
    """The same for groups whose members change."""

    _inherit = "res.groups"

    def write(self, vals):
        result = super().write(vals)
        if not GROUP_FIELDS.isdisjoint(vals):
            self.env["res.users"]._ask_key_account_deciders()
        return result
