from typing import NamedTuple

from odoo import api, models

from ...rules import Entry, invoiced
from .key_account_discount import Verdict
from .key_account_discount_as_ordered import AS_ORDERED
from .key_account_discount_value import PricedLine
from .key_account_exchange import MissingRate


class InvoiceLine(NamedTuple):
    """A line of an invoice or credit note, for one of the orders of its document."""

    line: PricedLine  # of a credit note with its sign turned
    new: bool  # on a document that is to be posted, not on one that is

    @property
    def credit(self):
        return self.line.record.move_id.move_type == "out_refund" and self.line.quantity <= 0

    @property
    def advance(self):
        """What Odoo makes of a down payment has no product; whatever has one is goods, paid in advance or not."""
        return self.line.record.is_downpayment and not self.line.product


class KeyAccountDiscount(models.AbstractModel):
    """Judges what is invoiced of orders, by what these orders give for exactly that."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _judge_moves(self, moves, detailed=True):
        """Whether orders keep their caps as far as they were invoiced, and will be once documents are posted.

        Of an order count the lines of all posted documents and of these; lines that were made from no order count for
        the first order of their document. What they say comes from the documents alone, which salespeople cannot
        write: the order only says what it gives, and only while it is confirmed, for the guard watches it then. The
        rest is in ``invoiced`` (``rules/invoiced.py``).

        :param moves: customer invoices and credit notes, looked at as if they were posted, all at once
        :param bool detailed: else the verdict of an order of which all is invoiced just as it says is ``AS_ORDERED``:
            it is not over, and that is found out without caps
        :return: ``{order: Verdict}``, the lines those of ``moves``; orders without caps are left out
        :raise UserError: a figure that cannot be computed
        """
        moves = self._get_unbiased(moves)
        orders = self._read_anew(moves.line_ids, "sale_line_ids").sale_line_ids.order_id.with_prefetch()
        verdicts = {}
        for company, group in orders.grouped("company_id").items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table:
                judge_in = self.with_env(group.with_company(company).env)
                verdicts |= judge_in._judge_invoiced(group.with_env(judge_in.env), moves.ids, table, detailed)
        return verdicts

    @api.model
    def _judge_invoiced(self, orders, new_ids, table, detailed):
        # Read anew as well: it is the inverse of what was forgotten, and so of all records.
        known = orders.order_line.with_prefetch().invoice_lines.move_id.with_prefetch()
        moves = known.filtered(lambda move: move.id in new_ids or move.state == "posted")
        self._read_anew(moves.filtered(lambda move: move.id not in new_ids).line_ids, "sale_line_ids")
        groups = self._get_invoice_lines(orders, moves, new_ids)
        plain = () if detailed else {order for order, group in groups.items() if self._is_as_ordered(order, group)}
        verdicts = dict.fromkeys(plain, AS_ORDERED)
        doubtful = {order: group for order, group in groups.items() if order not in verdicts}
        if doubtful:
            customers = orders.partner_id | orders.partner_invoice_id | moves.partner_id
            self.env["key.account.line.facts"]._fetch_customers(customers, table)
        for order, group in doubtful.items():
            try:
                verdict = self._judge_invoice_lines(order, group, table)
            except MissingRate:
                if not self._needs_no_rate([one.line for one in group if one.new], table):
                    raise
                continue
            if verdict:
                verdicts[order] = verdict
        return verdicts

    @api.model
    def _judge_invoice_lines(self, order, group, table):
        """:return: the verdict on what is invoiced of one order; None without a cap"""
        lines = [one.line for one in group]
        deal, judged, decisions = self._judge_deal(order, lines, table)
        if not deal and not self._is_capped(decisions):
            return None
        entries = self._get_entries(group, judged)
        judgement = invoiced(deal, entries, self._get_rounding())
        kept = [one.line for one, entry in zip(group, entries, strict=True) if entry.new and not entry.credit]
        found = {line.record: decision for line, decision in zip(lines, decisions, strict=True)}
        records = [line.record for line in kept]
        return Verdict(
            self._get_common_basis(kept),
            judgement,
            dict(zip(records, judgement.lines, strict=True)),
            {record: found[record] for record in records},
        )

    @api.model
    def _judge_deal(self, order, lines, table):
        """An order and what is invoiced of it, valued together: what is on both is looked up once.

        :param list[PricedLine] lines: of its invoices
        :return: the judgement of the order (None while it is not confirmed, or without a cap), that of the lines, and
            their caps
        """
        values = self.env["key.account.discount.value"]
        ordered = values._prepare_order(order) if order.state == "sale" else []
        together = [*ordered, *lines]
        valued = values._get_values(together, table.reference)
        decisions = self._decide(together, valued, table)
        parts = slice(len(ordered)), slice(len(ordered), None)
        deal, judged = (self._judge_lines(together[part], valued[part], decisions[part]) for part in parts)
        return deal if self._is_capped(decisions[parts[0]]) else None, judged, decisions[parts[1]]

    @api.model
    def _get_entries(self, group, judged):
        documents = {id(one.line.document): one.line.document for one in group}
        alike = {key: self._is_as_its_order(document) for key, document in documents.items()}
        return [
            # Goods that are said to be a down payment are not what the order says.
            Entry(
                line,
                one.new,
                one.credit,
                one.advance,
                alike[id(one.line.document)] and not one.line.record.is_downpayment,
            )
            for one, line in zip(group, judged.lines, strict=True)
        ]

    @api.model
    def _is_as_its_order(self, document):
        """Whether prices of the document are comparable with those of its order."""
        payer = document.order.partner_invoice_id.commercial_partner_id or document.customer
        return document.currency == document.order.currency_id and document.payer == payer

    @api.model
    def _get_common_basis(self, lines):
        """The basis of all lines that are to be posted; several are none, which nobody consented to."""
        documents = {id(line.document): line for line in lines}
        bases = [self._get_basis(line.record.move_id, [line]) for line in documents.values()]
        return bases[0] if bases and all(basis == bases[0] for basis in bases) else {}

    @api.model
    def _read_anew(self, records, name):
        """Forget a field of records that was read for the user of the request: what record rules keep from that user is
        not in it, and Odoo keeps it for everybody. The records come back.

        :param str name: a Many2many field; Odoo forgets its inverse as well, of all records
        """
        records.invalidate_recordset([name])
        # Records are read together with those that were found the same way, but that is forgotten, too.
        return records.with_prefetch()

    # -------------------------------------------------------------------------
    # Lines
    # -------------------------------------------------------------------------

    @api.model
    def _get_invoice_lines(self, orders, moves, new_ids):
        """``{order: [InvoiceLine]}``: what documents say that is for these orders, the posted ones first.

        What is charged beside goods (freight, a fee; a line without product that is no down payment) is left out: it
        neither gives anything nor makes up for what others give.
        """
        found = {}
        for move in moves.sorted(lambda move: (move.id in new_ids, move.id)):
            documents = self._get_documents(move)
            first = next(iter(documents))
            new, turned = move.id in new_ids, -1 if move.move_type == "out_refund" else 1
            for line in move.invoice_line_ids:
                source = line.sale_line_ids[:1]
                order = source.order_id or first
                if line.display_type != "product" or order not in orders:
                    continue
                one = InvoiceLine(self._prepare_move_line(line, source, documents[order], turned), new)
                priced = one.line
                if priced.product or one.advance or priced.quantity * priced.price_unit < 0:
                    found.setdefault(order, []).append(one)
        return found

    @api.model
    def _get_documents(self, move):
        values = self.env["key.account.discount.value"]
        return {
            order: values._prepare_document(order, move.currency_id, move.partner_id)
            for order in move.line_ids.sale_line_ids.order_id
        }

    @api.model
    def _prepare_move_line(self, line, source, document, turned):
        """A line as those of orders are taken.

        :param int turned: -1 for credit notes, otherwise 1
        """
        product = line.product_id
        return PricedLine(
            record=line,
            source=source,
            document=document,
            product=product,
            template=product.product_tmpl_id,
            uom=line.product_uom_id,
            quantity=line.quantity * turned,
            price_unit=line.price_unit,
            discount=line.discount,
            taxes=line.tax_ids,
        )
