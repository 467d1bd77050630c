from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models

from .key_account_discount_value import CENTS, EXACT, ZERO
from .key_account_plan_mixin import LARGEST_STEPS
from .sale_order_discount import FIGURES

OPEN_FIELD = "key_account_open_amount"


class SaleOrderLine(models.Model):
    """What of an order line is still to be invoiced, for the customer's credit."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "key.account.own.fields.mixin"]

    # Kept line by line: whoever changes one line of an order waits for the taxes of that line only.
    key_account_open_amount = fields.Monetary(
        "Not yet Invoiced",
        compute="_compute_key_account_open_amount",
        store=True,
        copy=False,
        prefetch=FIGURES,
        groups="base.group_user",
        help="Taxes included; what the line uses of the customer's credit once the order is confirmed.",
    )

    @api.depends(
        "currency_id",
        "display_type",
        "is_downpayment",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "price_unit",
        "discount",
        "tax_ids",
        "extra_tax_data",
        "invoice_lines.quantity",
        "invoice_lines.product_uom_id",
        "invoice_lines.price_total",
        "invoice_lines.currency_id",
        "invoice_lines.move_id.state",
        "invoice_lines.move_id.move_type",
        "invoice_lines.move_id.invoice_date",
    )
    def _compute_key_account_open_amount(self):
        with localcontext(EXACT):
            for line in self:
                step = Decimal(1).scaleb(-line.currency_id.decimal_places)
                # Nobody has that much credit.
                most = LARGEST_STEPS * step
                amount = max(-most, min(line._get_key_account_open(), most))
                line.key_account_open_amount = float(amount.quantize(step, ROUND_HALF_UP))

    def _get_key_account_open(self):
        """Value of what is not yet invoiced of the line, taxes included, in the order's currency, not rounded.

        That is the line's total × remaining ÷ whole quantity. Whole is what was ordered, or what was delivered where
        more was and deliveries are invoiced. Drafts of invoices count as invoiced, since they are counted as drafts;
        drafts of credit notes do not. More invoiced than ordered leaves nothing, and no credit.

        A down payment takes off what was invoiced in advance and not yet deducted again: a negative value.

        Everything comes from what people enter and from invoices, never from stored totals: those can be written by a
        remote call.

        :rtype: Decimal
        """
        self.ensure_one()
        if self.display_type:
            return ZERO
        if self.is_downpayment and not self.product_uom_qty:
            return -self._get_key_account_advance()
        whole = self._get_key_account_whole()
        invoiced = self._get_key_account_invoiced() if self.invoice_lines else ZERO
        # Between nothing and the whole: also of a return, and whatever was invoiced or credited beyond the order.
        remaining = min(max(whole - invoiced, min(whole, ZERO)), max(whole, ZERO))
        return self._get_key_account_total(whole) * remaining / whole if remaining else ZERO

    def _get_key_account_whole(self):
        """Quantity that will be invoiced when all is done, in the line's unit.

        What is invoiced on delivery and goes back counts when it has come back: nothing is deducted before, and whoever
        sells can put returns into any order.
        """
        ordered, delivered = Decimal(repr(self.product_uom_qty)), Decimal(repr(self.qty_delivered))
        if self.product_id.invoice_policy != "delivery":
            return ordered
        return max(ordered, min(delivered, ZERO) if ordered < 0 else delivered)

    def _get_key_account_invoiced(self):
        """Quantity on invoices, drafts too, less posted credit notes, in the line's unit."""
        # The context comes with a remote call: a date in it must not hide invoices.
        line = self.with_context(accrual_entry_date=False)
        invoiced = Decimal(repr(line._prepare_qty_invoiced()[line]))
        drafts = self.invoice_lines.filtered(lambda one: one._is_key_account_draft_refund())
        return invoiced + sum(
            (Decimal(repr(one.product_uom_id._compute_quantity(one.quantity, self.product_uom_id))) for one in drafts),
            ZERO,
        )

    def _get_key_account_total(self, quantity):
        """Total of that quantity, taxes included, as Odoo computes it from price, discount and taxes.

        Amounts that a line brings beside its price, as Odoo's global discounts do, hold only as long as the whole of it
        is invoiced at once. So they make nothing that is sold cheaper, and let nothing take off more: but for cents,
        that is, by which Odoo rounds discounts.
        """
        total = self._get_key_account_taxed(quantity)
        if not self.extra_tax_data:
            return total
        plain = self._get_key_account_taxed(quantity, extra_tax_data=None)
        cents = CENTS * Decimal(repr(self.currency_id.rounding)) if plain < 0 else ZERO
        return plain if total < plain - cents else total

    def _get_key_account_taxed(self, quantity, **values):
        taxes = self.env["account.tax"]
        base_line = self._prepare_base_line_for_taxes_computation(quantity=float(quantity), **values)
        taxes._add_tax_details_in_base_line(base_line, self.order_id.company_id)
        taxes._round_base_lines_tax_details([base_line], self.order_id.company_id)
        details = base_line["tax_details"]
        total, untaxed = (
            Decimal(repr(details[name])) for name in ("total_included_currency", "total_excluded_currency")
        )
        # Negative taxes count when they are invoiced: whoever sells can choose them.
        return total if untaxed < 0 else total + taxes._get_key_account_negative(details)

    def _get_key_account_advance(self):
        """What was invoiced in advance and not yet deducted, taxes included, in the order's currency."""
        return sum((one._get_key_account_advance(self.currency_id) for one in self.invoice_lines), ZERO)
