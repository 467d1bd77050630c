from odoo import api, fields, models
from odoo.exceptions import UserError

from .order_checks import DiscountCheck

# Fields of a posted invoice that users cannot change in its form. Over RPC a context key opens them.
CLOSED_FIELDS = {"invoice_line_ids", "line_ids", "currency_id"}
INVOICES = ("out_invoice", "out_receipt")


class AccountMove(models.Model):
    """Checks that invoices made from orders keep the caps of these orders, when they are posted and afterwards.

    Credit notes are not checked: accounting creates them, and decides about returns and corrections. Documents that
    Odoo makes from an order are checked, whatever their type, as far as they sell goods or deduct down payments.
    """

    _inherit = "account.move"

    # Without this flag, a credit note that accounting makes from an invoice looks the same: it links to the order, too.
    key_account_from_order = fields.Boolean(
        "Credit Note Created from Order",
        readonly=True,
        copy=False,
        help="Created by Create Invoice on the order, because the amount to invoice was negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # Odoo creates no posted moves, but a remote call can, by a default in its context.
        moves.filtered(lambda move: move.state == "posted")._check_key_account_discount()
        return moves

    def write(self, vals):
        if vals.get("state") == "posted":
            self.filtered(lambda move: move.state != "posted")._check_key_account_discount()
        if CLOSED_FIELDS.isdisjoint(vals):
            return super().write(vals)
        posted = self.filtered(lambda move: move.state == "posted")
        result = super().write(vals)
        posted._check_key_account_discount()
        return result

    def _check_key_account_discount(self):
        """Raise if invoices give more discount than their order may, unless an approval of the order covers it.

        :raise UserError: names the invoices of each order, and what is over in them
        """
        invoices = self.filtered(lambda move: move._is_key_account_selling())
        verdicts = self.env["key.account.discount"]._judge_moves(invoices, detailed=False) if invoices else {}
        self.env["key.account.guard"]._touch_orders([order.id for order in verdicts])
        over = self.env["sale.order"].union(*(order for order, verdict in verdicts.items() if verdict.over))
        # sudo: inside, only the terms are read
        consented = self.env["key.account.approval"]._get_approved_terms(over) if over else {}
        refused = [
            invoices._get_key_account_refusal(order, verdicts[order])
            for order in over
            if not any(map(verdicts[order].is_covered, consented.get(order.id, ())))
        ]
        if refused:
            raise UserError("\n\n".join(refused))

    def _is_key_account_selling(self):
        """Return whether the document sells goods of orders, or deducts down payments for them.

        That is an invoice, or the credit note that Odoo makes of an invoice with a negative total (for example, if the
        down payment is greater than the goods).
        """
        if self.move_type in INVOICES:
            return True
        return self.move_type == "out_refund" and any(map(self._is_key_account_sold, self.invoice_line_ids))

    def _is_key_account_sold(self, line):
        """Return whether a line of this credit note sells goods, by a negative quantity, or deducts a down payment."""
        if not line.sale_line_ids:
            return False
        if line.product_id:
            return line.quantity < 0
        # A user who reverses the invoice of a down payment manually may refund it.
        return self.key_account_from_order and line.is_downpayment and line.quantity > 0

    def _get_key_account_refusal(self, order, verdict):
        sentences = DiscountCheck(self.env).describe(order, verdict)
        invoices = self.filtered(lambda move: order in move.line_ids.sale_line_ids.order_id)
        return self.env._(
            "%(invoice)s gives more discount than %(orders)s may:\n%(sentences)s\nInvoice what was ordered, or have the"
            " discount approved on the order first.",
            invoice=", ".join(move.display_name for move in invoices),
            orders=order.name,
            sentences="\n".join(f"• {sentence}" for sentence in sentences),
        )

    # -------------------------------------------------------------------------
    # Costs that Odoo reinvoices to customers when they are posted
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        """Check orders after posting: Odoo adds lines to them before their costs are posted."""
        if all(move.is_sale_document(include_receipts=True) for move in self):
            return super()._post(soft=soft)
        with self.env["key.account.guard"]._checking_changes(self.env["sale.order"]):
            return super()._post(soft=soft)
