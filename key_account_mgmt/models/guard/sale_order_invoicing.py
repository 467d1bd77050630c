from odoo import models
from odoo.tools import float_compare

# What Odoo computes of an order line to invoice it. Whoever sells can write it by a remote call.
COMPUTED = ("state", "qty_invoiced", "qty_to_invoice")


class SaleOrder(models.Model):
    """Invoices are made of what orders say, not of figures that were written into them."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _create_invoices(self, grouped=False, final=False, date=None):
        guard = self.env["key.account.guard"]
        # sudo: which companies have caps or limits does not depend on who may read it
        guarded = self.sudo().filtered(lambda order: guard._is_on_guard(order.company_id))
        guarded.order_line._settle_key_account_to_invoice()
        moves = super()._create_invoices(grouped=grouped, final=final, date=date)
        # sudo: salespeople make invoices of their orders, but may not write them
        moves.sudo().filtered(lambda move: move.move_type == "out_refund").key_account_from_order = True
        return moves

    def _create_account_invoices(self, invoice_vals_list, final):
        moves = super()._create_account_invoices(invoice_vals_list, final)
        # Before Odoo looks whether an invoice comes to less than nothing, and makes it a credit note.
        self.env["key.account.discount"]._spread(moves)
        return moves


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    def _settle_key_account_to_invoice(self):
        """Compute anew what is to be invoiced of lines where it cannot be what it says.

        Addons may want less to be invoiced than can be (the hours of a month), or goods before they are delivered (paid
        orders): what is between nothing and the whole line stays as it is.
        """
        # The context comes with a remote call: a date in it must not hide invoices.
        lines = self.filtered(lambda line: not line.display_type).with_context(accrual_entry_date=False)
        self.env["key.account.discount"]._read_anew(lines, "invoice_lines")
        invoiced = lines._prepare_qty_invoiced()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        wrong = lines.filtered(lambda line: not line._is_key_account_to_invoice(invoiced[line], digits))
        if wrong:
            for name in COMPUTED:
                self.env.add_to_compute(self._fields[name], wrong)
            wrong.modified(["qty_invoiced"])

    def _is_key_account_to_invoice(self, invoiced, digits):
        """Whether figures that Odoo keeps of a line can be as they are.

        :param float invoiced: what the invoices say
        """
        if self.state != self.order_id.state or float_compare(self.qty_invoiced, invoiced, precision_digits=digits):
            return False
        if self.price_unit < 0:
            # A discount that is left out makes the invoice dearer than the order: it counted in the customer's credit.
            return False
        whole = self.product_uom_qty
        if self.product_id.invoice_policy == "delivery":
            whole = max(whole, self.qty_delivered)
        return (
            self.state == "sale"
            and 0 <= self.qty_to_invoice <= whole - invoiced - self.key_account_closed_qty + 10**-digits / 2
        )
