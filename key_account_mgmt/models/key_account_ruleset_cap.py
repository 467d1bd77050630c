from odoo import api, fields, models


class KeyAccountRuleset(models.Model):
    """Discount caps of a rule set."""

    _inherit = "key.account.ruleset"

    cap_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Discount Caps",
        domain=[("kind", "=", "discount_cap")],
        context={"active_test": False, "default_kind": "discount_cap"},
        copy=False,
    )
    discount_reference = fields.Selection(
        [("list_price", "List Price"), ("pricelist", "Customer's Pricelist")],
        string="Discounts Are Measured Against",
        required=True,
        default="list_price",
        help="List Price: what the product costs without any pricelist. Customer's Pricelist: what the pricelist that"
        " is entered on the customer gives; salespeople then cannot change that pricelist any more.",
    )

    @api.depends("cap_rule_ids.active")
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _get_summary_parts(self):
        caps = len(self.cap_rule_ids.filtered("active"))
        parts = super()._get_summary_parts()
        if caps:
            parts.append(self.env._("1 discount cap") if caps == 1 else self.env._("%s discount caps", caps))
        return parts
