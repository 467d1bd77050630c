from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Where the company wants it so, a quotation over its caps does not even reach the customer."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def action_quotation_send(self):
        self._check_key_account_sending()
        return super().action_quotation_send()

    def message_post(self, **kwargs):
        # So the mail composer says that a quotation goes out, also one that was sent before.
        if self.env.context.get("mark_so_as_sent"):
            self._check_key_account_sending()
        return super().message_post(**kwargs)

    def write(self, vals):
        if vals.get("state") == "sent":
            self._check_key_account_sending()
        return super().write(vals)

    def _check_key_account_sending(self):
        """Refuse to send quotations over their caps.

        :raise UserError: names what is over, unless somebody consented to it
        """
        # It binds salespeople. A payment that has begun marks its quotation as sent as well, and must not fail by it.
        if self.env.su:
            return
        # sudo: what the company wants does not depend on who may read its settings
        quotations = self.sudo().filtered(
            lambda order: order.state in ("draft", "sent") and order.company_id.key_account_block_sending
        )
        guard = self.env["key.account.guard"]
        over = guard._get_orders_over_cap(quotations, dict.fromkeys(quotations.ids)) if quotations else {}
        if over:
            raise UserError(
                "\n\n".join(guard._describe_over_cap(order, verdict, False) for order, verdict in over.items())
            )
