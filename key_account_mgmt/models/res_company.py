from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_four_eyes = fields.Boolean(
        "Evaluations Need Two People",
        default=True,
        help="An evaluation is approved by somebody else than who submitted it.",
    )
    key_account_refuse_uneven_caps = fields.Boolean(
        "Refuse Uneven Discount Caps",
        help="A rule set in which a tier may get a higher discount than a better one cannot be activated. Otherwise"
        " this is a warning.",
    )
    key_account_block_sending = fields.Boolean(
        "Do Not Send Quotations over Their Cap",
        help="A quotation over its discount caps can be sent only after it was approved. Otherwise it can be sent, and"
        " is stopped when it is confirmed.",
    )
    key_account_cap_ruleset_id = fields.Many2one(
        "key.account.ruleset",
        "Rule Set that Caps Discounts",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The active rule set, if it has discount caps. Kept by activating and retiring rule sets.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not {"account_price_include", "currency_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result
