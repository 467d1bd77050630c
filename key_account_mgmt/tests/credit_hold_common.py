from ..models.shared.access import ACTIVITY_APPROVAL
from .credit_guard_common import CreditGuardCommon


class CreditHoldCommon(CreditGuardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "customer@example.com"

    def make_sent(self, amount, **values):
        """A quotation that the customer has, to be signed."""
        order = self.offer(amount, **{"require_signature": True, "require_payment": False, **values})
        order.state = "sent"
        return order

    def accept(self, orders):
        """As the portal does it for a customer who has not logged in."""
        public = self.env(user=self.env.ref("base.public_user").id, su=False)
        orders.with_env(public).sudo()._validate_order()
        public.flush_all()
        self.env.invalidate_all()

    def get_activities(self, order):
        return order.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY_APPROVAL)
        )

    def assert_held(self, order):
        self.env.invalidate_all()
        self.assertEqual(order.state, "sent")
        self.assertTrue(order.key_account_held_on)
        self.assertEqual(self.get_activities(order).user_id, self.salesperson)
        self.assertEqual(len(self.get_activities(order)), 1)
        self.assert_limit_kept()

    def assert_not_held(self, order, state):
        self.env.invalidate_all()
        self.assertEqual(order.state, state)
        self.assertFalse(order.key_account_held_on)
        self.assertFalse(self.get_activities(order))
