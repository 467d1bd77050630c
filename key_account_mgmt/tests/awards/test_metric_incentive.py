from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import freeze_time

from ..award_common import AwardCommon


class TestMetricIncentive(AwardCommon):
    """What a customer is given away, beside the margin that it comes off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.today()
        cls.this_year = {"date_from": today.replace(month=1, day=1), "date_to": today.replace(month=12, day=31)}

    def cap_discounts(self):
        draft = self.make_ruleset()
        self.make_rule(draft, "C")
        self.make_rule(draft, "C", kind="discount_cap", tier_id=False, cap=50)
        draft.action_activate()

    def assert_incentives(self, cost, left, **scope):
        self.assert_facts(self.second, {"incentive_cost": cost, "margin_after_incentives": left}, **scope)

    def test_without_incentives_all_of_the_margin_is_left(self):
        self.assert_incentives(0, 4000)
        self.assert_facts(self.make_customer(), {"incentive_cost": 0, "margin_after_incentives": 0})

    def test_discount_on_capped_orders_of_the_period_counts(self):
        self.make_order(self.second, 40, "2024-05-01")
        self.assert_incentives(0, 4000)
        self.cap_discounts()
        self.make_order(self.second, 60, "2024-05-01")
        self.assert_incentives(40, 3960)
        self.make_order(self.second, 60, "2023-12-31")
        self.make_order(self.second, 60, "2024-05-01", confirm=False)
        with freeze_time("2024-12-31 12:00:00"):
            self.make_order(self.second, 60, "2024-05-01")._action_cancel()
        self.assert_incentives(40, 3960)
        contact = self.make_customer(parent_id=self.second.id)
        self.make_order(contact, 160, "2024-05-01", quantity=2)
        self.assert_incentives(80, 3920)

    def test_awards_count_once_they_are_decided_for_and_not_when_reverted(self):
        award = self.make_reward(500)
        self.assert_incentives(0, 0, **self.this_year)
        self.approve(award)
        self.env.invalidate_all()
        self.assert_incentives(500, -500, **self.this_year)
        self.assert_incentives(0, 4000)
        self.revert(award)
        self.assert_incentives(0, 0, **self.this_year)

    def test_what_becomes_of_orders_and_awards_later_changes_nothing(self):
        self.cap_discounts()
        order = self.make_order(self.second, 60, self.this_year["date_from"])
        awards = {name: self.make_reward(cost) for name, cost in (("reverted", 500), ("delivered", 30))}
        for award in awards.values():
            self.approve(award)
        self.env.invalidate_all()
        cost = sum(award.estimated_cost for award in awards.values()) + 40
        self.assert_incentives(cost, -cost, **self.this_year)
        with freeze_time(fields.Datetime.now() + relativedelta(years=1)):
            self.revert(awards["reverted"])
            awards["delivered"].with_user(self.finance).action_deliver(cost=7)
            order._action_cancel()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assert_incentives(cost, -cost, **self.this_year)
        two_years = {**self.this_year, "date_to": self.this_year["date_to"] + relativedelta(years=1)}
        self.assert_incentives(7, -7, **two_years)

    def test_incentives_cost_before_the_first_invoice(self):
        self.cap_discounts()
        customer = self.make_customer()
        self.make_order(customer, 60, "2024-05-01")
        self.assert_facts(customer, {"incentive_cost": 40, "margin_after_incentives": -40, "revenue": 0})
