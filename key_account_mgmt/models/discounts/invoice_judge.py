from decimal import Decimal, localcontext
from typing import NamedTuple

from ...rules import Entry, invoiced
from .discount_verdict import AS_ORDERED, DiscountVerdict
from .key_account_discount_value import EXACT, PricedLine
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
        """Return whether the line is a down payment.

        Odoo's down payment lines have no product; a line with a product is goods, paid in advance or not.
        """
        return self.line.record.is_downpayment and not self.line.product


class InvoiceJudge:
    """Judges the invoiced part of orders by what these orders give for exactly that part.

    The caller has chosen one company, and an environment that no user or context influences (``_get_unbiased``).
    """

    def __init__(self, discounts):
        self.discounts = discounts
        self.env = discounts.env
        self.values = discounts.env["key.account.discount.value"]

    def judge(self, orders, new_ids, table, detailed):
        """Return ``{order: DiscountVerdict}`` for ``_judge_moves``.

        :param new_ids: of the documents that are judged as if they were posted
        """
        # Read this again as well: Odoo forgot it for all records, as the inverse of the field forgotten above.
        known = orders.order_line.with_prefetch().invoice_lines.move_id.with_prefetch()
        moves = known.filtered(lambda move: move.id in new_ids or move.state == "posted")
        self.discounts._read_anew(moves.filtered(lambda move: move.id not in new_ids).line_ids, "sale_line_ids")
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
                if not self.discounts._needs_no_rate([one.line for one in group if one.new], table):
                    raise
                continue
            if verdict:
                verdicts[order] = verdict
        return verdicts

    def _judge_invoice_lines(self, order, group, table):
        """Return the verdict on the invoiced part of one order; None without a cap."""
        lines = [one.line for one in group]
        deal, judged, decisions = self._judge_deal(order, lines, table)
        if not deal and not self.discounts._is_capped(decisions):
            return None
        entries = self._get_entries(group, judged)
        judgement = invoiced(deal, entries, self.discounts._get_rounding())
        kept = [one.line for one, entry in zip(group, entries, strict=True) if entry.new and not entry.credit]
        found = {line.record: decision for line, decision in zip(lines, decisions, strict=True)}
        records = [line.record for line in kept]
        return DiscountVerdict(
            self._get_common_basis(kept),
            judgement,
            dict(zip(records, judgement.lines, strict=True)),
            {record: found[record] for record in records},
        )

    def _judge_deal(self, order, lines, table):
        """Judge an order and its invoice lines; both are valued together, so that common figures are looked up once.

        :param list[PricedLine] lines: of its invoices
        :return: the judgement of the order (None while it is not confirmed, or without a cap), the judgement of the
            lines, and their caps
        """
        values = self.values
        ordered = values._prepare_order(order) if order.state == "sale" else []
        together = [*ordered, *lines]
        valued = values._get_values(together, table.reference)
        decisions = self.discounts._decide(together, valued, table)
        parts = slice(len(ordered)), slice(len(ordered), None)
        deal, judged = (self.discounts._judge_lines(together[part], valued[part], decisions[part]) for part in parts)
        return deal if self.discounts._is_capped(decisions[parts[0]]) else None, judged, decisions[parts[1]]

    def _get_entries(self, group, judged):
        documents = {id(one.line.document): one.line.document for one in group}
        alike = {key: self._is_as_its_order(document) for key, document in documents.items()}
        return [
            # Goods declared as a down payment are not what was ordered.
            Entry(
                line,
                one.new,
                one.credit,
                one.advance,
                alike[id(one.line.document)] and not one.line.record.is_downpayment,
            )
            for one, line in zip(group, judged.lines, strict=True)
        ]

    def _is_as_its_order(self, document):
        """Return whether prices of the document are comparable with those of its order."""
        payer = document.order.partner_invoice_id.commercial_partner_id or document.customer
        return document.currency == document.order.currency_id and document.payer == payer

    def _get_common_basis(self, lines):
        """Return the common basis of all lines to be posted; an empty one, which no approval covers, if they differ."""
        documents = {id(line.document): line for line in lines}
        bases = [self.discounts._get_basis(line.record.move_id, [line]) for line in documents.values()]
        return bases[0] if bases and all(basis == bases[0] for basis in bases) else {}

    # -------------------------------------------------------------------------
    # What needs no comparison with caps: most invoices bill the whole order as it is
    # -------------------------------------------------------------------------

    def _is_as_ordered(self, order, group):
        """Return whether invoices bill the whole of a confirmed order, each line once and exactly as ordered.

        An invoice may give what the same part of the order gives (``rules.invoiced``). Here the part is the whole
        order, so that ``invoiced`` would not find anything over its cap either. It fully judges all other cases: a
        part of an order, a second document, credit notes, down payments, amounts below zero or in addition to the
        price.

        :param list[InvoiceLine] group: all lines invoiced or to be invoiced of the order
        """
        if order.state != "sale":
            return False
        ordered = {line.record: line for line in self.values._prepare_order(order)}
        billed = {one.line.source: one for one in group}
        if len(billed) != len(group) or billed.keys() != ordered.keys():
            return False
        documents = {id(one.line.document): one.line.document for one in group}
        memo = {"included": {}}
        with localcontext(EXACT):
            return all(map(self._is_as_its_order, documents.values())) and all(
                self._is_line_as_ordered(one, ordered[source], memo) for source, one in billed.items()
            )

    def _is_line_as_ordered(self, one, ordered, memo):
        """Return whether an invoice line bills the whole of its order line, exactly as ordered.

        :param PricedLine ordered: the line of the order that an ``InvoiceLine`` is for
        """
        line = one.line
        if not one.new or line.terms != ordered.terms or line.quantity <= 0:
            return False
        record, source = line.record, ordered.record
        if record.move_id.move_type == "out_refund" or record.is_downpayment:
            return False
        if record.extra_tax_data or source.extra_tax_data:
            return False
        values = self.values
        paid = values._get_paid(ordered, values._get_exact(ordered.quantity, ordered), memo)
        return paid >= 0 and values._is_booked(line, paid)

    # -------------------------------------------------------------------------
    # Lines
    # -------------------------------------------------------------------------

    def _get_invoice_lines(self, orders, moves, new_ids):
        """Return ``{order: [InvoiceLine]}``: the document lines for these orders, posted ones first.

        Charges other than goods (freight, a fee; a line without product that is no down payment) are left out: they
        neither give a discount nor make up for the discounts of other lines.
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

    def _get_documents(self, move):
        values = self.values
        return {
            order: values._prepare_document(order, move.currency_id, move.partner_id)
            for order in move.line_ids.sale_line_ids.order_id
        }

    def _prepare_move_line(self, line, source, document, turned):
        """Return an invoice line in the same form as an order line.

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

    # -------------------------------------------------------------------------
    # The remainder of a cancelled order: its invoiced part
    # -------------------------------------------------------------------------

    def judge_part(self, order, table):
        invoiced = self.discounts._read_anew(order.order_line, "invoice_lines").invoice_lines
        moves = invoiced.move_id.with_prefetch().filtered(lambda move: move.state == "posted")
        found = self._get_invoice_lines(order, moves, []).get(order, ())
        lines = [one.line for one in found if one.line.source and not one.advance]
        if not lines:
            return None
        lines, valued = self._add_up(lines, self.values._get_values(lines, table.reference))
        decisions = self.discounts._decide(lines, valued, table)
        judgement = self.discounts._judge_lines(lines, valued, decisions)
        if self._is_over_anyway(order, judgement, table):
            return None
        records = [line.source for line in lines]
        return DiscountVerdict(
            self.discounts._get_basis(order, lines),
            judgement,
            dict(zip(records, judgement.lines, strict=True)),
            dict(zip(records, decisions, strict=True)),
        )

    def _is_over_anyway(self, order, judgement, table):
        """Return whether the whole order is over wherever its part is: then prices changed since, not the part."""
        whole = self.discounts._judge_together({order: self.values._prepare_order(order)}, table)
        known = whole[order].judgement if order in whole else None
        over = {one.line.key for one in known.lines if one.over} if known else set()
        lines = all(one.line.key in over for one in judgement.lines if one.over)
        return lines and (not judgement.order_over or bool(known and known.order_over))

    def _add_up(self, lines, valued):
        """Return one line for each order line, with the totals of its invoices and credit notes as one document."""
        found = {}
        for line, value in zip(lines, valued, strict=True):
            found.setdefault(line.source, []).append((line._replace(document=lines[0].document), value))
        added = []
        for group in found.values():
            line, value = group[0]
            quantity = sum(one.quantity for _line, one in group)
            sold = [one for _line, one in group if one.quantity > 0]
            share = quantity / sum(one.quantity for one in sold) if sold else Decimal(1)
            if quantity > 0:
                net, worth = (sum(getattr(one, name) or 0 for one in sold) * share for name in ("net", "reference"))
                added.append((line, value._replace(net=net, reference=worth or None, quantity=quantity)))
        return [line for line, _value in added], [value for _line, value in added]
