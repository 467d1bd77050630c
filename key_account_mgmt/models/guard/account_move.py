from odoo import api, fields, models
from odoo.exceptions import UserError

# Fields of a posted invoice that its form does not let anybody change. Over RPC a context key opens them.
CLOSED_FIELDS = {"invoice_line_ids", "line_ids", "currency_id"}
INVOICES = ("out_invoice", "out_receipt")


class AccountMove(models.Model):
    """Invoices made from orders keep the caps of these orders when they are posted, and afterwards.

    Credit notes are not looked at: what comes back, or is put right, is for accounting to decide, which makes them.
    What Odoo makes of an order is looked at whatever it is called, as far as it sells goods or deducts down payments.
    """

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    # A credit note that accounting makes of an invoice is linked with the order as well, and looks the same.
    key_account_from_order = fields.Boolean(
        "Credit Note Created from Order",
        readonly=True,
        copy=False,
        help="Created by Create Invoice on the order, because less than nothing was left to be invoiced.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # Odoo makes none that is posted; a default that comes with the context of a remote call would.
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
        """Refuse invoices by which more of an order is given than it may, unless somebody consented to it on the order.

        :raise UserError: names the invoices of each order, and what of them is over
        """
        invoices = self.filtered(lambda move: move._is_key_account_selling())
        verdicts = self.env["key.account.discount"]._judge_moves(invoices, detailed=False) if invoices else {}
        self.env["key.account.guard"]._meet([order.id for order in verdicts])
        over = self.env["sale.order"].union(*(order for order, verdict in verdicts.items() if verdict.over))
        # sudo: in there only the terms are read
        consented = self.env["key.account.approval"]._get_approved_terms(over) if over else {}
        refused = [
            invoices._get_key_account_refusal(order, verdicts[order])
            for order in over
            if not any(map(verdicts[order].is_covered, consented.get(order.id, ())))
        ]
        if refused:
            raise UserError("\n\n".join(refused))

    def _is_key_account_selling(self):
        """Whether it sells goods of orders, or deducts what was paid for them in advance: an invoice, or what Odoo
        makes of one that comes to less than nothing (of a down payment that is greater than the goods, say)."""
        if self.move_type in INVOICES:
            return True
        return self.move_type == "out_refund" and any(map(self._is_key_account_sold, self.invoice_line_ids))

    def _is_key_account_sold(self, line):
        """Whether a line of this credit note sells goods, by a negative quantity, or deducts a down payment."""
        if not line.sale_line_ids:
            return False
        if line.product_id:
            return line.quantity < 0
        # Who reverses the invoice of a down payment by hand may give it back.
        return self.key_account_from_order and line.is_downpayment and line.quantity > 0

    def _get_key_account_refusal(self, order, verdict):
        sentences = self.env["key.account.guard"]._describe_verdict(order, verdict)
        invoices = self.filtered(lambda move: order in move.line_ids.sale_line_ids.order_id)
        return self.env._(
            "%(invoice)s gives more discount than %(orders)s may:\n%(sentences)s\nInvoice what was ordered, or have the"
            " discount approved on the order first.",
            invoice=", ".join(move.display_name for move in invoices),
            orders=order.name,
            sentences="\n".join(f"• {sentence}" for sentence in sentences),
        )

    # -------------------------------------------------------------------------
    # Costs that Odoo passes on to customers when they are posted
    # -------------------------------------------------------------------------

    def _post(self, soft=True):
        """Odoo adds lines to orders before their costs are posted, so the orders are checked afterwards."""
        if all(move.is_sale_document(include_receipts=True) for move in self):
            return super()._post(soft=soft)
        with self.env["key.account.guard"]._watch(self.env["sale.order"]):
            return super()._post(soft=soft)
