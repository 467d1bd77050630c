from odoo import api, fields, models

# What an order that is over has come to, by what was consented to.
CONSENTED = {"approved": "approved", "requested": "waiting", "lapsed": "changed"}


class SaleOrder(models.Model):
    """Where an order stands with its discount caps, in one word."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    key_account_cap_status = fields.Selection(
        [
            ("within", "Within Cap"),
            ("over", "Over Cap"),
            ("waiting", "Waiting for Approval"),
            ("approved", "Approved"),
            ("changed", "Approved, but Changed Since"),
            ("held", "Held"),
        ],
        string="Discount",
        compute="_compute_key_account_cap_status",
        groups="base.group_user",
        help="Where the order stands with its discount caps; empty where nothing of it is capped.",
    )

    @api.depends("key_account_verdict", "key_account_capped", "key_account_over_cap", "key_account_approval_state")
    def _compute_key_account_cap_status(self):
        # Without a request or an approval nothing is looked up: typing must stay fast.
        asked = self.filtered(lambda order: order.key_account_approval_state and order.key_account_over_cap)
        consents = asked._get_key_account_consents()
        for order in self:
            order.key_account_cap_status = order._get_key_account_cap_status(consents.get(order))

    def _get_key_account_cap_status(self, consent):
        """The status of one order.

        :param consent: as of ``key.account.approval._get_consents``
        """
        if not self.key_account_over_cap:
            return "within" if self.key_account_capped else False
        return CONSENTED.get(consent, "over")

    def _get_key_account_consents(self):
        """``{order: consent}`` to what orders give, saved or not."""
        if not self:
            return {}
        verdicts = self.env["key.account.discount"]._judge_orders(self, strict=False)
        return self.env["key.account.approval"]._get_consents(self, "discount", verdicts)
