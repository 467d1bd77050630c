from odoo import api, models
from odoo.exceptions import AccessError


class SaleOrderLine(models.Model):
    """Which invoices belong to a line is for Odoo to say, and for accountants.

    What is invoiced uses no more credit of its order. Odoo links invoices when it makes them. Over RPC whoever sells
    could link those of another customer, or move a paid down payment of another, and nothing of an order would count.
    """

    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # sudo: whoever sells need not be allowed to read the invoices
        # Also without any in the values: a default may come with the context of a remote call.
        if lines.sudo().invoice_lines:
            self._check_key_account_accountant()
        return lines

    def write(self, vals):
        if "invoice_lines" in vals or self._is_key_account_invoiced_elsewhere(vals):
            self._check_key_account_accountant()
        return super().write(vals)

    def _is_key_account_invoiced_elsewhere(self, vals):
        """Whether lines that were invoiced would go to another order."""
        # sudo: whoever sells need not be allowed to read the invoices
        lines = self.sudo() if "order_id" in vals else ()
        return any(line.invoice_lines and line.order_id.id != vals["order_id"] for line in lines)

    @api.model
    def _check_key_account_accountant(self):
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._(
                    "Which invoices belong to an order line is recorded by Odoo and cannot be written. Create the"
                    " invoice from its order, or ask somebody in accounting."
                )
            )
