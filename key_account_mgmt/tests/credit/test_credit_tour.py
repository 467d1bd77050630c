from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..award_common import AWARD, AwardCommon
from ..grant_common import GrantRulesMixin
from ..tour_common import TourMixin

LIMIT = 12_000


@tagged("post_install", "-at_install")
class TestCreditYearTour(TourMixin, GrantRulesMixin, AwardCommon, HttpCase):
    """The whole year in a browser: an order is refused, the customer is evaluated and awarded, and the order passes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"account_use_credit_limit": True, "key_account_credit_policy": "block"})
        # What Second was invoiced in 2024 is still open.
        cls.set_limit(cls.second, 4500)

    @classmethod
    def make_evaluation_ruleset(cls, **values):
        """Beside the tiers: whoever gets tier A may have 12,000 on credit."""
        ruleset = super().make_evaluation_ruleset(**values)
        version = cls.env["key.account.ruleset"].browse(ruleset.action_new_version()["res_id"])
        cls.make_limit(version, LIMIT, tiers="A", name="The best")
        version.action_activate()
        return version

    def make_offer(self):
        line = {"product_id": self.good.id, "product_uom_qty": 50, "price_unit": 100.0, "tax_ids": []}
        orders = self.env["sale.order"].with_user(self.salesperson).with_company(self.company)
        return orders.create({"partner_id": self.second.id, "order_line": [Command.create(line)]})

    def tour(self, action, name, user):
        self.start_tour(f"/odoo/action-{action}", f"key_account_credit_{name}", login=user.login)

    def test_year(self):
        self.make_assets()
        order = self.make_offer()
        form = f"sale.action_quotations_with_onboarding/{order.id}"
        self.tour(form, "refused", self.salesperson)
        self.assertEqual(order.state, "draft")
        self.tour("key_account_mgmt.key_account_evaluation_wizard_action", "evaluate", self.manager)
        self.tour("key_account_mgmt.key_account_evaluation_action", "apply", self.approver)
        self.assertEqual(self.get_limit(self.second), 4500)
        self.tour("key_account_mgmt.key_account_award_action", "award", self.finance)
        award = self.env[AWARD].search([("partner_id", "=", self.second.id)])
        self.assertEqual((award.kind, award.state, award.decided_by_id), ("credit", "posted", self.finance))
        self.assertEqual(self.get_limit(self.second), LIMIT)
        self.tour(form, "confirm", self.salesperson)
        self.assertEqual(order.state, "sale")
