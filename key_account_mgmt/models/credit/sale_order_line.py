from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..discounts.key_account_discount_value import CENTS, EXACT, ZERO
from ..discounts.sale_order import FIGURES
from ..shared.numbers import LARGEST_STEPS
from ..shared.statements import planned_for_many

OPEN_FIELD = "key_account_open_amount"
LATER_FIELD = "key_account_later_amount"
# Another product, unit, price or order is another deal than the one that was closed.
DEAL_FIELDS = {"product_id", "product_uom_id", "price_unit", "order_id"}
# Lines that are computed together: enough for the statements to cost little, few enough that memory stays flat.
BATCH_SIZE = 1000


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

    # -------------------------------------------------------------------------
    # What somebody in accounting decided not to invoice any more (``sale_order_closing``)
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
        """Nothing of what is left of the lines will be invoiced any more; of lines that take money off neither."""
        on_documents = self._get_key_account_on_documents()
        with localcontext(EXACT):
            for line in self.filtered(lambda line: not line.display_type):
                invoiced = on_documents.get(line.id, ZERO)
                remaining, _on_documents = line._get_key_account_remaining(line._get_key_account_whole(), invoiced)
                if remaining:
                    line.key_account_closed_qty += float(remaining)

    def _sell_key_account_anew(self):
        """Whatever was closed of it before, the whole line counts again."""
        self._reopen_key_account_lines()

    def _reopen_key_account_lines(self):
        # sudo: whoever changes the deal need not be in accounting; nothing gets cheaper by it
        closed = self.sudo().filtered("key_account_closed_qty")
        if closed:
            closed.write({"key_account_closed_qty": 0})
        return closed.with_env(self.env)

    # -------------------------------------------------------------------------
    # What is still to be invoiced of orders that are older than the addon
    # -------------------------------------------------------------------------

    @api.model
    def _fill_key_account_open_amounts(self):
        """Fill in what was never computed, once, when the addon is installed; the exposure follows by itself."""
        self.env.flush_all()
        self.env.cr.execute(self._get_nothing_open_sql())
        for batch in split_every(BATCH_SIZE, self._get_unknown_open_ids()):
            lines = self.browse(batch)
            self.env.add_to_compute(self._fields[OPEN_FIELD], lines)
            lines.flush_recordset([OPEN_FIELD])
            # Of a long history nothing is kept.
            self.env.invalidate_all()
        with planned_for_many(self.env.cr):
            self.env.cr.execute(self._get_orders_open_sql())
        self.env.invalidate_all()

    def _get_nothing_open_sql(self):
        """Most of a long history needs no computing: what Odoo calls invoiced leaves nothing, however little.

        Not so advance payments, which take off what was not deducted yet, and what is on a draft, which may be for
        another customer.
        """
        return SQL(
            """
            UPDATE sale_order_line
               SET key_account_open_amount = 0, key_account_later_amount = 0
             WHERE key_account_open_amount IS NULL
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
            SQL("SELECT id FROM sale_order_line WHERE key_account_open_amount IS NULL ORDER BY order_id, id")
        )
        return [line_id for [line_id] in rows]

    def _get_orders_open_sql(self):
        """As ``_compute_key_account_open_amount`` of the order adds them up."""
        return SQL(
            """
            UPDATE sale_order
               SET key_account_open_amount = GREATEST(
                       GREATEST(COALESCE(open.amount - open.later, 0), 0) + COALESCE(open.later, 0), 0)
              FROM sale_order document
         LEFT JOIN (
                    SELECT order_id,
                           sum(key_account_open_amount) AS amount,
                           sum(COALESCE(key_account_later_amount, 0)) AS later
                      FROM sale_order_line
                  GROUP BY order_id
                   ) open ON open.order_id = document.id
             WHERE document.id = sale_order.id
               AND sale_order.key_account_open_amount IS NULL
            """
        )
