from odoo.tests import tagged

from ..award_common import AwardCommon


@tagged("post_install", "-at_install")
class TestCreditLimitsAreOff(AwardCommon):
    """Limits that are granted while Sales Credit Limit is off stop nothing, and that is said where they are."""

    def test_it_is_said_where_limits_are_granted_and_shown(self):
        bonus = self.make_reward(name="Bonus only")
        award = self.make_credit(name="Limits")
        partner = self.second.with_company(self.company).with_user(self.env.user)
        for uses_credit in (False, True):
            self.company.account_use_credit_limit = uses_credit
            self.env.invalidate_all()
            with self.subTest(uses_credit=uses_credit):
                self.assertIs(award.is_credit_off, not uses_credit)
                self.assertFalse(bonus.is_credit_off)
                self.assertFalse(partner.key_account_limit_off, "nothing is granted yet")
        self.company.account_use_credit_limit = False
        notice = self.approve(award)
        self.assertIn("they do not block orders: Sales Credit Limit is disabled", notice["params"]["message"])
        self.assertIs(self.approve(bonus), True)
        self.env.invalidate_all()
        self.assertTrue(partner.key_account_limit_off)
        self.assertFalse(self.third.with_company(self.company).key_account_limit_off)
        self.company.account_use_credit_limit = True
        self.env.invalidate_all()
        self.assertFalse(partner.key_account_limit_off)

    def test_rule_sets_and_evaluations_that_grant_limits_say_so(self):
        plain, limits = self.make_ruleset(), self.make_ruleset()
        self.make_rule(limits, "A", kind="credit_limit", credit_formula="fixed", formula_value=1000, tier_id=False)
        evaluations = self.env["key.account.evaluation"]
        for ruleset, expected in ((plain, False), (limits, True)):
            self.assertIs(ruleset.is_credit_off, expected)
            self.assertIs(
                evaluations.new({"ruleset_id": ruleset.id, "company_id": self.company.id}).is_credit_off, expected
            )
        self.company.account_use_credit_limit = True
        self.env.invalidate_all()
        self.assertFalse(limits.is_credit_off)

    def test_who_may_change_the_settings_has_a_button(self):
        for model in ("key.account.award", "key.account.ruleset", "key.account.evaluation", "res.partner"):
            for user, shown in ((self.env.ref("base.user_admin"), True), (self.salesperson, False)):
                with self.subTest(model, user=user.login):
                    arch = self.env[model].with_user(user).get_view(view_type="form")["arch"]
                    self.assertIs("Enable It in the Settings" in arch, shown)
