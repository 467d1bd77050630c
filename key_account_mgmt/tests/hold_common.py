from ..models.shared.access import ACTIVITY_APPROVAL
from .discount_common import ORDER, DiscountWaysCommon


class HoldCommon(DiscountWaysCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big.email = "big@example.com"

    def make_sent(self, discount=30, **values):
        """A quotation that the customer has, to be signed."""
        values = {"require_signature": True, "require_payment": False, **values}
        order = self.make_quotation(discount=discount, **values)
        order.sudo().state = "sent"
        return self.env[ORDER].browse(order.id)

    def accept(self, order):
        """As the portal does it for a customer who has not logged in."""
        public = self.env(user=self.env.ref("base.public_user").id, su=False)
        order.with_env(public).sudo()._validate_order()
        public.flush_all()
        self.env.invalidate_all()

    def get_activities(self, order):
        return order.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY_APPROVAL)
        )

    def assert_held(self, order, users=None, state="sent"):
        self.env.invalidate_all()
        self.assertEqual(order.state, state)
        self.assertTrue(order.key_account_held_on)
        self.assertEqual(order.key_account_cap_status, "held")
        self.assertEqual(self.get_activities(order).user_id, users or self.salesperson)
        self.assertEqual(len(self.get_activities(order)), len(users or self.salesperson))
        self.assertFalse(order.locked or order.invoice_ids)

    def assert_not_held(self, order, state):
        self.env.invalidate_all()
        self.assertEqual(order.state, state)
        self.assertFalse(order.key_account_held_on)
        self.assertFalse(self.get_activities(order))
