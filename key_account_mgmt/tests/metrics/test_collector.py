from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.metrics.key_account_collector import parse_facts
from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestCollector(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.env["key.account.collector"]
        cls.customer = cls.make_customer()

    def _collect_rows(self, scope):
        return self.env.execute_query(self.collector._get_facts_query(scope))

    def test_the_population_has_an_invoice_or_credit_note_in_the_period(self):
        invoiced, credited, earlier, later = (self.make_customer() for _index in range(4))
        self.make_invoice(invoiced, 10, "2024-05-01")
        self.make_refund(credited, 10, "2024-05-01")
        self.make_invoice(earlier, 10, "2023-05-01")
        self.make_invoice(later, 10, "2025-05-01")
        self.make_order(self.customer, 10, "2024-05-01")
        self.assertEqual(set(self.collect()), {invoiced, credited})
        self.assertEqual(self.collector._count(self.make_scope()), 2)

    def test_a_selection_narrows_the_population(self):
        others = [self.make_customer() for _index in range(2)]
        for customer in others:
            self.make_invoice(customer, 10, "2024-05-01")
        chosen = (others[0].id, self.customer.id)
        self.assertEqual(set(self.collect(partner_ids=chosen)), {others[0]})
        self.assertEqual(self.collector._count(self.make_scope(partner_ids=chosen)), 1)
        exactly = {"partner_ids": chosen, "with_business_only": False}
        self.assertEqual(set(self.collect(**exactly)), {others[0], self.customer})
        self.assertEqual(self.collector._count(self.make_scope(**exactly)), 2)
        self.assertEqual(self.collect(partner_ids=()), {})

    def test_a_customer_without_documents_has_zeros_and_misses_ratios(self):
        facts = self.collect(partner_ids=(self.customer.id,), with_business_only=False)[self.customer]
        self.assertEqual(set(facts.values()), {Decimal(0)})
        self.assertEqual(
            set(facts),
            {"revenue", "revenue_previous", "average_month", "average_day", "margin"}
            | {"service_hours", "cost_to_serve", "contribution"}
            | {"incentive_cost", "margin_after_incentives", "invoice_count", "active_months", "order_count"}
            | {"on_time_count", "late_count", "overdue_amount", "collected_amount", "exposure"},
        )

    def test_nobody_at_all(self):
        self.assertEqual(self.collect(), {})
        self.assertEqual(self.collector._count(self.make_scope()), 0)

    def test_archived_customers_count(self):
        self.make_invoice(self.customer, 10, "2024-05-01")
        self.customer.active = False
        self.assertEqual(set(self.collect()), {self.customer})

    def test_a_merged_customers_documents_count_for_the_one_that_stays(self):
        twin = self.make_customer()
        self.make_invoice(twin, 10, "2024-05-01")
        self.make_invoice(self.customer, 5, "2024-05-01")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard.with_user(self.env.ref("base.user_admin"))._merge((twin + self.customer).ids, self.customer)
        self.assertEqual(set(self.collect()), {self.customer})
        self.assert_facts(self.customer, {"revenue": 15})

    def test_numbers_are_exact_text(self):
        self.make_invoice(self.customer, 1234.50, "2024-05-01")
        [(partner_id, facts)] = self._collect_rows(self.make_scope())
        self.assertEqual(partner_id, self.customer.id)
        self.assertEqual((facts["revenue"], facts["invoice_count"], facts["on_time_pct"]), ("1234.5", "1", "0"))
        self.assertNotIn("growth_pct", facts)

    def test_parsing_facts(self):
        facts = {"revenue": "12.50", "grade": "good", "growth_pct": None, "margin": "NaN", "huge": "Infinity"}
        self.assertEqual(parse_facts(facts, {"grade"}), {"revenue": Decimal("12.50"), "grade": "good"})

    def test_a_period_that_ends_before_it_begins(self):
        for method in ("_get_facts_query", "_count", "_get_notices"):
            with self.subTest(method), self.assertRaisesRegex(UserError, "ends before it begins"):
                getattr(self.collector, method)(self.make_scope("2024-02-01", "2024-01-31"))

    def test_one_day_is_a_period(self):
        self.make_invoice(self.customer, 10, "2024-05-01")
        self.make_invoice(self.customer, 5, "2024-04-30")
        self.assert_facts(
            self.customer, {"revenue": 10, "revenue_previous": 5}, date_from="2024-05-01", date_to="2024-05-01"
        )

    def test_the_number_of_statements_does_not_grow_with_the_customers(self):
        def count_statements():
            self.collect()
            before = self.cr.sql_log_count
            rows = self._collect_rows(self.make_scope())
            return len(rows), self.cr.sql_log_count - before

        self.make_invoice(self.customer, 10, "2024-05-01")
        few, statements = count_statements()
        for _index in range(5):
            customer = self.make_customer()
            self.make_payment(self.make_invoice(customer, 10, "2024-05-01"), "2024-05-02")
            self.make_order(customer, 10, "2024-05-01")
        many, statements_of_many = count_statements()
        self.assertEqual((few, many), (1, 6))
        self.assertEqual(statements_of_many, statements)

    def test_batches_lose_nobody(self):
        customers = [self.make_customer() for _index in range(5)]
        scope = self.make_scope(partner_ids=tuple(partner.id for partner in customers), with_business_only=False)
        self.patch(type(self.env["base"]).pool["key.account.collector"], "_batch_size", 2)
        self.assertEqual({partner_id for partner_id, _facts in self.collector._collect(scope)}, set(scope.partner_ids))

    def test_two_collections_at_once_do_not_disturb_each_other(self):
        for _index in range(3):
            self.make_invoice(self.make_customer(), 10, "2024-05-01")
        self.patch(type(self.env["base"]).pool["key.account.collector"], "_batch_size", 1)
        one, two = (self.collector._collect(self.make_scope()) for _index in range(2))
        self.assertEqual(len(list(zip(one, two, strict=True))), 3)


@tagged("post_install", "-at_install")
class TestCollectorNotices(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.pound = cls.setup_other_currency("GBP", rates=[("2024-07-01", 0.5)])

    def _get_notices(self, **scope):
        return self.env["key.account.collector"]._get_notices(self.make_scope(**scope))

    def test_documents_with_a_rate_need_no_notice(self):
        self.make_invoice(self.customer, 10, "2024-05-01")
        self.make_invoice(self.customer, 10, "2024-05-01", currency=self.euro)
        self.make_invoice(self.customer, 10, "2024-07-01", currency=self.pound)
        self.assertEqual(self._get_notices(), [])

    def test_documents_before_the_first_rate_get_a_notice(self):
        self.make_invoice(self.customer, 10, "2024-06-30", currency=self.pound)
        self.make_refund(self.customer, 10, "2024-06-30", currency=self.pound)
        self.make_invoice(self.customer, 10, "2023-06-30", currency=self.pound)
        [notice] = self._get_notices()
        for part in ("2 invoices", "GBP", self.company.name, "Enter the rates"):
            self.assertIn(part, notice)
        self.assertEqual(self._get_notices(date_from="2024-07-01"), [])

    def test_a_currency_without_any_rate_gets_a_notice(self):
        franc = self.setup_other_currency("CHF", rates=[])
        self.make_invoice(self.customer, 10, "2024-06-30", currency=franc)
        [notice] = self._get_notices()
        self.assertIn("CHF", notice)

    def test_a_selection_hears_of_its_own_documents_only(self):
        self.make_invoice(self.customer, 10, "2024-06-30", currency=self.pound)
        self.assertEqual(self._get_notices(partner_ids=(self.make_customer().id,)), [])
        self.assertEqual(len(self._get_notices(partner_ids=(self.customer.id,))), 1)
