from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class KeyAccountEvaluationOverride(models.TransientModel):
    """Overrides the tier of the customers selected in a list, all with one reason."""

    _name = "key.account.evaluation.override"
    _description = "Override Tier"

    line_ids = fields.Many2many("key.account.evaluation.line", string="Customers", required=True, readonly=True)
    customer_count = fields.Integer("Number of Customers", compute="_compute_customer_count")
    ruleset_tier_ids = fields.Many2many("key.account.tier", compute="_compute_ruleset_tier_ids")
    tier_id = fields.Many2one("key.account.tier", required=True, domain="[('id', 'in', ruleset_tier_ids)]")
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields):
        """Select the customers that are selected in the list of results."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "key.account.evaluation.line":
            values["line_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    @api.depends("line_ids")
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = len(wizard.line_ids)

    @api.depends("line_ids")
    def _compute_ruleset_tier_ids(self):
        for wizard in self:
            wizard.ruleset_tier_ids = wizard.line_ids.evaluation_id.ruleset_id.tier_ids

    def action_override(self):
        """Override them as the form of one customer does: the lines check the user, the state, tier and reason."""
        self.ensure_one()
        if len(self.line_ids.evaluation_id) != 1:
            raise UserError(
                self.env._("Select customers of one evaluation: each has its own rules and its own review.")
            )
        self.line_ids.write({"override_tier_id": self.tier_id.id, "override_reason": self.reason})
        return {"type": "ir.actions.act_window_close"}
