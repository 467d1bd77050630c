from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models

from ..discounts.key_account_discount_value import CENTS, EXACT, ZERO
from ..discounts.sale_order_discount import FIGURES
from ..shared.numbers import LARGEST_STEPS

OPEN_FIELD = "key_account_open_amount"
LATER_FIELD = "key_account_later_amount"


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
    key_account_later_amount = fields.Monetary(
        "Invoiced Later",
        compute="_compute_key_account_open_amount",
        store=True,
        copy=False,
        prefetch=FIGURES,
        groups="base.group_user",
        help="The part of the amount to invoice that an invoice created now would not contain. Discount lines of the"
        " order do not reduce it, since they may be invoiced without it.",
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
        "key_account_closed_qty",
        "order_id.partner_invoice_id",
        "invoice_lines.quantity",
        "invoice_lines.product_uom_id",
        "invoice_lines.price_total",
        "invoice_lines.currency_id",
        "invoice_lines.move_id.state",
        "invoice_lines.move_id.move_type",
        "invoice_lines.move_id.invoice_date",
        "invoice_lines.move_id.partner_id",
    )
    def _compute_key_account_open_amount(self):
        on_documents = self._get_key_account_on_documents()
        # Read together, so that Odoo sees what stays as it is, which is all of it when an invoice is posted: writing
        # costs more.
        self.browse(filter(None, on_documents)).fetch([OPEN_FIELD, LATER_FIELD])
        nothing = []
        with localcontext(EXACT):
            for line in self:
                amounts = line._get_key_account_open(on_documents.get(line.id, ZERO))
                open_amount, later = map(line._round_key_account_open, amounts)
                if open_amount or later:
                    line.key_account_open_amount, line.key_account_later_amount = open_amount, later
                else:
                    nothing.append(line.id)
        # Zero is the same in all currencies, so that these are written together.
        lines = self.browse(nothing)
        lines.key_account_open_amount = lines.key_account_later_amount = 0

    def _round_key_account_open(self, amount):
        if not amount:
            return 0.0
        step = Decimal(1).scaleb(-self.currency_id.decimal_places)
        # Nobody has that much credit.
        most = LARGEST_STEPS * step
        return float(max(-most, min(amount, most)).quantize(step, ROUND_HALF_UP))

    def _get_key_account_open(self, on_documents):
        """Value of what is not yet invoiced of the line, taxes included, in the order's currency, not rounded.

        That is the line's total × remaining ÷ whole quantity. Whole is what was ordered, or what was delivered where
        more was and deliveries are invoiced. Drafts of invoices count as invoiced, since they are counted as drafts;
        drafts of credit notes do not. More invoiced than ordered leaves nothing, and no credit.

        A line that takes money off counts as far as an invoice made now contains it: nobody has to deliver a discount,
        or to deduct a return. A down payment takes off what was invoiced in advance and not yet deducted again.

        Everything comes from what people enter and from invoices, never from stored totals: those can be written by a
        remote call.

        :param Decimal on_documents: of ``_get_key_account_on_documents``
        :return: two Decimals: the value (negative: takes off), and how much of it an invoice made now would not contain
        """
        self.ensure_one()
        if self.display_type:
            return ZERO, ZERO
        if self.is_downpayment and not self.product_uom_qty:
            # Whenever it is deducted.
            advance = self._get_key_account_advance()
            return -advance, -advance
        whole = self._get_key_account_whole()
        remaining, on_documents = self._get_key_account_remaining(whole, on_documents)
        if not remaining:
            return ZERO, ZERO
        total = self._get_key_account_total(whole)
        ready = self._get_key_account_ready(whole) - self._get_key_account_closed() - on_documents
        ready = max(min(ready, remaining), ZERO)
        # What takes off is negative, and only what is ready of it; Odoo leaves negative quantities out of invoices,
        # unless the user wants them deducted.
        counted = ready if total < 0 else remaining
        return total * counted / whole, total * (counted - ready) / whole

    def _get_key_account_remaining(self, whole, on_documents):
        """What of the whole quantity is still to be invoiced, and what is on documents (as Odoo counts them)."""
        invoiced = on_documents + self._get_key_account_elsewhere()
        remaining = whole - invoiced - self._get_key_account_closed()
        # Between nothing and the whole, whatever was invoiced or credited beyond the order.
        remaining = min(max(remaining, min(whole, ZERO)), max(whole, ZERO))
        return remaining, max(on_documents, invoiced)

    def _get_key_account_whole(self):
        """Quantity that will be invoiced when all is done, in the line's unit.

        What is invoiced on delivery and goes back counts when it has come back: nothing is deducted before, and whoever
        sells can put returns into any order.
        """
        ordered, delivered = self._get_key_account_ordered(), Decimal(repr(self.qty_delivered))
        if not self._is_key_account_invoiced_on_delivery():
            return ordered
        return max(ordered, min(delivered, ZERO) if ordered < 0 else delivered)

    def _get_key_account_ordered(self):
        """Quantity of the order that can still be delivered, or was; in the line's unit."""
        return Decimal(repr(self.product_uom_qty))

    def _get_key_account_ready(self, whole):
        """Quantity that Odoo would invoice by now, whatever is invoiced already, in the line's unit."""
        return Decimal(repr(self.qty_delivered)) if self._is_key_account_invoiced_on_delivery() else whole

    def _is_key_account_invoiced_on_delivery(self):
        # The template is asked directly: a product passes such questions on at some cost.
        return self.product_id.product_tmpl_id.invoice_policy == "delivery"

    def _get_key_account_closed(self):
        """Quantity that somebody in accounting decided not to invoice any more, in the line's unit."""
        return Decimal(repr(self.key_account_closed_qty))

    def _get_key_account_on_documents(self):
        """Quantity on invoices less credit notes, drafts too, as Odoo sees it, in each line's unit.

        :return: ``{id of the line: Decimal}`` of the lines that have any
        """
        # The context comes with a remote call: a date in it must not hide invoices.
        lines = self.filtered(lambda line: not line.display_type and line._has_key_account_documents())
        invoiced = lines.with_context(accrual_entry_date=False)._prepare_qty_invoiced()
        return {line.id: Decimal(repr(quantity)) for line, quantity in invoiced.items()}

    def _has_key_account_documents(self):
        return bool(self.invoice_lines)

    def _get_key_account_elsewhere(self):
        """Quantity that drafts would take or give, and that still counts here: to be added to what is on documents.

        A draft of a credit note gives no credit. A draft that goes to another customer counts there, and here as well:
        when it is cancelled nobody is asked.
        """
        quantity = ZERO
        for one in self.invoice_lines.filtered(lambda one: one.parent_state == "draft"):
            if one.move_id.move_type == "out_refund" or self._is_key_account_billed_elsewhere(one.move_id):
                drafted = Decimal(repr(one.product_uom_id._compute_quantity(one.quantity, self.product_uom_id)))
                quantity += drafted if one.move_id.move_type == "out_refund" else -drafted
        return quantity

    def _is_key_account_billed_elsewhere(self, move):
        """Whether a draft is for somebody else than who would be invoiced now."""
        return move.partner_id.commercial_partner_id != self.order_id.partner_invoice_id.commercial_partner_id

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
        return sum((one._get_key_account_advance(self) for one in self.invoice_lines), ZERO)
