import random
from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo import fields
from odoo.fields import Command

from ..credit_common import ZERO, CreditCommon

SEEDS = (1, 2, 3)
STEPS = 50
CENT = Decimal("0.01")


KINDS = (
    "taxes",
    "down payments",
    "credit notes",
    "instalments",
    "payments to come",
    "prepaid to come",
    "series",
    "lines below zero",
    "closed",
    "for another payer",
    "combos",
)


def exact(number):
    return Decimal(repr(number))


class TestExposureOverRandomHistories(CreditCommon):
    """Every number of every exposure, after each step of random histories, against a naive count of the documents.

    Histories have taxes, down payments, credit notes, instalments, payments with a date to come, series of invoices,
    lines below zero, goods invoiced on delivery, combos, other payers, and orders that accounting closed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.setup_other_company(currency_id=cls.company.currency_id.id)["company"]
        cls.rates = {cls.company: Decimal(2), cls.other_company: Decimal(4)}
        cls.euro.rate_ids.create(
            {"currency_id": cls.euro.id, "name": "2000-01-01", "rate": 0.25, "company_id": cls.other_company.id}
        )
        cls.payer = cls.make_customer(name="Payer")
        cls.contact = cls.make_customer(name="Contact", parent_id=cls.customer.id)
        cls.grandchild = cls.make_customer(name="Grandchild", parent_id=cls.contact.id)
        cls.partners = cls.customer | cls.payer | cls.contact | cls.grandchild
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.euro_list = cls._create_pricelist(name="EUR", currency_id=cls.euro.id, company_id=False)
        cls.today = fields.Date.today()
        cls.later = cls.today + timedelta(days=90)
        cls.instalments = cls.env["account.payment.term"].create(
            {
                "name": "Two instalments",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 40, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 60, "nb_days": 30}),
                ],
            }
        )
        combos = cls.env["product.combo"].create(
            [
                {"name": product.name, "combo_item_ids": [Command.create({"product_id": product.id})]}
                for product in (cls.good, cls.delivered)
            ]
        )
        cls.combo = cls._create_product(name="Set", type="combo", taxes_id=[], combo_ids=combos.ids)
        cls.methods = [method for method in dir(cls) if method.startswith("step_")]

    def test_random_histories(self):
        self.counted, self.seen = defaultdict(int), defaultdict(int)
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.live(seed)
        # What is always zero shows nothing.
        self.assertEqual(len(self.counted), 5, self.counted)
        self.assertGreater(min(self.counted.values()), 20, self.counted)
        self.assertEqual(
            {kind for kind in KINDS if self.seen[kind]}, set(KINDS), "each kind of document is in some history"
        )

    def live(self, seed):
        self.chance = random.Random(seed)
        self.orders = self.env["sale.order"]
        self.invoices = self.env["account.move"]
        for number in range(STEPS):
            name = self.chance.choice(self.methods)
            getattr(self, name)()
            self.check_everything(f"step {number}: {name}")
        self.look()
        # As if the addon came now, and found this history.
        self.forget_open_amounts(self.orders)
        self.env["sale.order.line"]._fill_key_account_uninvoiced_amounts()
        self.check_everything("installation")

    def look(self):
        """What of the documents that were ever counted wrongly is in a history."""
        lines = self.orders.order_line
        items = self.invoices.line_ids
        credits = self.env["account.move.line"].search(
            [("partner_id", "in", self.partners.ids), ("date", ">", self.today)]
        )
        self.seen["taxes"] += bool(items.tax_ids)
        self.seen["down payments"] += bool(items.filtered("is_downpayment"))
        self.seen["credit notes"] += "out_refund" in self.invoices.mapped("move_type")
        self.seen["instalments"] += bool(self.invoices.invoice_payment_term_id)
        self.seen["payments to come"] += bool(credits.filtered("matched_debit_ids"))
        self.seen["prepaid to come"] += any(line.amount_residual < 0 for line in credits)
        self.seen["series"] += bool(self.find_series())
        self.seen["lines below zero"] += any(line.price_unit < 0 and line.state == "sale" for line in lines)
        self.seen["closed"] += any(lines.mapped("key_account_closed_qty"))
        self.seen["combos"] += bool(items.sale_line_ids.combo_item_id)
        self.seen["for another payer"] += any(
            map(self.is_elsewhere, items.filtered(lambda one: one.parent_state == "draft"))
        )

    # --- Steps ---

    def pick(self, records, domain=()):
        found = records.filtered_domain(list(domain))
        return found[self.chance.randrange(len(found))] if found else found

    def amount(self):
        return self.chance.randrange(100, 100000) / 100

    def step_1_order(self):
        values = {"partner_invoice_id": self.payer.id} if self.chance.random() < 0.2 else {}
        if self.chance.random() < 0.3:
            values["pricelist_id"] = self.euro_list.id
        company = self.chance.choice([self.company, self.company, self.other_company])
        lines = [self.prepare_line(company) for _number in range(self.chance.randint(1, 3))]
        confirm = self.chance.random() < 0.8
        self.orders |= self.sell(self.pick(self.partners), *lines, confirm=confirm, company=company, **values)

    step_2_order = step_1_order

    def prepare_line(self, company):
        taxed = company == self.company and self.chance.random() < 0.5
        return {
            "product_id": self.chance.choice([self.good, self.delivered]).id,
            "product_uom_id": self.chance.choice([self.good.uom_id, self.dozen]).id,
            "product_uom_qty": self.chance.choice([1, 3, 2.5, 10, 10, -1, 0]),
            "price_unit": self.amount() * self.chance.choice([1, 1, 1, -0.5]),
            "discount": self.chance.choice([0, 0, 12.5]),
            "tax_ids": [Command.set(self.tax.ids if taxed else [])],
        }

    def step_sell_combo(self):
        """Its own line costs nothing, its parts are lines with prices."""
        quantity, tax = self.chance.choice([1, 3, 10]), self.chance.choice([self.tax.ids, []])
        whole = {"product_id": self.combo.id, "product_uom_qty": quantity}
        order = self.sell(self.pick(self.partners), whole, confirm=False)
        part = {"linked_line_id": order.order_line.id, "product_uom_qty": quantity, "tax_ids": [Command.set(tax)]}
        order.order_line = [
            Command.create(
                {"product_id": item.product_id.id, "combo_item_id": item.id, "price_unit": self.amount(), **part}
            )
            for item in self.combo.combo_ids.combo_item_ids
        ]
        order.action_confirm()
        self.orders |= order

    def step_confirm(self):
        self.pick(self.orders, [("state", "=", "draft")]).action_confirm()

    def step_deliver(self):
        line = self.pick(self.orders.order_line, [("state", "=", "sale"), ("is_downpayment", "=", False)])
        line.qty_delivered = line.product_uom_qty * self.chance.choice([0.5, 1, 1.2])

    def step_change_quantity(self):
        line = self.pick(self.orders.order_line, [("state", "=", "sale"), ("is_downpayment", "=", False)])
        line.product_uom_qty = self.chance.choice([0, 1, 4, 12])

    def step_change_payer(self):
        order = self.pick(self.orders, [("state", "=", "sale"), ("invoice_ids.state", "=", "draft")])
        order.partner_invoice_id = self.pick(self.partners)

    def step_close_or_reopen(self):
        order = self.pick(self.orders, [("state", "=", "sale")])
        if self.chance.random() < 0.7:
            order.action_close_key_account_invoicing()
        else:
            order.action_reopen_key_account_invoicing()

    def step_series(self):
        partner = self.pick(self.partners)
        self.invoices |= self.make_invoice(partner, self.amount(), self.today, auto_post="monthly")

    def step_cancel_order(self):
        order = self.pick(self.orders, [("state", "=", "sale")])
        if self.chance.random() < 0.3:
            order._action_cancel()

    def step_invoice_order(self):
        order = self.pick(self.orders, [("invoice_status", "=", "to invoice")])
        if order and any(line.qty_to_invoice > 0 and not line.is_downpayment for line in order.order_line):
            invoice = order._create_invoices(final=self.chance.random() < 0.7)
            if self.chance.random() < 0.4:
                line = self.pick(
                    invoice.invoice_line_ids, [("is_downpayment", "=", False), ("display_type", "=", "product")]
                )
                line.quantity *= 0.5
            self.invoices |= invoice

    step_invoice_order_again = step_invoice_order

    def step_pay_in_advance(self):
        order = self.pick(self.orders, [("state", "=", "sale"), ("amount_total", ">", 10)])
        if order:
            self.invoices |= self.pay_in_advance(order, round(order.amount_total * 0.3, 2), post=False)

    def step_invoice_outside_orders(self):
        move_type = self.chance.choice(["out_invoice", "out_invoice", "out_refund", "out_receipt"])
        currency = self.chance.choice([self.euro, self.company.currency_id])
        values = self.chance.choice([{}, {"invoice_payment_term_id": self.instalments.id}])
        self.invoices |= self.make_invoice(
            self.pick(self.partners),
            self.amount(),
            self.chance.choice([self.today, "2026-03-01"]),
            post=False,
            move_type=move_type,
            currency=currency,
            **values,
        )

    def step_post(self):
        drafts = [("state", "=", "draft"), ("amount_total", ">=", 0), ("invoice_line_ids", "!=", False)]
        self.pick(self.invoices, drafts).action_post()

    step_post_again = step_post

    def step_back_to_draft(self):
        self.pick(self.invoices, [("state", "in", ("posted", "cancel"))]).button_draft()

    def step_cancel_invoice(self):
        self.pick(self.invoices, [("state", "=", "draft")]).button_cancel()

    def step_credit(self):
        invoice = self.pick(self.invoices, [("state", "=", "posted"), ("move_type", "=", "out_invoice")])
        if invoice:
            self.invoices |= self.credit(invoice, post=self.chance.random() < 0.5)

    def step_pay_in_part(self):
        open_invoices = [("state", "=", "posted"), ("amount_residual", ">", 1), ("move_type", "=", "out_invoice")]
        invoice = self.pick(self.invoices, open_invoices)
        if invoice:
            amount = round(invoice.amount_residual * self.chance.choice([0.3, 0.5, 1]), 2)
            self.make_payment(invoice, self.chance.choice([self.today, self.later]), amount=amount)

    step_pay_in_part_again = step_pay_in_part

    def step_prepay(self):
        company = self.chance.choice([self.company, self.other_company])
        date = self.chance.choice([self.today, self.later])
        self.prepay(self.pick(self.partners), self.amount(), company, date=date)

    def step_detach_or_attach(self):
        self.contact.parent_id = self.chance.choice([False, self.customer.id, self.payer.id])

    def step_put_together(self):
        self.env["key.account.exposure.entry"]._gc_entries()

    # --- The naive count ---

    def check_everything(self, step):
        self.env.flush_all()
        customers = self.partners.commercial_partner_id
        for company in (self.company, self.other_company):
            exposures = self.exposure._get_exposures(customers, company, overdue_days=3)
            documents = self.get_document_totals(company)
            for customer in customers:
                exposure = exposures[customer]
                expected = {
                    **self.count_items(customer, company),
                    "draft_invoices": self.count_drafts(customer, company),
                    "orders": self.count_orders(customer, company),
                }
                actual = {name: getattr(exposure, name) for name in expected}
                self.assertEqual(actual, expected, f"{step}, {company.name}, {customer.name}")
                # Foreign orders are converted one by one in the list, and as a sum in the exposure.
                self.assertAlmostEqual(documents[customer.id], exposure.used, delta=CENT * len(self.orders), msg=step)
                for name in filter(expected.get, expected):
                    self.counted[name] += 1

    def count_items(self, customer, company):
        """From every item and every match: what is dated later, or a draft, has paid nothing and is paid by nothing."""
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("parent_state", "in", ("posted", "draft")),
                ("account_type", "=", "asset_receivable"),
                ("partner_id.commercial_partner_id", "=", customer.id),
            ]
        )
        found = defaultdict(Decimal)
        for item in items:
            self.count_item(item, found)
        overdue = max(found["due"] - found["covered"], ZERO)
        return {"receivable": found["receivable"], "unallocated": found["unallocated"], "overdue": overdue}

    def count_item(self, item, found):
        late = item.date_maturity and item.date_maturity + timedelta(days=3) < self.today
        matches = item.matched_credit_ids | item.matched_debit_ids
        matched = sum((exact(match.amount) for match in matches), ZERO)
        posted, to_come = item.parent_state == "posted", item.balance < 0 and item.date > self.today
        residual = exact(item.amount_residual)
        if posted and not to_come:
            found["receivable" if residual > 0 else "unallocated"] += abs(residual)
            early = [match for match in item.matched_credit_ids if match.credit_move_id.date > self.today]
            due = residual + sum((exact(match.amount) for match in early), ZERO)
            found["due"] += due if item.balance > 0 and late else ZERO
            found["covered"] -= min(residual, ZERO)
        # The other side of the match shows it as paid.
        if to_come or not posted:
            found["receivable" if item.balance < 0 else "unallocated"] += matched

    def count_drafts(self, customer, company):
        drafts = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "draft"),
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("move_type", "in", ("out_invoice", "out_receipt")),
            ]
        )
        by_currency = defaultdict(Decimal)
        for draft in drafts - self.find_series():
            by_currency[draft.currency_id] += max(exact(draft.amount_total), ZERO)
        return self.convert(by_currency, company)

    def find_series(self):
        """Drafts that Odoo made by itself, for the next month."""
        moves = self.env["account.move"]
        return moves.search([("state", "=", "draft"), ("auto_post_origin_id", "!=", False), ("date", ">", self.today)])

    def count_orders(self, customer, company):
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "sale"),
                ("partner_invoice_id.commercial_partner_id", "=", customer.id),
            ]
        )
        by_currency = defaultdict(Decimal)
        for order in orders:
            by_currency[order.currency_id] += self.count_order(order)
        return self.convert(by_currency, company)

    def convert(self, by_currency, company):
        rate = self.rates[company]
        return sum((amount * (rate if currency == self.euro else 1) for currency, amount in by_currency.items()), ZERO)

    def count_order(self, order):
        """At worst: an invoice now of all that can be, and later all the rest without what takes off."""
        now, later, advance = ZERO, ZERO, ZERO
        for line in order.order_line.filtered(lambda line: not line.display_type):
            if line.is_downpayment:
                advance += self.count_advance(line)
                continue
            ready, rest = self.count_line(line)
            now, later = now + self.round(ready), later + self.round(ready + rest) - self.round(ready)
        return max(max(now, ZERO) + later - advance, ZERO)

    def round(self, amount):
        return amount.quantize(CENT, ROUND_HALF_UP)

    def is_elsewhere(self, item):
        payers = item.sale_line_ids.order_id.partner_invoice_id.commercial_partner_id
        return item.move_id.partner_id.commercial_partner_id not in payers

    def count_advance(self, line):
        total = ZERO
        for item in line.invoice_lines:
            move = item.move_id
            if move.state == "posted" or (
                move.state == "draft" and move.move_type == "out_invoice" and not self.is_elsewhere(item)
            ):
                total += exact(item.price_total) * (-1 if move.move_type == "out_refund" else 1)
        return total

    def count_line(self, line):
        """What an invoice now would contain of it, and what would come later."""
        billed = counted = ZERO
        for item in line.invoice_lines.filtered(lambda item: item.parent_state != "cancel"):
            sign = -1 if item.move_id.move_type == "out_refund" else 1
            factor = exact(item.product_uom_id.factor or 1) / exact(line.product_uom_id.factor or 1)
            quantity = sign * exact(item.quantity) * factor
            billed += quantity
            if item.parent_state == "posted" or (sign > 0 and not self.is_elsewhere(item)):
                counted += quantity
        ordered, delivered, closed = map(exact, (line.product_uom_qty, line.qty_delivered, line.key_account_closed_qty))
        by_delivery = line.product_id.invoice_policy == "delivery"
        whole = ordered
        if by_delivery:
            whole = max(ordered, min(delivered, ZERO)) if ordered < 0 else max(ordered, delivered)
        if not whole:
            return ZERO, ZERO
        unit = self.price_of(line, whole) / whole
        left = whole - counted - closed
        left = max(min(left, whole), ZERO) if whole > 0 else min(max(left, whole), ZERO)
        ready = (delivered if by_delivery else whole) - closed - max(billed, counted)
        ready = max(min(ready, left), ZERO)
        return unit * ready, (unit * (left - ready) if unit * whole > 0 else ZERO)

    def price_of(self, line, quantity):
        net = (quantity * exact(line.price_unit) * (1 - exact(line.discount) / 100)).quantize(CENT, ROUND_HALF_UP)
        return net + (net * (exact(line.tax_ids.amount) / 100 if line.tax_ids else 0)).quantize(CENT, ROUND_HALF_UP)

    def get_document_totals(self, company):
        groups = self.env["key.account.exposure.document"]._read_group(
            [("company_id", "=", company.id), ("partner_id", "in", self.partners.ids)], ["partner_id"], ["amount:sum"]
        )
        return defaultdict(Decimal, {customer.id: exact(round(amount, 2)) for customer, amount in groups})
