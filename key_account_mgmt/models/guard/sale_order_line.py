from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import float_compare

# Fields that Odoo computes to invoice an order line. Salespeople can write them by a remote call.
COMPUTED = ("state", "qty_invoiced", "qty_to_invoice")


class SaleOrderLine(models.Model):
    """Passes changes of lines to the guard of orders (``key.account.guard``), and records the users involved."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        named = self.env["sale.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
        guard = self.env["key.account.guard"]
        with guard._checking_changes(named) as change:
            lines = super().create(vals_list)
            # Orders set by a context default: their previous state is unknown, so it excuses no earlier violation.
            change.before |= dict.fromkeys(set(lines.order_id.ids) - change.before.keys())
            change.line_changed_ids.update(lines.order_id.ids)
            lines.order_id._note_key_account_involvement()
        # sudo: salespeople may lack read access to the invoices
        # Also checked without invoices in the values: a remote call may set them by a context default.
        if lines.sudo().invoice_lines:
            self._check_key_account_accountant()
        return lines

    def write(self, vals):
        if "invoice_lines" in vals or self._is_key_account_invoiced_elsewhere(vals):
            self._check_key_account_accountant()
        guard = self.env["key.account.guard"]
        if guard._get_guarded_fields(self._name).isdisjoint(vals):
            return super().write(vals)
        # sudo: orders are only passed on to the guard
        orders = self.sudo().order_id | self.env["sale.order"].sudo().browse(vals.get("order_id") or [])
        with guard._checking_changes(orders) as change:
            change.line_changed_ids.update(orders.ids)
            orders._note_key_account_involvement()
            return super().write(vals)

    def unlink(self):
        guard = self.env["key.account.guard"]
        # sudo: as in ``write``
        orders = self.sudo().order_id
        with guard._checking_changes(orders) as change:
            change.line_changed_ids.update(orders.ids)
            orders._note_key_account_involvement()
            return super().unlink()

    # -------------------------------------------------------------------------
    # Only Odoo and accountants decide which invoices belong to a line
    # -------------------------------------------------------------------------

    def _is_key_account_invoiced_elsewhere(self, vals):
        """Return whether the values move invoiced lines to another order."""
        # sudo: salespeople may lack read access to the invoices
        lines = self.sudo() if "order_id" in vals else ()
        return any(line.invoice_lines and line.order_id.id != vals["order_id"] for line in lines)

    @api.model
    def _check_key_account_accountant(self):
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._(
                    "Odoo records which invoices belong to an order line, and users cannot change it. Create the"
                    " invoice from its order, or ask an accounting user."
                )
            )

    # -------------------------------------------------------------------------
    # Quantities to invoice
    # -------------------------------------------------------------------------

    def _settle_key_account_to_invoice(self):
        """Recompute the quantity to invoice of lines whose stored figures are impossible.

        Other addons may invoice less than possible (the hours of a month), or goods before they are delivered (paid
        orders): quantities between zero and the whole line stay as they are.
        """
        # Remote callers choose the context: a date in it must not hide invoices.
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
        """Return whether the stored figures of a line are possible.

        :param float invoiced: quantity on the invoices
        """
        if self.state != self.order_id.state or float_compare(self.qty_invoiced, invoiced, precision_digits=digits):
            return False
        if self.price_unit < 0:
            # Leaving out a discount makes the invoice dearer than the order, which counted in the customer's credit.
            return False
        whole = self.product_uom_qty
        if self.product_id.invoice_policy == "delivery":
            whole = max(whole, self.qty_delivered)
        return (
            self.state == "sale"
            and 0 <= self.qty_to_invoice <= whole - invoiced - self.key_account_closed_qty + 10**-digits / 2
        )
