from odoo.tests import HttpCase, tagged

from ..approval_common import ApprovalCommon
from ..tour_common import TourMixin


@tagged("post_install", "-at_install")
class TestDiscountTour(TourMixin, ApprovalCommon, HttpCase):
    """A discount over the cap in a browser, by the two people that it takes."""

    def test_discount(self):
        self.make_assets()
        order = self.make_quotation(discount=0)
        form = f"/odoo/action-sale.action_quotations_with_onboarding/{order.id}"
        self.start_tour(form, "key_account_discount_ask", login=self.salesperson.login)
        approval = order.sudo().key_account_approval_ids
        self.assertEqual((approval.state, approval.excess), ("requested", 200))
        self.start_tour(
            "/odoo/action-key_account_mgmt.key_account_approval_action",
            "key_account_discount_approve",
            login=self.leader.login,
        )
        self.assertEqual((approval.state, approval.decided_by_id), ("approved", self.leader))
        self.start_tour(form, "key_account_discount_confirm", login=self.salesperson.login)
        self.assertEqual(order.state, "sale")
