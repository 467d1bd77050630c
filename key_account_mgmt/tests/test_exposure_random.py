import random
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.fields import Command
from odoo.tools import SQL

from .credit_common import ZERO, CreditCommon

SEEDS = (1, 2, 3)
STEPS = 40
CENT = Decimal("0.01")


def exact(number):
    return Decimal(repr(number))


class TestExposureOverRandomHistories(CreditCommon):
    """Every number of every exposure, after each step of random histories, against a naive count of the documents."""

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
        cls.methods = [method for method in dir(cls) if method.startswith("step_")]

    def test_random_histories(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.live(seed)

    def live(self, seed):
        self.chance = random.Random(seed)
        self.orders = self.env["sale.order"]
        self.invoices = self.env["account.move"]
        self.counted = defaultdict(int)
        for number in range(STEPS):
            name = self.chance.choice(self.methods)
            getattr(self, name)()
            self.check_everything(f"step {number}: {name}")
        # As if the addon came now, and found this history.
        self.forget_open_amounts(self.orders)
        self.env["sale.order.line"]._fill_key_account_open_amounts()
        self.check_everything("installation")
        # What is always zero shows nothing.
        self.assertEqual(len(self.counted), 5, self.counted)
        self.assertGreater(min(self.counted.values()), 10, self.counted)

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
            "price_unit": self.amount(),
            "discount": self.chance.choice([0, 0, 12.5]),
            "tax_ids": [Command.set(self.tax.ids if taxed else [])],
        }

    def step_confirm(self):
        self.pick(self.orders, [("state", "=", "draft")]).action_confirm()

    def step_deliver(self):
        line = self.pick(self.orders.order_line, [("state", "=", "sale"), ("is_downpayment", "=", False)])
        line.qty_delivered = line.product_uom_qty * self.chance.choice([0.5, 1, 1.2])

    def step_change_quantity(self):
        line = self.pick(self.orders.order_line, [("state", "=", "sale"), ("is_downpayment", "=", False)])
        line.product_uom_qty = self.chance.choice([0, 1, 4, 12])

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
        self.invoices |= self.make_invoice(
            self.pick(self.partners), self.amount(), "2026-03-01", post=False, move_type=move_type, currency=currency
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
            self.make_payment(invoice, "2026-04-01", amount=amount)

    step_pay_in_part_again = step_pay_in_part

    def step_prepay(self):
        self.prepay(self.pick(self.partners), self.amount(), self.chance.choice([self.company, self.other_company]))

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
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(greatest(line.amount_residual, 0)), 0)::text,
                       COALESCE(sum(greatest(-line.amount_residual, 0)), 0)::text,
                       greatest(COALESCE(sum(CASE WHEN line.amount_residual < 0 OR line.date_maturity + 3 < CURRENT_DATE
                           THEN line.amount_residual END), 0), 0)::text
                  FROM account_move_line line, account_move move, account_account account, res_partner one
                 WHERE move.id = line.move_id AND move.state = 'posted' AND move.company_id = %s
                   AND account.id = line.account_id AND account.account_type = 'asset_receivable'
                   AND one.id = line.partner_id AND one.commercial_partner_id = %s
                """,
                company.id,
                customer.id,
            )
        )
        return dict(zip(("receivable", "unallocated", "overdue"), map(Decimal, rows[0]), strict=True))

    def count_drafts(self, customer, company):
        drafts = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "draft"),
                ("commercial_partner_id.commercial_partner_id", "=", customer.id),
                ("move_type", "in", ("out_invoice", "out_receipt")),
            ]
        )
        return sum((max(exact(draft.amount_total_signed), ZERO) for draft in drafts), ZERO)

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
            lines = [self.count_line(line).quantize(CENT, ROUND_HALF_UP) for line in order.order_line]
            by_currency[order.currency_id] += max(sum(lines, ZERO), ZERO)
        rate = self.rates[company]
        return sum(amount * (rate if currency == self.euro else 1) for currency, amount in by_currency.items())

    def count_line(self, line):
        """What is to be invoiced of a line in the end, less what is."""
        if line.display_type:
            return ZERO
        quantity = amount = ZERO
        for invoiced in line.invoice_lines:
            move = invoiced.move_id
            if move.state == "posted" or (move.state == "draft" and move.move_type == "out_invoice"):
                sign = -1 if move.move_type == "out_refund" else 1
                factor = exact(invoiced.product_uom_id.factor or 1) / exact(line.product_uom_id.factor or 1)
                quantity += sign * exact(invoiced.quantity) * factor
                amount += sign * exact(invoiced.price_total)
        if line.is_downpayment:
            return -amount
        ordered = exact(line.product_uom_qty)
        unit = exact(line.price_total) / ordered if ordered else None
        if line.product_id.invoice_policy == "delivery":
            delivered = exact(line.qty_delivered)
            # Returns count when they are back, and no more of them than ordered.
            whole = max(ordered, min(delivered, ZERO)) if ordered < 0 else max(ordered, delivered)
            if whole != ordered:
                ordered = whole
                unit = self.price_of(line, ordered) / ordered if ordered else None
        if ordered >= 0:
            remaining = min(max(ordered - quantity, ZERO), ordered)
        else:
            remaining = max(min(ordered - quantity, ZERO), ordered)
        return unit * remaining if remaining else ZERO

    def price_of(self, line, quantity):
        net = (quantity * exact(line.price_unit) * (1 - exact(line.discount) / 100)).quantize(CENT, ROUND_HALF_UP)
        return net + (net * (exact(line.tax_ids.amount) / 100 if line.tax_ids else 0)).quantize(CENT, ROUND_HALF_UP)

    def get_document_totals(self, company):
        groups = self.env["key.account.exposure.document"]._read_group(
            [("company_id", "=", company.id), ("partner_id", "in", self.partners.ids)], ["partner_id"], ["amount:sum"]
        )
        return defaultdict(Decimal, {customer.id: exact(round(amount, 2)) for customer, amount in groups})
