from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_cap_ruleset_id = fields.Many2one(
        "key.account.ruleset",
        "Rule Set for Discount Caps",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The active rule set, if it has discount caps. Kept by activating and retiring rule sets.",
    )

    def _get_key_account_cap_ruleset(self):
        """Return the rule set whose discount caps are in force; empty while caps are switched off."""
        self.ensure_one()
        ruleset = self.key_account_cap_ruleset_id
        return ruleset if self.env["key.account.part"]._is_on("caps") else ruleset.browse()
