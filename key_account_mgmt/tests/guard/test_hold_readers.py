from ..credit_hold_common import CreditHoldCommon
from ..hold_common import HoldCommon


class TestWordsOfHeldOrders(HoldCommon):
    """Who has to act on a held order reads why in the own language, whatever the customer's is."""

    def test_the_reason_is_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.big.lang = "fr_FR"
        order = self.make_sent()
        public = self.env(user=self.env.ref("base.public_user").id, su=False, context={"lang": "fr_FR"})
        self.good.with_context(lang="fr_FR").name = "Marchandises"
        order.with_env(public).sudo()._validate_order()
        self.env.flush_all()
        self.assert_held(order)
        [activity] = self.get_activities(order)
        self.assertIn("Goods", activity.note)
        self.assertNotIn("Marchandises", activity.note)
        self.assertNotIn("Marchandises", "".join(order.message_ids.mapped("body")))

    def test_each_reads_the_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.good.with_context(lang="fr_FR").name = "Marchandises"
        self.salesperson.lang = "fr_FR"
        order = self.make_sent()
        self.accept(order)
        [activity] = self.get_activities(order)
        self.assertIn("Marchandises", activity.note)

    def test_a_held_draft_is_no_draft_any_more(self):
        order = self.make_sent()
        order.sudo().state = "draft"
        self.accept(order)
        self.assert_held(order, state="sent")


class TestWhatCanBeDone(CreditHoldCommon):
    """A held order says what can be done about it, and nothing that cannot."""

    def test_what_nobody_can_approve_is_not_to_be_asked_for(self):
        for policy, asks in (("approval", True), ("block", False)):
            with self.subTest(policy):
                self.company.key_account_credit_policy = policy
                order = self.make_sent(1001)
                self.accept(order)
                [activity] = self.get_activities(order)
                words = activity.summary + activity.note
                self.assertEqual("sk for approval" in words or "Ask for Approval" in words, asks)
                self.assertEqual("raise the limit" in words, not asks)
