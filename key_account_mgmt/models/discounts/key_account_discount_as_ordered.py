from decimal import localcontext

from odoo import api, models

from ...rules import Judgement
from .key_account_discount import Verdict
from .key_account_discount_value import EXACT, ZERO

# Of an order of which all is invoiced as it says: it gives what the order gives, and no figure is needed for that.
AS_ORDERED = Verdict({}, Judgement((), ZERO, ZERO, ZERO, ZERO, over=False, order_over=False), {}, {})


class KeyAccountDiscount(models.AbstractModel):
    """Finds the invoices that need no comparison with caps, which most are: they bill the whole order as it is."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _is_as_ordered(self, order, group):
        """Whether invoices bill the whole of a confirmed order, each line once and just as it says.

        What is invoiced may give what the same part of the order gives (``rules/invoiced.py``), and here the part is
        all of it, so that ``invoiced`` would find nothing over either. It is asked in full about everything else: a
        part of an order, a second document, credit notes, down payments, amounts below zero or beside the price.

        :param list[InvoiceLine] group: all that was and is to be invoiced of the order
        """
        if order.state != "sale":
            return False
        ordered = {line.record: line for line in self.env["key.account.discount.value"]._prepare_order(order)}
        billed = {one.line.source: one for one in group}
        if len(billed) != len(group) or billed.keys() != ordered.keys():
            return False
        documents = {id(one.line.document): one.line.document for one in group}
        memo = {"included": {}}
        with localcontext(EXACT):
            return all(map(self._is_as_its_order, documents.values())) and all(
                self._is_line_as_ordered(one, ordered[source], memo) for source, one in billed.items()
            )

    @api.model
    def _is_line_as_ordered(self, one, ordered, memo):
        """:param PricedLine ordered: the line of the order that an ``InvoiceLine`` is for"""
        line = one.line
        if not one.new or line.terms != ordered.terms or line.quantity <= 0:
            return False
        record, source = line.record, ordered.record
        if record.move_id.move_type == "out_refund" or record.is_downpayment:
            return False
        if record.extra_tax_data or source.extra_tax_data:
            return False
        values = self.env["key.account.discount.value"]
        paid = values._get_paid(ordered, values._get_exact(ordered.quantity, ordered), memo)
        return paid >= 0 and values._is_booked(line, paid)
