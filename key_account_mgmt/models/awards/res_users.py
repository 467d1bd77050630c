from odoo import api, models

# Fields of a user that determine the right to decide.
USER_FIELDS = {"active", "group_ids", "company_ids", "company_id"}
# Fields of a group that determine its members.
GROUP_FIELDS = {"user_ids", "implied_ids", "implied_by_ids"}


class ResUsers(models.Model):
    """Changes of users and their rights reassign pending decisions to the users who may decide now."""

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
        """Reassign pending decisions to the users who may decide now; three short queries if there are none."""
        # sudo: administrators of users need no access to pending decisions
        env = self.sudo().env
        if requests := env["key.account.approval"].search([("state", "=", "requested")]):
            requests._reassign()
        waiting = ["|", ("state", "=", "in_review"), ("revert_requested_by_id", "!=", False)]
        if evaluations := env["key.account.evaluation"].search(waiting):
            in_review = evaluations.filtered(lambda evaluation: evaluation.state == "in_review")
            in_review._ask_approvers()
            (evaluations - in_review)._ask_for_consent()
        if awards := env["key.account.award"].search([("state", "=", "proposed")]):
            awards.evaluation_id._notify_finance()


class ResGroups(models.Model):
    """Reassign pending decisions when the members of a group change."""

    _inherit = "res.groups"

    def write(self, vals):
        result = super().write(vals)
        if not GROUP_FIELDS.isdisjoint(vals):
            self.env["res.users"]._ask_key_account_deciders()
        return result
