from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..discounts.key_account_discount_value import CENTS, EXACT, ZERO
from ..discounts.sale_order import FIGURES
from ..shared.numbers import LARGEST_STEPS
from ..shared.statements import planned_for_many

OPEN_FIELD = "key_account_uninvoiced_amount"
LATER_FIELD = "key_account_later_amount"
# With another product, unit, price or order, a line is another deal than the closed one.
DEAL_FIELDS = {"product_id", "product_uom_id", "price_unit", "order_id"}
# Lines computed together: enough to keep the number of statements low, few enough to keep memory flat.
FILL_BATCH_SIZE = 1000


class SaleOrderLine(models.Model):
    """Computes the part of an order line that is still to be invoiced, for the customer's credit."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "key.account.protected.columns.mixin"]

    # Stored per line: a user who changes one line of an order waits for the taxes of that line only.
    key_account_uninvoiced_amount = fields.Monetary(
        "Not yet Invoiced",
        compute="_compute_key_account_uninvoiced_amount",
        store=True,
        copy=False,
        prefetch=FIGURES,
        groups="base.group_user",
        help="Taxes included; what the line uses of the customer's credit once the order is confirmed.",
    )
    key_account_later_amount = fields.Monetary(
        "Invoiced Later",
        compute="_compute_key_account_uninvoiced_amount",
        store=True,
        copy=False,
        prefetch=FIGURES,
        groups="base.group_user",
        help="The part of the amount to invoice that an invoice created now would not contain. Discount lines of the"
        " order do not reduce it, since they may be invoiced without it.",
    )
    key_account_closed_qty = fields.Float(
        "Closed Quantity",
        digits="Product Unit",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="This quantity will not be invoiced and uses no credit. Accounting users close and reopen it.",
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
    def _compute_key_account_uninvoiced_amount(self):
        on_documents = self._get_key_account_on_documents()
        # Read together, so that Odoo skips unchanged values, which all are when an invoice is posted: writing costs
        # more than reading.
        self.browse(filter(None, on_documents)).fetch([OPEN_FIELD, LATER_FIELD])
        nothing = []
        with localcontext(EXACT):
            for line in self:
                amounts = line._get_key_account_open(on_documents.get(line.id, ZERO))
                open_amount, later = map(line._round_key_account_open, amounts)
                if open_amount or later:
                    line.key_account_uninvoiced_amount, line.key_account_later_amount = open_amount, later
                else:
                    nothing.append(line.id)
        # Zero is the same in all currencies, so that these lines are written together.
        lines = self.browse(nothing)
        lines.key_account_uninvoiced_amount = lines.key_account_later_amount = 0

    def _round_key_account_open(self, amount):
        if not amount:
            return 0.0
        step = Decimal(1).scaleb(-self.currency_id.decimal_places)
        # No customer has that much credit.
        most = LARGEST_STEPS * step
        return float(max(-most, min(amount, most)).quantize(step, ROUND_HALF_UP))

    def _get_key_account_open(self, on_documents):
        """Return the value of the line's uninvoiced part, taxes included, in the order's currency, not rounded.

        It is the line's total × remaining ÷ whole quantity. The whole quantity is the ordered one, or the delivered one
        if that is greater and deliveries are invoiced. Draft invoices count as invoiced, since they count as drafts;
        draft credit notes do not. Invoicing more than ordered leaves zero, and gives no credit.

        A line with a negative amount counts as far as an invoice made now would contain it: the company need not
        deliver a discount or deduct a return. A down payment deducts the amount invoiced in advance and not yet
        deducted again.

        All figures come from user input and from invoices, never from stored totals: remote calls can write those.

        :param Decimal on_documents: as returned by ``_get_key_account_on_documents``
        :return: two Decimals: the value (negative: a deduction), and its part that an invoice made now would leave out
        """
        self.ensure_one()
        if self.display_type:
            return ZERO, ZERO
        if self.is_downpayment and not self.product_uom_qty:
            # Regardless of when it is deducted.
            advance = self._get_key_account_advance()
            return -advance, -advance
        whole = self._get_key_account_whole()
        remaining, on_documents = self._get_key_account_remaining(whole, on_documents)
        if not remaining:
            return ZERO, ZERO
        total = self._get_key_account_total(whole)
        ready = self._get_key_account_ready(whole) - self._get_key_account_closed() - on_documents
        ready = max(min(ready, remaining), ZERO)
        # Of a deduction (negative total) only the quantity ready to invoice counts. Odoo leaves negative quantities out
        # of invoices, unless the user asks to deduct them.
        counted = ready if total < 0 else remaining
        return total * counted / whole, total * (counted - ready) / whole

    def _get_key_account_remaining(self, whole, on_documents):
        """Return the part of the whole quantity still to be invoiced, and that on documents (as Odoo counts them)."""
        invoiced = on_documents + self._get_key_account_elsewhere()
        remaining = whole - invoiced - self._get_key_account_closed()
        # Between zero and the whole, even if more than the order was invoiced or credited.
        remaining = min(max(remaining, min(whole, ZERO)), max(whole, ZERO))
        return remaining, max(on_documents, invoiced)

    def _get_key_account_whole(self):
        """Return the quantity that will be invoiced in the end, in the line's unit.

        Returns of goods invoiced on delivery count when they have arrived: before, they deduct nothing, since
        salespeople can add returns to any order.
        """
        ordered, delivered = self._get_key_account_ordered(), Decimal(repr(self.qty_delivered))
        if not self._is_key_account_invoiced_on_delivery():
            return ordered
        return max(ordered, min(delivered, ZERO) if ordered < 0 else delivered)

    def _get_key_account_ordered(self):
        """Return the ordered quantity that was or can still be delivered, in the line's unit."""
        return Decimal(repr(self.product_uom_qty))

    def _get_key_account_ready(self, whole):
        """Return the quantity that Odoo would invoice by now, including invoiced ones, in the line's unit."""
        return Decimal(repr(self.qty_delivered)) if self._is_key_account_invoiced_on_delivery() else whole

    def _is_key_account_invoiced_on_delivery(self):
        # Read from the template directly: reading it through the product is slower.
        return self.product_id.product_tmpl_id.invoice_policy == "delivery"

    def _get_key_account_closed(self):
        """Return the quantity that accounting closed for invoicing, in the line's unit."""
        return Decimal(repr(self.key_account_closed_qty))

    def _get_key_account_on_documents(self):
        """Return the quantity on invoices less credit notes, drafts included, as Odoo counts it, in each line's unit.

        :return: ``{id of the line: Decimal}`` of the lines that have any
        """
        # Remote callers choose the context: a date in it must not hide invoices.
        lines = self.filtered(lambda line: not line.display_type and line._has_key_account_documents())
        invoiced = lines.with_context(accrual_entry_date=False)._prepare_qty_invoiced()
        return {line.id: Decimal(repr(quantity)) for line, quantity in invoiced.items()}

    def _has_key_account_documents(self):
        return bool(self.invoice_lines)

    def _get_key_account_elsewhere(self):
        """Return the quantity on drafts that still counts here, to be added to the quantity on documents.

        A draft credit note gives no credit. A draft for another customer counts there, and here as well: cancelling it
        triggers no check.
        """
        quantity = ZERO
        for one in self.invoice_lines.filtered(lambda one: one.parent_state == "draft"):
            if one.move_id.move_type == "out_refund" or self._is_key_account_billed_elsewhere(one.move_id):
                drafted = Decimal(repr(one.product_uom_id._compute_quantity(one.quantity, self.product_uom_id)))
                quantity += drafted if one.move_id.move_type == "out_refund" else -drafted
        return quantity

    def _is_key_account_billed_elsewhere(self, move):
        """Return whether a draft is for another customer than the one that an invoice made now would name."""
        return move.partner_id.commercial_partner_id != self.order_id.partner_invoice_id.commercial_partner_id

    def _get_key_account_total(self, quantity):
        """Return the total of that quantity, taxes included, as Odoo computes it from price, discount and taxes.

        Own amounts of a line in addition to its price, such as those of Odoo's global discounts, only hold if the whole
        line is invoiced at once. So they make no sold goods cheaper and no deduction larger, except for the cents by
        which Odoo rounds discounts.
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
        # Negative taxes only count once invoiced: salespeople can choose them.
        return total if untaxed < 0 else total + taxes._get_key_account_negative(details)

    def _get_key_account_advance(self):
        """Return the amount invoiced in advance and not yet deducted, taxes included, in the order's currency."""
        return sum((one._get_key_account_advance(self) for one in self.invoice_lines), ZERO)

    # -------------------------------------------------------------------------
    # Quantities that accounting closed for invoicing (``action_close_key_account_invoicing``)
    # -------------------------------------------------------------------------

    @api.depends("key_account_closed_qty")
    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        for line in self.filtered("key_account_closed_qty"):
            left = line.qty_to_invoice - line.key_account_closed_qty
            line.qty_to_invoice = max(left, 0) if line.key_account_closed_qty > 0 else min(left, 0)
        return result

    def write(self, vals):
        if not DEAL_FIELDS.isdisjoint(vals):
            self._reopen_key_account_lines()
        return super().write(vals)

    def _close_key_account_lines(self):
        """Close the remaining quantity of the lines for invoicing, also of lines with negative amounts."""
        on_documents = self._get_key_account_on_documents()
        with localcontext(EXACT):
            for line in self.filtered(lambda line: not line.display_type):
                invoiced = on_documents.get(line.id, ZERO)
                remaining, _on_documents = line._get_key_account_remaining(line._get_key_account_whole(), invoiced)
                if remaining:
                    line.key_account_closed_qty += float(remaining)

    def _sell_key_account_anew(self):
        """Count the whole line again, whatever quantity was closed before."""
        self._reopen_key_account_lines()

    def _reopen_key_account_lines(self):
        # sudo: the user who changes the deal may not be in accounting; the change only raises the open amount
        closed = self.sudo().filtered("key_account_closed_qty")
        if closed:
            closed.write({"key_account_closed_qty": 0})
        return closed.with_env(self.env)

    # -------------------------------------------------------------------------
    # The uninvoiced part of orders that are older than the addon
    # -------------------------------------------------------------------------

    @api.model
    def _fill_key_account_uninvoiced_amounts(self):
        """Fill in open amounts once, when the addon is installed; database triggers update the exposure."""
        self.env.flush_all()
        self.env.cr.execute(self._get_nothing_open_sql())
        for batch in split_every(FILL_BATCH_SIZE, self._get_unknown_open_ids()):
            lines = self.browse(batch)
            self.env.add_to_compute(self._fields[OPEN_FIELD], lines)
            lines.flush_recordset([OPEN_FIELD])
            # Keep no records of a long history in memory.
            self.env.invalidate_all()
        with planned_for_many(self.env.cr):
            self.env.cr.execute(self._get_orders_open_sql())
        self.env.invalidate_all()

    def _get_nothing_open_sql(self):
        """Return the statement for lines with nothing open: most lines of a long history, which Odoo calls invoiced.

        Excluded are down payments, which deduct what was not deducted yet, and lines on a draft, which may be for
        another customer.
        """
        return SQL(
            """
            UPDATE sale_order_line
               SET key_account_uninvoiced_amount = 0, key_account_later_amount = 0
             WHERE key_account_uninvoiced_amount IS NULL
               AND (
                    display_type IS NOT NULL
                    OR (
                        state = 'sale' AND invoice_status = 'invoiced' AND is_downpayment IS NOT TRUE
                        AND NOT EXISTS (
                            SELECT 1
                              FROM sale_order_line_invoice_rel link
                              JOIN account_move_line item ON item.id = link.invoice_line_id
                             WHERE link.order_line_id = sale_order_line.id AND item.parent_state = 'draft'
                           )
                       )
                   )
            """
        )

    def _get_unknown_open_ids(self):
        rows = self.env.execute_query(
            SQL("SELECT id FROM sale_order_line WHERE key_account_uninvoiced_amount IS NULL ORDER BY order_id, id")
        )
        return [line_id for [line_id] in rows]

    def _get_orders_open_sql(self):
        """Return the statement that adds up lines as ``_compute_key_account_uninvoiced_amount`` of the order does."""
        return SQL(
            """
            UPDATE sale_order
               SET key_account_uninvoiced_amount = GREATEST(
                       GREATEST(COALESCE(open.amount - open.later, 0), 0) + COALESCE(open.later, 0), 0)
              FROM sale_order document
         LEFT JOIN (
                    SELECT order_id,
                           sum(key_account_uninvoiced_amount) AS amount,
                           sum(COALESCE(key_account_later_amount, 0)) AS later
                      FROM sale_order_line
                  GROUP BY order_id
                   ) open ON open.order_id = document.id
             WHERE document.id = sale_order.id
               AND sale_order.key_account_uninvoiced_amount IS NULL
            """
        )
