from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.shared.access import ACTIVITY_APPROVAL
from ..award_common import AWARD, EVALUATION, AwardCommon

STEP = "key.account.evaluation.step"


@tagged("post_install", "-at_install")
class TestRevertNeedsConsent(AwardCommon):
    """A sales manager does not take back what finance granted without the consent of finance."""

    def make_granted(self, grant=None):
        """An applied evaluation under which finance granted a credit limit of 12,000 to Second."""
        evaluation = self.make_granting({self.second: grant or self.credit(12000)})
        self.approve(self.get_awards(evaluation))
        return evaluation

    def get_asked(self, evaluation):
        self.env.invalidate_all()
        activity_type = self.env.ref(ACTIVITY_APPROVAL)
        return evaluation.sudo().activity_ids.filtered(lambda one: one.activity_type_id == activity_type)

    def test_nothing_granted_needs_no_consent(self):
        for grants in ({}, {self.second: self.credit(12000)}, {self.second: {"rewards": [self.reward()]}}):
            with self.subTest(grants=grants):
                evaluation = self.make_granting(grants)
                self.call(self.manager, EVALUATION, "action_revert", evaluation.ids)
                self.assertEqual(evaluation.state, "reverted")

    def test_what_was_granted_needs_consent(self):
        for name, grant in (("limit", self.credit(12000)), ("reward", {"rewards": [self.reward()]})):
            with self.subTest(granted=name):
                evaluation = self.make_granted(grant)
                for user in (self.manager, self.approver):
                    with self.assertRaisesRegex(UserError, "finance user must consent"):
                        self.call(user, EVALUATION, "action_revert", evaluation.ids)
                self.assertEqual(evaluation.state, "applied")
                self.revert_evaluation(evaluation)
                self.assertEqual(evaluation.state, "reverted")
                self.assertEqual(self.get_limit(self.second), 0)

    def test_a_request_changes_nothing(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        self.assertRecordValues(
            evaluation,
            [{"state": "applied", "revert_requested_by_id": self.manager.id, "revert_reason": "Wrong rules"}],
        )
        self.assertEqual(self.get_limit(self.second), 12000)
        self.assertEqual(set(self.get_awards(evaluation).mapped("state")), {"posted"})

    def test_a_request_needs_a_reason_and_something_granted(self):
        evaluation = self.make_granted()
        for reason in (False, "", "  "):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "Say why"):
                self.ask_to_revert(evaluation, reason=reason)
        nothing = self.make_granting({self.third: self.credit(9000)})
        with self.assertRaisesRegex(UserError, "you can revert"):
            self.ask_to_revert(nothing)

    def test_finance_is_asked_and_consents_once(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        asked = self.get_asked(evaluation)
        self.assertLessEqual(self.finance | self.treasurer, asked.user_id)
        self.assertNotIn(self.manager, asked.user_id)
        self.assertEqual(set(asked.mapped("summary")), {"Consent to reverting “2024”, or refuse"})
        self.assertIn("Wrong rules", asked[0].note)
        self.consent(evaluation)
        self.assertFalse(self.get_asked(evaluation))
        self.assertRecordValues(
            evaluation, [{"state": "reverted", "revert_requested_by_id": False, "revert_reason": False}]
        )
        messages = self.get_messages(evaluation.sudo())
        self.assertIn(f"{self.finance.name} of finance consents", messages)
        with self.assertRaisesRegex(UserError, "is not waiting"):
            self.consent(evaluation, self.treasurer)

    def test_only_finance_without_a_hand_in_it_consents(self):
        evaluation = self.make_granted()
        with self.assertRaisesRegex(UserError, "is not waiting"):
            self.consent(evaluation)
        self.ask_to_revert(evaluation)
        for user in (self.manager, self.approver, self.salesperson):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.consent(evaluation, user)
        # The manager who evaluated gets into finance: it is still the other one's decision.
        self.manager.group_ids += self.env.ref("key_account_mgmt.group_key_account_finance")
        with self.assertRaisesRegex(AccessError, "was not involved in it"):
            self.consent(evaluation, self.manager)
        with self.assertRaisesRegex(UserError, "finance user must consent"):
            self.call(self.manager, EVALUATION, "action_revert", evaluation.ids)
        with self.assertRaises(AccessError):
            evaluation.sudo().action_consent_revert()

    def test_a_manager_of_finance_without_a_hand_in_it_reverts_alone(self):
        evaluation = self.make_granted()
        groups = "base.group_user,key_account_mgmt.group_key_account_manager,key_account_mgmt.group_key_account_finance"
        both = self.make_user("both", groups)
        self.call(both, EVALUATION, "action_revert", evaluation.ids)
        self.assertEqual((evaluation.state, self.get_limit(self.second)), ("reverted", 0))

    def test_finance_refuses_and_the_manager_is_told_why(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        for reason in (False, " "):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "Say why"):
                self.call(self.finance, EVALUATION, "action_refuse_revert", evaluation.ids, reason)
        with self.assertRaises(AccessError):
            self.call(self.manager, EVALUATION, "action_refuse_revert", evaluation.ids, "No")
        self.call(self.finance, EVALUATION, "action_refuse_revert", evaluation.ids, "Contract signed")
        [told] = self.get_asked(evaluation)
        self.assertEqual((told.user_id, told.summary), (self.manager, "Finance does not consent to reverting “2024”"))
        self.assertIn("Contract signed", told.note)
        self.assertRecordValues(evaluation, [{"state": "applied", "revert_requested_by_id": False}])
        self.assertEqual(self.get_limit(self.second), 12000)

    def test_a_request_can_be_withdrawn(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        with self.assertRaises(AccessError):
            self.call(self.salesperson, EVALUATION, "action_withdraw_revert", evaluation.ids)
        self.call(self.manager, EVALUATION, "action_withdraw_revert", evaluation.ids)
        self.assertFalse(evaluation.revert_requested_by_id | self.get_asked(evaluation).user_id)

    def test_who_lost_the_right_to_revert_reverts_nothing_by_consent(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        self.manager.group_ids = self.env.ref("base.group_user")
        with self.assertRaises(AccessError):
            self.consent(evaluation)
        self.assertEqual(evaluation.sudo().state, "applied")

    def test_finance_comes_and_goes(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        newcomer = self.make_user("newcomer", "base.group_user,key_account_mgmt.group_key_account_finance")
        self.assertIn(newcomer, self.get_asked(evaluation).user_id)
        self.treasurer.active = False
        self.assertNotIn(self.treasurer, self.get_asked(evaluation).user_id)
        finance = self.env.ref("key_account_mgmt.group_key_account_finance")
        finance.user_ids = [Command.clear()]
        self.assertIn("No user can consent", self.get_asked(evaluation)[0].summary)

    def test_no_remote_call_writes_a_request(self):
        evaluation = self.make_granted()
        for values in ({"revert_requested_by_id": self.manager.id}, {"revert_reason": "Mine"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.call(self.manager, EVALUATION, "write", evaluation.ids, values)

    def test_taken_back_by_finance_first_the_manager_reverts(self):
        evaluation = self.make_granted()
        self.ask_to_revert(evaluation)
        self.call(self.finance, AWARD, "action_revert", self.get_awards(evaluation).ids)
        self.call(self.manager, EVALUATION, "action_revert", evaluation.ids)
        self.assertRecordValues(evaluation, [{"state": "reverted", "revert_requested_by_id": False}])


@tagged("post_install", "-at_install")
class TestStepTellsBefore(AwardCommon):
    """The dialog says in numbers what applying proposes and what reverting takes back."""

    def get_effects(self, evaluation, step, user=None):
        wizard = self.env[STEP].with_user(user or self.manager).create({"evaluation_id": evaluation.id, "step": step})
        return wizard, str(wizard.effects_html)

    def assert_told(self, html, sentences):
        for sentence in sentences:
            with self.subTest(sentence=sentence):
                self.assertIn(sentence, html.replace("\N{NO-BREAK SPACE}", " "))

    def test_applying_tells_what_finance_is_asked_for(self):
        grants = {
            self.second: {**self.credit(12000, current=10000), "rewards": [self.reward(500)]},
            self.third: self.credit(9000),
            self.fifth: {"rewards": [self.reward(None, kind="training", rule="course")]},
        }
        evaluation = self.make_granting(grants, state="approved")
        _wizard, html = self.get_effects(evaluation, "apply")
        self.assert_told(
            html,
            (
                "Customers: 5 (A 1, B 1, C 3)",
                "Credit limits proposed to finance: 2, $ 21,000 in all, $ 11,000 more than now.",
                "Rewards proposed to finance: 2, estimated cost $ 500.",
            ),
        )

    def test_applying_without_grants_speaks_of_none(self):
        _wizard, html = self.get_effects(self.make_granting({}, state="approved"), "apply")
        self.assertNotIn("finance", html)

    def test_reverting_counts_and_names_what_is_taken_back(self):
        grants = {
            self.second: {**self.credit(12000), "rewards": [self.reward(500)]},
            self.third: self.credit(9000),
            self.fourth: self.credit(8000),
            self.fifth: {"rewards": [self.reward(300)]},
        }
        evaluation = self.make_granting(grants)
        awards = self.get_awards(evaluation)
        granted = awards.filtered(lambda award: award.partner_id != self.fourth)
        self.approve(granted)
        delivered = granted.filtered(lambda award: award.partner_id == self.fifth)
        self.call(self.finance, AWARD, "action_deliver", delivered.ids)
        wizard, html = self.get_effects(evaluation, "revert")
        self.assertTrue(wizard.needs_consent)
        self.assert_told(
            html,
            (
                "Customers that get their previous tier back: 5.",
                "Credit limits that finance granted, and that go back: 2, $ 21,000 in all (Second, Third).",
                "Promised rewards that lapse: 1, $ 500 in all (Second).",
                "Proposals that finance has not decided on, and that end: 1 (Fourth).",
                "Delivered rewards, which stay delivered: 1, $ 300 in all (Fifth).",
            ),
        )

    def test_reverting_names_the_largest_and_counts_the_others(self):
        evaluation = self.make_granting({who: self.credit(1000 * place) for place, who in enumerate(self.customers, 1)})
        awards = self.get_awards(evaluation)
        self.approve(awards)
        extra = {"evaluation_id": evaluation.id, "step": "revert"}
        wizard = self.env[STEP].with_user(self.manager).create(extra)
        names = [award.partner_name for award in awards.sorted("approved_amount", reverse=True)]
        self.assertIn(", ".join(names), wizard.effects_html)

    def test_buttons_of_the_dialog_do_what_they_say(self):
        evaluation = self.make_granting({self.second: self.credit(12000)}, state="approved")
        self.get_effects(evaluation, "apply")[0].action_apply()
        self.assertEqual(evaluation.state, "applied")
        self.approve(self.get_awards(evaluation))
        wizard, _html = self.get_effects(evaluation, "revert")
        wizard.reason = "Wrong rules"
        wizard.action_request()
        self.assertEqual(evaluation.revert_requested_by_id, self.manager)
        wizard, _html = self.get_effects(evaluation, "consent", self.finance)
        wizard.reason = "Contract signed"
        wizard.action_refuse()
        self.assertFalse(evaluation.revert_requested_by_id)
        self.ask_to_revert(evaluation)
        self.get_effects(evaluation, "consent", self.finance)[0].action_consent()
        self.assertEqual(evaluation.state, "reverted")
