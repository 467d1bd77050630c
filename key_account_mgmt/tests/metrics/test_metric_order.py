from odoo.fields import Command, Datetime
from odoo.tests import freeze_time, tagged

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestOrderMetrics(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()

    def test_confirmed_orders_of_the_period_count(self):
        for day in ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01"):
            self.make_order(self.customer, 100, day)
        self.make_order(self.customer, 100, "2024-05-01", confirm=False)
        with freeze_time("2024-12-31"):
            self.make_order(self.customer, 100, "2024-05-01")._action_cancel()
        self.make_order(self.make_customer(parent_id=self.customer.id), 100, "2024-05-01")
        self.assert_facts(self.customer, {"order_count": 3})

    def test_only_orders_of_the_company_count(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_order(self.customer, 100, "2024-05-01", company=other)
        self.assert_facts(self.customer, {"order_count": 0})
        self.assert_facts(self.customer, {"order_count": 1}, company=other)

    def test_days_are_those_of_the_companys_time_zone(self):
        cases = [
            # time zone, date in UTC, counts
            (False, "2023-12-31 23:30:00", 0),
            ("Europe/Paris", "2023-12-31 23:30:00", 1),
            ("Europe/Paris", "2023-12-31 22:59:59", 0),
            ("Europe/Paris", "2024-12-31 22:59:59", 1),
            ("Europe/Paris", "2024-12-31 23:00:00", 0),
            ("America/New_York", "2024-01-01 04:59:59", 0),
            ("America/New_York", "2025-01-01 04:59:59", 1),
        ]
        order = self.make_order(self.customer, 100, "2024-05-01")
        for zone, moment, counted in cases:
            with self.subTest(zone=zone, moment=moment):
                self.company.partner_id.tz = zone
                order.date_order = Datetime.to_datetime(moment)
                self.assert_facts(self.customer, {"order_count": counted})

    def test_lines_do_not_multiply_orders(self):
        line = {"product_id": self.good.id, "product_uom_qty": 1}
        order = self.make_order(self.customer, 100, "2024-05-01")
        order.order_line = [Command.create(line), Command.create(line)]
        self.assert_facts(self.customer, {"order_count": 1})
