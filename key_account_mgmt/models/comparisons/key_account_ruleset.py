from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .ruleset_effect import RulesetEffect


class KeyAccountRuleset(models.Model):
    """Compare rule sets: those selected in the list, or a draft with the one that is active."""

    _inherit = "key.account.ruleset"

    can_compare = fields.Boolean(compute="_compute_can_compare")

    def _compute_can_compare(self):
        """Compute whether another rule set of the company is active, with no dependencies: it changes with others."""
        is_on = self.env["key.account.part"]._is_on("comparisons")
        active = self.search([("company_id", "in", self.company_id.ids), ("state", "=", "active")])
        for ruleset in self:
            ruleset.can_compare = is_on and ruleset.company_id in (active - ruleset._origin).company_id

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Remove the button while comparisons are switched off; its groups already are those of managers."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if not self.env["key.account.part"]._is_on("comparisons"):
            for button in arch.xpath("//button[@name='action_compare']"):
                button.getparent().remove(button)
        return arch, view

    def _get_effect_sentence(self):
        """Return who would move if this rule set were active, as a sentence; None if that cannot be said."""
        self.ensure_one()
        return RulesetEffect(self).get_sentence()

    def action_compare_with_active(self):
        """Compare this rule set with the active one on last year's figures, and open the comparison."""
        return self._compare_with_active()._get_form_action()

    def action_open_moves(self):
        """Open the customers that would have another tier, by the comparison with the active rule set."""
        comparison = self._compare_with_active()
        # A big comparison is computed in the background: it has no lines yet.
        return comparison.action_open_moves() if comparison.state == "computed" else comparison._get_form_action()

    def _compare_with_active(self):
        self.ensure_one()
        if not self.can_compare:
            raise UserError(self.env._("%s has no other active rule set to compare with.", self.company_id.name))
        comparison = self.env["key.account.comparison"].create(RulesetEffect(self).prepare_comparison())
        comparison.action_compute()
        return comparison

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
