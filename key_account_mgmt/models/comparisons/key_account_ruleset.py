from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command


class KeyAccountRuleset(models.Model):
    """Open a comparison of the rule sets selected in the list."""

    _inherit = "key.account.ruleset"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Remove the button while comparisons are switched off; its groups already are those of managers."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if not self.env["key.account.part"]._is_on("comparisons"):
            for button in arch.xpath("//button[@name='action_compare']"):
                button.getparent().remove(button)
        return arch, view

    def action_compare(self):
        """Open a new comparison of these rule sets; nothing is computed yet."""
        if len(self) < 2:
            raise UserError(self.env._("Select two or more rule sets to compare."))
        if len(self.company_id) > 1:
            raise UserError(
                self.env._(
                    "The selected rule sets belong to several companies: %(companies)s. Select those of one company.",
                    companies=", ".join(self.company_id.mapped("name")),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Rule Sets"),
            "res_model": "key.account.comparison",
            "views": [(False, "form")],
            "context": {
                "default_company_id": self.company_id.id,
                "default_ruleset_ids": [Command.set(self.ids)],
            },
        }
