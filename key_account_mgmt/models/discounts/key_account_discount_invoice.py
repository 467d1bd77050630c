from decimal import Decimal, localcontext
from typing import NamedTuple

from odoo import api, models

from ...rules import Entry, Judgement, invoiced
from .key_account_discount import Verdict
from .key_account_discount_value import EXACT, ZERO, PricedLine
from .key_account_exchange import MissingRate

# The verdict of an order invoiced completely and as ordered: it gives what the order gives, without any figure.
AS_ORDERED = Verdict({}, Judgement((), ZERO, ZERO, ZERO, ZERO, over=False, order_over=False), {}, {})


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


# Facts that may give a part of an order another cap than the whole.
SIZES = {"order_amount", "order_quantity"}


class KeyAccountDiscount(models.AbstractModel):
    """Finds the invoices that need no comparison with caps: most bill the whole order as it is."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
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
        values = self.env["key.account.discount.value"]
        paid = values._get_paid(ordered, values._get_exact(ordered.quantity, ordered), memo)
        return paid >= 0 and values._is_booked(line, paid)

    # -------------------------------------------------------------------------
    # Judges the invoiced part of orders by what these orders give for exactly that part
    # -------------------------------------------------------------------------

    @api.model
    def _judge_moves(self, moves, detailed=True):
        """Judge whether the invoiced part of orders keeps their caps, including documents that are about to be posted.

        The lines of all posted documents of an order and of ``moves`` count; lines without an order count for the first
        order of their document. Quantities and prices come from the documents alone, which salespeople cannot write.
        The order only says which discount it gives, and only while it is confirmed, since the guard watches it then.
        The rest is in ``invoiced`` (``rules/orders/invoiced.py``).

        :param moves: customer invoices and credit notes, judged together as if they were posted
        :param bool detailed: if False, the verdict of an order invoiced completely and as ordered is ``AS_ORDERED``:
            it is not over, which is known without reading caps
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
        # Read this again as well: Odoo forgot it for all records, as the inverse of the field forgotten above.
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
        """Return the verdict on the invoiced part of one order; None without a cap."""
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
        """Judge an order and its invoice lines; both are valued together, so that common figures are looked up once.

        :param list[PricedLine] lines: of its invoices
        :return: the judgement of the order (None while it is not confirmed, or without a cap), the judgement of the
            lines, and their caps
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

    @api.model
    def _is_as_its_order(self, document):
        """Return whether prices of the document are comparable with those of its order."""
        payer = document.order.partner_invoice_id.commercial_partner_id or document.customer
        return document.currency == document.order.currency_id and document.payer == payer

    @api.model
    def _get_common_basis(self, lines):
        """Return the common basis of all lines to be posted; an empty one, which no approval covers, if they differ."""
        documents = {id(line.document): line for line in lines}
        bases = [self._get_basis(line.record.move_id, [line]) for line in documents.values()]
        return bases[0] if bases and all(basis == bases[0] for basis in bases) else {}

    @api.model
    def _read_anew(self, records, name):
        """Drop the cached value of a field that was read for the user of the request, and return the records.

        Record rules hide records from that user, and Odoo caches the shortened value for all users.

        :param str name: a Many2many field; Odoo forgets its inverse as well, of all records
        """
        records.invalidate_recordset([name])
        # The prefetch is dropped, too, since it names the records found with the cached value.
        return records.with_prefetch()

    # -------------------------------------------------------------------------
    # Lines
    # -------------------------------------------------------------------------

    @api.model
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

    @api.model
    def _get_documents(self, move):
        values = self.env["key.account.discount.value"]
        return {
            order: values._prepare_document(order, move.currency_id, move.partner_id)
            for order in move.line_ids.sale_line_ids.order_id
        }

    @api.model
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
    # Judges the remainder of a cancelled order: its invoiced part
    # -------------------------------------------------------------------------

    @api.model
    def _judge_invoiced_parts(self, orders):
        """Judge whether the invoiced part of confirmed orders keeps the caps that apply to its own size.

        ``_judge_moves`` checks everything else when invoices are posted. But 4 of 10 pieces may be invoiced at the
        price for 10, as long as the other 6 are still to be invoiced.

        :return: ``{order: Verdict}`` of orders whose goods were invoiced at a price that only the order's size allowed
        """
        orders = self._get_unbiased(orders)
        verdicts = {}
        for company, group in orders.grouped("company_id").items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table and not SIZES.isdisjoint(table.metrics):
                judge_in = self.with_env(group.with_company(company).env)
                for order in group.with_env(judge_in.env):
                    verdict = judge_in._judge_invoiced_part(order, table)
                    if verdict and verdict.over:
                        verdicts[order] = verdict
        return verdicts

    @api.model
    def _judge_invoiced_part(self, order, table):
        invoiced = self._read_anew(order.order_line, "invoice_lines").invoice_lines
        moves = invoiced.move_id.with_prefetch().filtered(lambda move: move.state == "posted")
        found = self._get_invoice_lines(order, moves, []).get(order, ())
        lines = [one.line for one in found if one.line.source and not one.advance]
        if not lines:
            return None
        lines, valued = self._add_up(lines, self.env["key.account.discount.value"]._get_values(lines, table.reference))
        decisions = self._decide(lines, valued, table)
        judgement = self._judge_lines(lines, valued, decisions)
        if self._is_over_anyway(order, judgement, table):
            return None
        records = [line.source for line in lines]
        return Verdict(
            self._get_basis(order, lines),
            judgement,
            dict(zip(records, judgement.lines, strict=True)),
            dict(zip(records, decisions, strict=True)),
        )

    @api.model
    def _is_over_anyway(self, order, judgement, table):
        """Return whether the whole order is over wherever its part is: then prices changed since, not the part."""
        whole = self._judge_together({order: self.env["key.account.discount.value"]._prepare_order(order)}, table)
        known = whole[order].judgement if order in whole else None
        over = {one.line.key for one in known.lines if one.over} if known else set()
        lines = all(one.line.key in over for one in judgement.lines if one.over)
        return lines and (not judgement.order_over or bool(known and known.order_over))

    @api.model
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
