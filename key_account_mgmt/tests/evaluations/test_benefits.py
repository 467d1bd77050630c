from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ...models.awards.evaluation_effects import EvaluationEffects
from ...models.evaluations.evaluation_scorecard import Scorecard
from ..evaluation_common import KeyAccountEvaluationCommon
from ..grant_common import GrantRulesMixin


class BenefitCommon(GrantRulesMixin, KeyAccountEvaluationCommon):
    """Tier A has payment terms and a pricelist, B payment terms, C nothing. Second is A, Third is B, the others C."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]

    @classmethod
    def make_evaluation_ruleset(cls, **values):
        cls.days_30, cls.days_60, cls.days_90 = (cls.make_term(f"{days} days") for days in (30, 60, 90))
        cls.gold, cls.silver = (cls._create_pricelist(name=name, company_id=False) for name in ("Gold", "Silver"))
        ruleset = cls.make_ruleset(**values)
        cls.make_rule(ruleset, "C", ("invoice_count", "<=", 1), kind="veto")
        cls.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 40))
        cls.make_rule(ruleset, "B", ("revenue", "rank_pct", "<=", 60))
        cls.make_rule(ruleset, "C")
        cls.make_benefit(ruleset, "A", payment_term_id=cls.days_60.id, pricelist_id=cls.gold.id)
        cls.make_benefit(ruleset, "B", payment_term_id=cls.days_30.id)
        cls.make_benefit(ruleset, "C", 100)
        ruleset.action_activate()
        return ruleset

    @classmethod
    def make_term(cls, name):
        return cls.env["account.payment.term"].create({"name": name, "company_id": False})

    def give(self, customer, term=None, pricelist=None, company=None):
        """What a customer has before."""
        customer = customer.with_company(company or self.company)
        if term is not None:
            customer.property_payment_term_id = term
        if pricelist is not None:
            customer.property_product_pricelist = pricelist

    def get(self, customer, company=None):
        """Names of payment terms and of the customer's own pricelist."""
        self.env.invalidate_all()
        customer = customer.with_company(company or self.company)
        return customer.property_payment_term_id.name, customer.specific_property_product_pricelist.name

    def get_note(self, evaluation, customer):
        return self.get_line(evaluation, customer).outcome_note


class TestBenefits(BenefitCommon):
    """A tier's payment terms and pricelist come with it."""

    def test_customers_get_those_of_their_tier(self):
        self.give(self.fifth, self.days_90, self.silver)
        evaluation = self.make_evaluation("applied")
        table = [
            (self.big, (False, False)),
            (self.second, ("60 days", "Gold")),
            (self.third, ("30 days", False)),
            (self.fifth, ("90 days", "Silver")),
        ]
        for customer, expected in table:
            with self.subTest(customer.name):
                self.assertEqual(self.get(customer), expected)
        self.assertEqual(self.second.with_company(self.company).property_product_pricelist, self.gold)
        self.assertEqual(set(evaluation.line_ids.mapped("outcome_note")), {False})

    def test_what_was_there_is_replaced_where_the_tier_has_something(self):
        for customer in (self.second, self.third):
            self.give(customer, self.days_90, self.silver)
        self.make_evaluation("applied")
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        self.assertEqual(self.get(self.third), ("30 days", "Silver"))

    def test_orders_have_them(self):
        self.make_evaluation("applied")
        order = self.make_order(self.second, 100, "2026-01-10", confirm=False)
        self.assertEqual((order.payment_term_id, order.pricelist_id), (self.days_60, self.gold))

    def test_overridden_tiers_bring_their_own(self):
        evaluation = self.make_evaluation()
        self.get_line(evaluation, self.third).write({"override_tier_id": self.tier_a.id, "override_reason": "Grows"})
        self.get_line(evaluation, self.second).write({"override_tier_id": self.tier_c.id, "override_reason": "Goes"})
        self.advance(evaluation, "applied")
        self.assertEqual([self.get(self.second), self.get(self.third)], [(False, False), ("60 days", "Gold")])

    def test_later_versions_of_the_rules_do_not_count(self):
        evaluation = self.make_evaluation("approved")
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        draft.benefit_ids.write({"payment_term_id": self.days_90.id, "pricelist_id": self.silver.id})
        draft.action_activate()
        evaluation.action_apply()
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        self.assertEqual(self.get(self.fifth), (False, False))

    def test_other_companies_are_not_touched(self):
        self.give(self.second, self.days_90, self.silver, self.other)
        evaluation = self.make_evaluation("applied")
        self.assertEqual(self.get(self.second, self.other), ("90 days", "Silver"))
        evaluation.action_revert()
        self.assertEqual(self.get(self.second, self.other), ("90 days", "Silver"))

    def test_contacts_of_a_company_have_them_too(self):
        contact = self.make_customer(name="Contact", parent_id=self.second.id)
        self.give(self.second, self.days_90)
        evaluation = self.make_evaluation("applied")
        self.assertEqual(self.get(contact), ("60 days", "Gold"))
        evaluation.action_revert()
        self.assertEqual(self.get(contact), ("90 days", False))

    def test_a_customer_that_became_a_contact_has_those_of_its_company(self):
        evaluation = self.make_evaluation("approved")
        self.third.write({"parent_id": self.second.id, "is_company": False})
        evaluation.action_apply()
        self.assertEqual([self.get(self.second), self.get(self.third)], [("60 days", "Gold")] * 2)

    def test_a_merged_customer_has_those_of_the_better_line(self):
        evaluation = self.make_evaluation("approved")
        self.give(self.third, self.days_90)
        self.merge(self.second, self.third)
        evaluation.action_apply()
        self.assertEqual(self.get(self.third), ("60 days", "Gold"))
        evaluation.action_revert()
        self.assertEqual(self.get(self.third), ("90 days", False))

    def test_merged_after_applying_they_go_back_as_far_as_nothing_else_is_there(self):
        evaluation = self.make_evaluation("applied")
        lines = {line.partner_name: line for line in evaluation.line_ids}
        self.merge(self.third, self.second)
        self.give(self.second, pricelist=self.silver)
        evaluation.action_revert()
        self.assertEqual(self.get(self.second), (False, "Silver"))
        self.assertRecordValues(
            lines["Second"],
            [{"outcome": "reverted", "outcome_note": "Pricelist: changed since it was applied, so left as it is."}],
        )
        self.assertEqual(lines["Third"].outcome, "skipped")

    def merge(self, source, destination):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((source | destination).ids, destination, extra_checks=False)
        self.env.invalidate_all()

    def test_archived_ones_are_left_out_and_said(self):
        evaluation = self.make_evaluation("approved")
        self.days_60.active = False
        evaluation.action_apply()
        self.assertEqual(self.get(self.second), (False, "Gold"))
        self.assertRecordValues(
            self.get_line(evaluation, self.second),
            [
                {
                    "outcome": "applied",
                    "tier_id": self.tier_a.id,
                    "outcome_note": "Payment Terms: “60 days” is archived or of another company, so the customer keeps"
                    " what it had.",
                }
            ],
        )
        self.assertFalse(self.get_note(evaluation, self.third))
        self.assertEqual(self.get_customer_tiers(), ["C", "A", "B", "C", "C"])
        self.days_60.active = True
        evaluation.action_revert()
        self.assertEqual(self.get(self.second), (False, False))

    def test_those_of_another_company_are_left_out_and_said(self):
        evaluation = self.make_evaluation("approved")
        self.gold.company_id = self.other
        self.days_60.company_id = self.other
        evaluation.action_apply()
        self.assertEqual(self.get(self.second), (False, False))
        self.assertEqual(self.get_note(evaluation, self.second).count("of another company"), 2)

    def test_those_in_use_cannot_be_deleted(self):
        for record in (self.days_60, self.gold):
            with (
                self.subTest(record.name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.unlink()

    def test_they_are_logged_with_the_tier(self):
        self.give(self.second, self.days_90)
        evaluation = self.make_evaluation("applied")
        [message] = self.second.sudo().message_ids.filtered("tracking_value_ids")
        self.assertIn("By “2024”", message.body)
        self.assertEqual(
            {value.field_id.name: (value.old_value_char, value.new_value_char) for value in message.tracking_value_ids},
            {
                "key_account_tier_id": ("", "A"),
                "property_payment_term_id": ("90 days", "60 days"),
                "property_product_pricelist": ("", self.gold.display_name),
            },
        )
        evaluation.action_revert()
        values = self.second.sudo().message_ids[0].tracking_value_ids
        self.assertIn(("60 days", "90 days"), values.mapped(lambda value: (value.old_value_char, value.new_value_char)))

    def test_they_are_logged_where_the_tier_stays(self):
        self.third.with_company(self.company).key_account_tier_id = self.tier_b
        self.make_evaluation("applied")
        [message] = self.third.sudo().message_ids.filtered("tracking_value_ids")
        self.assertEqual(message.tracking_value_ids.field_id.name, "property_payment_term_id")

    def test_the_guard_of_pricelists_does_not_stop_it(self):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        draft.discount_reference = "pricelist"
        self.make_rule(draft, "A", kind="discount_cap", tier_id=False, cap=10)
        draft.action_activate()
        evaluation = self.make_evaluation("approved", ruleset_id=draft.id)
        # Managers may change pricelists themselves; here nobody may.
        self.startPatcher(patch.object(self.registry["res.partner"], "_key_account_pricelist_groups", ()))
        guarded = self.fifth.with_user(self.manager).with_company(self.company)
        self.assertEqual(guarded._get_key_account_pricelist_guard(), "pricelist")
        evaluation.with_user(self.manager).action_apply()
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        evaluation.with_user(self.manager).action_revert()
        self.assertEqual(self.get(self.second), (False, False))

    def test_queries_do_not_grow_with_the_customers(self):
        def count_queries(customers, states):
            evaluation = self.make_evaluation("approved", population="selected", partner_ids=customers.ids)
            self.env.cr.execute(
                "UPDATE key_account_evaluation_line SET tier_id = %s WHERE evaluation_id = %s",
                [self.tier_a.id, evaluation.id],
            )
            counts = []
            for state in states:
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.advance(evaluation, state)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
            return counts

        states = ("applied", "reverted")
        for customer in self.customers:
            self.make_customer(name="Contact", parent_id=customer.id)
            self.give(customer, self.days_90, self.silver)
        count_queries(self.fifth, states)  # warm
        one, several = count_queries(self.fifth, states), count_queries(self.customers[:4], states)
        self.assertLessEqual(several[0], one[0])
        self.assertLessEqual(several[1], one[1])


class TestBenefitsTakenBack(BenefitCommon):
    """Reverting puts back exactly what was there, unless somebody changed it since."""

    def test_revert_puts_back_what_was_there(self):
        self.give(self.second, self.days_90, self.silver)
        evaluation = self.make_evaluation("reverted")
        table = [(self.second, ("90 days", "Silver")), (self.third, (False, False)), (self.big, (False, False))]
        for customer, expected in table:
            with self.subTest(customer.name):
                self.assertEqual(self.get(customer), expected)
                self.assertFalse(self.get_note(evaluation, customer))

    def test_the_dialog_counts_what_is_taken_back(self):
        self.give(self.second, self.days_60, self.silver)
        evaluation = self.make_evaluation("applied")
        sentences = EvaluationEffects(evaluation).of_reverting()
        self.assertEqual(
            sentences[:3],
            [
                "Customers that get their previous tier back: 5.",
                "Payment Terms, customers that get their previous value back: 1.",
                "Pricelist, customers that get their previous value back: 1.",
            ],
        )

    def test_the_companys_default_comes_back_and_stays_a_default(self):
        self.env["ir.default"].set(
            "res.partner", "property_payment_term_id", self.days_90.id, company_id=self.company.id
        )
        evaluation = self.make_evaluation("applied")
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        self.assertEqual(
            self.get_line(evaluation, self.second).replaced_benefits["property_payment_term_id"],
            {"before": self.days_90.id, "after": self.days_60.id},
        )
        evaluation.action_revert()
        self.env["ir.default"].set(
            "res.partner", "property_payment_term_id", self.days_30.id, company_id=self.company.id
        )
        self.assertEqual(self.get(self.second), ("30 days", False))

    def test_what_somebody_changed_since_stays(self):
        table = [
            # changed on Second, what it has afterwards, said
            ({"term": self.days_30}, ("30 days", False), "Payment Terms: changed since"),
            ({"pricelist": self.silver}, (False, "Silver"), "Pricelist: changed since"),
            ({"term": self.days_90, "pricelist": self.silver}, ("90 days", "Silver"), "Pricelist: changed since"),
            ({"term": self.env["account.payment.term"]}, (False, False), "Payment Terms: changed since"),
        ]
        for changed, expected, note in table:
            with self.subTest(**{name: record.name for name, record in changed.items()}):
                evaluation = self.make_evaluation("applied")
                self.give(self.second, **changed)
                evaluation.action_revert()
                line = self.get_line(evaluation, self.second)
                self.assertEqual(self.get(self.second), expected)
                self.assertIn(note, line.outcome_note)
                self.assertEqual(line.outcome, "reverted")
                self.assertEqual(self.get_customer_tiers(), [None] * 5)
                self.give(self.second, self.env["account.payment.term"])
                self.second.with_company(self.company).specific_property_product_pricelist = False

    def test_where_the_tier_was_changed_its_benefits_stay(self):
        evaluation = self.make_evaluation("applied")
        self.second.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation.action_revert()
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        self.assertEqual(self.get_line(evaluation, self.second).outcome, "skipped")

    def test_what_the_customer_had_anyway_is_none_of_our_business(self):
        self.give(self.second, self.days_60, self.gold)
        evaluation = self.make_evaluation("applied")
        self.assertFalse(self.get_line(evaluation, self.second).replaced_benefits)
        self.give(self.second, self.days_90)
        evaluation.action_revert()
        self.assertEqual(self.get(self.second), ("90 days", "Gold"))
        self.assertFalse(self.get_note(evaluation, self.second))

    def test_archived_since_comes_back_all_the_same(self):
        self.give(self.second, self.days_90, self.silver)
        evaluation = self.make_evaluation("applied")
        (self.days_90 | self.days_60).active = False
        self.silver.active = False
        evaluation.action_revert()
        self.assertEqual(self.get(self.second), ("90 days", "Silver"))

    def test_deleted_since_cannot_come_back(self):
        self.give(self.second, self.days_90, self.silver)
        evaluation = self.make_evaluation("applied")
        self.days_90.unlink()
        self.silver.unlink()
        evaluation.action_revert()
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        line = self.get_line(evaluation, self.second)
        self.assertEqual(line.outcome, "reverted")
        self.assertEqual(line.outcome_note.count("what the customer had before was deleted"), 2)

    def test_of_two_evaluations_the_last_one_is_taken_back_first(self):
        self.give(self.second, self.days_90)
        first, second = self.make_evaluation("applied"), self.make_evaluation("approved")
        self.give(self.second, self.days_30)
        second.action_apply()
        self.assertEqual(self.get(self.second), ("60 days", "Gold"))
        second.action_revert()
        self.assertEqual(self.get(self.second), ("30 days", "Gold"))
        first.action_revert()
        self.assertEqual(self.get(self.second), ("30 days", False))

    def test_a_bigger_evaluation_goes_in_batches(self):
        evaluation = self.make_evaluation("approved")
        self.startPatcher(patch.object(self.registry["key.account.evaluation"], "_apply_batch_size", 1))
        evaluation.action_apply()
        self.assertEqual([self.get(self.second), self.get(self.third)], [("60 days", "Gold"), ("30 days", False)])
        evaluation.action_revert()
        self.assertEqual([self.get(self.second), self.get(self.third)], [(False, False)] * 2)


class TestBenefitsShown(BenefitCommon):
    """The review shows what will change, and afterwards what did."""

    def get_shown(self, evaluation, customer, user=None):
        line = self.get_line(evaluation, customer).with_user(user or self.manager)
        return [(row["name"], row["before"], row["after"]) for row in Scorecard(line).get_benefits()]

    def test_what_will_change(self):
        self.give(self.second, self.days_90)
        self.give(self.third, self.days_30)
        evaluation = self.make_evaluation("in_review")
        gold = self.gold.display_name
        self.assertEqual(
            self.get_shown(evaluation, self.second),
            [("Payment Terms", "90 days", "60 days"), ("Pricelist", "none", gold)],
        )
        html = str(self.get_line(evaluation, self.second).scorecard_html)
        self.assertIn("Payment Terms: <b>60 days</b>", html)
        self.assertIn(f"Pricelist: <b>{gold}</b>", html)
        for customer in (self.third, self.fifth):
            self.assertEqual(self.get_shown(evaluation, customer), [])
            self.assertNotIn("Benefits of the Tier", str(self.get_line(evaluation, customer).scorecard_html))

    def test_overrides_and_archived_ones(self):
        evaluation = self.make_evaluation("in_review")
        line = self.get_line(evaluation, self.fifth)
        line.write({"override_tier_id": self.tier_b.id, "override_reason": "Grows"})
        self.assertEqual(self.get_shown(evaluation, self.fifth), [("Payment Terms", "none", "30 days")])
        self.assertIn("Payment Terms: <b>30 days</b>", str(line.scorecard_html))
        self.days_30.active = False
        self.assertEqual(self.get_shown(evaluation, self.fifth), [])

    def test_what_was_changed(self):
        self.give(self.second, self.days_90)
        evaluation = self.make_evaluation("applied")
        shown = self.get_shown(evaluation, self.second)
        self.assertEqual(shown[0], ("Payment Terms", "90 days", "60 days"))
        self.days_90.unlink()
        self.give(self.second, self.days_30)
        self.assertEqual(self.get_shown(evaluation, self.second)[0], ("Payment Terms", "none", "60 days"))
        evaluation.action_revert()
        self.assertEqual(self.get_shown(evaluation, self.second), [])

    def test_salespeople_see_it(self):
        evaluation = self.make_evaluation("in_review")
        self.assertEqual(len(self.get_shown(evaluation, self.second, self.salesperson)), 2)

    def test_deleted_customers_have_nothing_to_change(self):
        idle = self.make_customer(name="Idle")
        evaluation = self.make_evaluation("approved", population="selected", partner_ids=idle.ids)
        evaluation.line_ids.partner_id.sudo().unlink()
        self.assertEqual(Scorecard(evaluation.line_ids).get_benefits(), [])

    def test_a_remote_call_does_not_write_what_was_replaced(self):
        line = self.get_line(self.make_evaluation("applied"), self.second)
        with self.assertRaisesRegex(UserError, "frozen"):
            line.write({"replaced_benefits": {}})
