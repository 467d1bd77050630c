from decimal import ROUND_HALF_UP, Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ...rules import (
    CapDecision,
    DiscountLine,
    judge,
    stricter,
)
from .discount_verdict import DiscountVerdict
from .invoice_judge import InvoiceJudge
from .key_account_discount_value import HUNDRED, ZERO
from .key_account_exchange import MissingRate

NOTHING = CapDecision(None, ZERO, None, ())
# Facts that may give a part of an order another cap than the whole.
SIZES = {"order_amount", "order_quantity"}


class KeyAccountDiscount(models.AbstractModel):
    """Judges the discounts of orders and invoices: values the lines, finds their caps and compares both."""

    _name = "key.account.discount"
    _description = "Judgement of Discounts"

    @api.model
    def _judge_orders(self, orders, strict=True):
        """Judge whether orders keep their discount caps, from base fields as they are now.

        :param orders: saved or new; saved and unsaved changes count alike
        :param bool strict: if False, a figure that cannot be computed is a ``problem`` of the verdict
        :return: ``{order: DiscountVerdict}``; orders of companies without caps, and where no line has a cap or a floor,
            are left out. Records are those of a superuser environment with no context but the language.
        :raise UserError: a figure that cannot be computed, such as a currency without rate (``strict`` only)
        """
        orders = self._get_unbiased(orders)
        verdicts = {}
        for company, group in orders.grouped(lambda order: order.company_id or order.env.company).items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table:
                judge_in = self.with_env(group.with_company(company).env)
                verdicts |= judge_in._judge_company(group.with_env(judge_in.env), table, strict)
        return verdicts

    @api.model
    def _get_unbiased(self, records):
        """Return the records independent of the user and the context."""
        # sudo: caps bind all users, also those without read access to costs or rules. The context is dropped, since RPC
        # callers choose theirs. Only the language is kept, if it is installed, for messages.
        lang = records.env["res.lang"]._get_code(records.env.context.get("lang"))
        return records.with_env(records.env(su=True, context={"lang": lang}))

    @api.model
    def _judge_company(self, orders, table, strict):
        values, facts = self.env["key.account.discount.value"], self.env["key.account.line.facts"]
        facts._fetch_customers(orders.partner_id | orders.partner_invoice_id, table)
        if table.has_floor:
            facts._fetch_products(orders.order_line.product_id)
        priced = {order: values._prepare_order(order) for order in orders}
        verdicts = {}
        for order, lines in priced.items():
            try:
                verdicts |= self._judge_together({order: lines}, table)
            except UserError as error:
                if isinstance(error, MissingRate) and self._needs_no_rate(lines, table):
                    continue
                if strict:
                    raise
                verdicts[order] = DiscountVerdict({}, problem=str(error))
        return verdicts

    @api.model
    def _judge_together(self, priced, table):
        """Judge any number of documents of one company together, with one batch of facts for the cap table.

        :param dict priced: ``{document: [PricedLine]}``
        """
        lines = [line for group in priced.values() for line in group]
        valued = self.env["key.account.discount.value"]._get_values(lines, table.reference)
        decisions = self._decide(lines, valued, table)
        verdicts, start = {}, 0
        for document, group in priced.items():
            part = slice(start, start + len(group))
            start += len(group)
            if self._is_capped(decisions[part]):
                verdicts[document] = self._get_verdict(document, group, valued[part], decisions[part])
        return verdicts

    @api.model
    def _decide(self, lines, valued, table):
        """Return the cap of each line.

        Where the invoiced customer is not the one who orders, the caps of both apply: otherwise a salesperson could
        give any customer the discount of a better one by ordering in its name.
        """
        facts = self.env["key.account.line.facts"]
        decisions = table.decide(facts._get_fact_batch(lines, valued, table.metrics))
        documents = {id(line.document): line.document for line in lines}
        if all(one.payer == one.customer for one in documents.values()):
            return decisions
        documents = {key: one._replace(customer=one.payer) for key, one in documents.items()}
        paid = [line._replace(document=documents[id(line.document)]) for line in lines]
        return list(map(stricter, decisions, table.decide(facts._get_fact_batch(paid, valued, table.metrics))))

    @api.model
    def _get_verdict(self, document, lines, valued, decisions):
        judgement = self._judge_lines(lines, valued, decisions)
        records = [line.record for line in lines]
        return DiscountVerdict(
            self._get_basis(document, lines),
            judgement,
            dict(zip(records, judgement.lines, strict=True)),
            dict(zip(records, decisions, strict=True)),
        )

    @api.model
    def _judge_lines(self, lines, valued, decisions):
        """Judge lines with their values and caps.

        :rtype: Judgement
        """
        prepared = [self._prepare_line(*one) for one in zip(lines, valued, decisions, strict=True)]
        return judge(prepared, self._get_rounding())

    @api.model
    def _is_capped(self, decisions):
        return any(one.cap is not None or one.margin_floor is not None for one in decisions)

    @api.model
    def _get_rounding(self):
        return Decimal(repr(self.env.company.currency_id.rounding))

    @api.model
    def _get_basis(self, document, lines):
        payer = lines[0].document.payer
        return {"currency": document.currency_id.name, "payer": payer._origin.id}

    @api.model
    def _prepare_line(self, line, value, decision):
        """Return a line in the form that the decision core judges."""
        cost = None
        if decision.margin_floor is not None and line.product:
            cost = Decimal(repr(line.product.standard_price)) * value.quantity
        return DiscountLine(
            key=self._get_key(line),
            net=value.net,
            reference=value.reference,
            cap=decision.cap,
            margin_floor=decision.margin_floor,
            cost=cost,
            own=not self._is_reward(line.source),
            slack=value.slack + self._get_cap_slack(line, value, decision.cap),
            product=self._get_goods(line),
            quantity=value.quantity,
            unit_net=value.unit_net,
        )

    @api.model
    def _get_cap_slack(self, line, value, cap):
        """Return the slack for a cap with more digits than the discount column, in which users enter the discount."""
        # A whole percentage has no more digits than any column.
        if not cap or not value.reference or not line.discount or cap == cap.to_integral_value():
            return ZERO
        digits = self.env["decimal.precision"].precision_get("Discount")
        entered = cap.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return max(ZERO, entered - cap) * value.reference / HUNDRED

    @api.model
    def _get_key(self, line):
        """Return the key by which approvals recognize a line: the order line, also for its invoice lines."""
        record = line.source or line.record
        if record._name != "sale.order.line":
            return f"{record._name},{record.id}"
        return record._origin.id or str(record.id)

    @api.model
    def _get_goods(self, line):
        """Return the key by which approvals recognize goods: the product with the options chosen on the line."""
        if not line.source or not line.template.has_configurable_attributes:
            return line.product.id or None
        chosen = line.source.product_no_variant_attribute_value_ids
        return ",".join(map(str, [line.product.id, *sorted(chosen._origin.ids)])) if chosen else line.product.id

    @api.model
    def _is_reward(self, order_line):
        """Return whether the line is a reward of a loyalty program, which counts for the whole order, at full value.

        Only what the program itself gives is a reward, whatever the line claims.
        """
        reward = order_line.reward_id if "reward_id" in order_line._fields else None
        return bool(reward) and order_line.product_id in reward.discount_line_product_id | reward.reward_product_ids

    # -------------------------------------------------------------------------
    # The invoiced part of orders
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
        :return: ``{order: DiscountVerdict}``, the lines those of ``moves``; orders without caps are left out
        :raise UserError: a figure that cannot be computed
        """
        moves = self._get_unbiased(moves)
        orders = self._read_anew(moves.line_ids, "sale_line_ids").sale_line_ids.order_id.with_prefetch()
        verdicts = {}
        for company, group in orders.grouped("company_id").items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table:
                judge_in = self.with_env(group.with_company(company).env)
                verdicts |= InvoiceJudge(judge_in).judge(group.with_env(judge_in.env), moves.ids, table, detailed)
        return verdicts

    @api.model
    def _judge_invoiced_parts(self, orders):
        """Judge whether the invoiced part of confirmed orders keeps the caps that apply to its own size.

        ``_judge_moves`` checks everything else when invoices are posted. But 4 of 10 pieces may be invoiced at the
        price for 10, as long as the other 6 are still to be invoiced.

        :return: ``{order: DiscountVerdict}`` of orders whose goods were invoiced at a price that only the order's size
            allowed
        """
        orders = self._get_unbiased(orders)
        verdicts = {}
        for company, group in orders.grouped("company_id").items():
            table = self.env["key.account.cap.table"]._get_table(company)
            if table and not SIZES.isdisjoint(table.metrics):
                judge_in = self.with_env(group.with_company(company).env)
                invoices = InvoiceJudge(judge_in)
                for order in group.with_env(judge_in.env):
                    verdict = invoices.judge_part(order, table)
                    if verdict and verdict.over:
                        verdicts[order] = verdict
        return verdicts

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
    # Orders in a currency without any rate, which cannot be compared with values in company currency
    # -------------------------------------------------------------------------

    @api.model
    def _needs_no_rate(self, lines, table):
        """Return whether the order cannot be over its caps, whatever its currency is worth.

        Either no line has a cap, or the order gives no discount: each line has the price of the customer's own
        pricelist, in the order's currency. Managers maintain pricelists; any pricelist but the customer's would be the
        salesperson's choice. A margin floor does need the rate: it compares with costs in another currency.

        :param list[PricedLine] lines: of one order
        """
        own = self.env["key.account.discount.value"]._get_in_own_currency(lines)
        return self._has_no_cap(own, table) or (not table.has_floor and self._gives_nothing(own))

    @api.model
    def _has_no_cap(self, lines, table):
        """Return whether no line has a cap; unknown, hence False, where rows of the table use the order amount."""
        if "order_amount" in table.metrics:
            return False
        valued = self.env["key.account.discount.value"]._get_values(lines, reference=None)
        return all(one.cap is None and one.margin_floor is None for one in self._decide(lines, valued, table))

    @api.model
    def _gives_nothing(self, lines):
        """Return whether lines keep a cap of 0, in the order's currency, against the customer's pricelist."""
        document = lines[0].document
        try:
            valued = self.env["key.account.discount.value"]._get_values(lines, "pricelist")
        except MissingRate:
            # The customer's pricelist is in another currency.
            return False
        capped = [self._prepare_line(line, value, NOTHING) for line, value in zip(lines, valued, strict=True)]
        return not judge(capped, Decimal(repr(document.currency.rounding))).over

    # -------------------------------------------------------------------------
    # Judgements as plain values, for the fields on screens
    # -------------------------------------------------------------------------

    @api.model
    def _get_verdict_values(self, order, verdict):
        """Return the figures of an order for screens and reports: floats; amounts in company currency, percentages
        0..100."""
        tier = order.sudo().with_company(order.company_id).partner_id.commercial_partner_id.key_account_tier_id
        if verdict.problem:
            return {"over": True, "problem": verdict.problem, "tier": tier.id}
        rules = self._get_rule_ids(order.company_id.sudo().key_account_cap_ruleset_id.id)
        return {
            "over": verdict.judgement.over,
            "remaining": float(verdict.judgement.remaining),
            "excess": float(verdict.judgement.excess),
            "tier": tier.id,
            "lines": {
                str(line.id): self._get_line_values(judged, rules.get(verdict.decisions[line].rule))
                for line, judged in verdict.lines.items()
            },
        }

    @api.model
    def _get_line_values(self, judged, rule_id):
        line = judged.line
        return {
            "capped": line.cap is not None or line.margin_floor is not None,
            "cap": None if line.cap is None else float(line.cap),
            "given_pct": None if judged.shown_pct is None else float(judged.shown_pct),
            "over": judged.over,
            "reference": float(line.reference or 0),
            "given": float(judged.given),
            "allowed": float(judged.allowed),
            "excess": float(max(judged.excess, judged.shortfall)),
            "rule": rule_id,
        }

    @api.model
    @ormcache("ruleset_id")
    def _get_rule_ids(self, ruleset_id):
        """Return ``{key: id}`` of the rows of an active rule set, which never change."""
        # sudo: an id discloses nothing; rights to read the row are checked where it is shown
        rules = self.env["key.account.rule"].sudo().with_context(active_test=False)
        return {rule.key: rule.id for rule in rules.search([("ruleset_id", "=", ruleset_id)])}
