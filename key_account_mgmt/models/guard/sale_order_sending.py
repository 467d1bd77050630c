from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Where the company wants it so, a quotation over its caps does not even reach the customer.

    Stopped are the ways on which Odoo itself sends or shows a quotation: the button, a mail from any template (also
    in the composer of the chatter, and by a remote call), marking as sent, and the pages of the portal, on which
    the customer would see what was changed after sending. Words of people, and files that they attach, are theirs.
    """

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

    def _send_payment_succeeded_for_order_mail(self):
        # sudo: that money arrived is no offer; who captures a payment must not fail by what its order gives
        return super(SaleOrder, self.sudo())._send_payment_succeeded_for_order_mail()

    def _check_key_account_sending(self):
        """Refuse to send quotations over their caps.

        :raise UserError: names what is over, unless somebody consented to it
        """
        # It binds salespeople. A payment that has begun marks its quotation as sent as well, and must not fail by it.
        if self.env.su:
            return
        # sudo: what is over does not depend on what the user may read
        over = self.sudo()._get_key_account_unsendable()
        if over:
            guard = self.env["key.account.guard"]
            raise UserError(
                "\n\n".join(guard._describe_over_cap(order, verdict, False) for order, verdict in over.items())
            )

    def _get_key_account_unsendable(self):
        """``{order: verdict}`` of quotations that must not reach their customers; of those in sudo."""
        quotations = self.filtered(
            lambda order: order.state in ("draft", "sent") and order.company_id.key_account_block_sending
        )
        guard = self.env["key.account.guard"]
        return guard._get_orders_over_cap(quotations, dict.fromkeys(quotations.ids)) if quotations else {}

    def _get_key_account_withheld(self):
        """Quotations that customers do not see on the portal; what they accepted already, they do."""
        # sudo: customers ask
        orders = self.sudo().filtered(lambda order: not order.key_account_held_on)
        return orders.browse(order.id for order in orders._get_key_account_unsendable())
