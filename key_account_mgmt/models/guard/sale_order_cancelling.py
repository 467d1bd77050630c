from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """A price that an order earned by its size ends with the order: what was invoiced at it must not be all of it."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        if vals.get("state", "sale") != "sale":
            # sudo: whoever sells need not be allowed to read the invoices
            self.sudo().filtered(lambda order: order.state == "sale")._check_key_account_leaving()
        return super().write(vals)

    def _check_key_account_leaving(self):
        """Refuse to end orders whose invoices have prices for more than was invoiced; accountants put that right.

        :raise UserError: names the orders and their lines
        """
        if self.env.user.has_group("account.group_account_invoice"):
            return
        verdicts = self.env["key.account.discount"]._judge_invoiced_parts(self)
        # sudo: in there only the terms are read
        consented = self.env["key.account.approval"]._get_approved_terms(self.browse(o.id for o in verdicts))
        refused = [
            self._get_key_account_leaving(order, verdict)
            for order, verdict in verdicts.items()
            if not any(map(verdict.is_covered, consented.get(order.id, ())))
        ]
        if refused:
            raise UserError("\n\n".join(refused))

    def _get_key_account_leaving(self, order, verdict):
        sentences = self.env["key.account.guard"]._describe_verdict(order, verdict)
        return self.env._(
            "Goods of %(order)s were invoiced at a price that only the whole order allows:\n%(sentences)s\nInvoice the"
            " rest as well, or ask accounting to correct the invoices or to cancel the order.",
            order=order.name,
            sentences="\n".join(f"• {sentence}" for sentence in sentences),
        )
