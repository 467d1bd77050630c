from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form

from ..discount_common import LINE, ORDER, DiscountWaysCommon
from ..evaluation_common import KeyAccountEvaluationCommon
from ..grant_common import GrantRulesMixin


class ValueTypeCommon(GrantRulesMixin, KeyAccountEvaluationCommon):
    """Strategic for tier A (Second), extrinsic from a revenue of 3,000 (Big, Third) to 1,001, none below (Fifth).

    Fourth is intrinsic.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suggesting = cls.make_suggesting_ruleset()

    @classmethod
    def make_suggesting_ruleset(cls):
        draft = cls.env["key.account.ruleset"].browse(cls.ruleset.action_new_version()["res_id"])
        cls.make_value_type(draft, "strategic", tiers=("A",), key="partner", name="Partner")
        cls.make_value_type(draft, "extrinsic", ("revenue", ">=", 3_000), key="service", name="Service")
        cls.make_value_type(draft, "intrinsic", ("revenue", ">", 1_000), key="price", name="Price")
        draft.action_activate()
        return draft

    def evaluate(self, state="computed", **values):
        return self.make_evaluation(state, **{"ruleset_id": self.suggesting.id, **values})

    def get_kinds(self):
        return [customer.with_company(self.company).key_account_value_type for customer in self.customers]

    def set_kind(self, customer, kind):
        customer.with_company(self.company).key_account_value_type = kind

    def get_answers(self, evaluation):
        return [self.get_line(evaluation, customer).value_type_answer for customer in self.customers]

    def call(self, user, records, method, *args, context=None):
        records = records.with_user(user).with_context(allowed_company_ids=self.company.ids)
        context = {**records.env.context, **(context or {})}
        return call_kw(records.browse(), method, [records.ids, *args], {"context": context})


class TestSuggestions(ValueTypeCommon):
    def test_lines_keep_what_the_rules_suggest_and_why(self):
        evaluation = self.evaluate()
        lines = [self.get_line(evaluation, customer) for customer in self.customers]
        self.assertEqual(
            [line.suggested_value_type for line in lines], ["extrinsic", "strategic", "extrinsic", "intrinsic", False]
        )
        self.assertEqual(
            self.plain(lines[0].value_type_reason),
            "By rule “Service”: revenue $ 5,000.00 (≥ $ 3,000).",
        )
        self.assertEqual(lines[1].value_type_reason, "By rule “Partner”: tier A.")
        self.assertFalse(lines[4].value_type_reason)
        self.assertIn("No value type is suggested: none of the value type rules holds.", lines[4].reason_text)

    def test_the_scorecard_shows_it(self):
        evaluation = self.evaluate()
        html = self.get_line(evaluation, self.second).scorecard_html
        for text in ("Value Type", "Suggested: ", "By rule “Partner”: tier A."):
            self.assertIn(text, html)
        self.assertNotIn("Suggested: ", self.get_line(evaluation, self.fifth).scorecard_html)

    def test_a_row_for_everybody_says_so(self):
        draft = self.env["key.account.ruleset"].browse(self.suggesting.action_new_version()["res_id"])
        self.make_value_type(draft, "intrinsic", name="Rest")
        draft.action_activate()
        line = self.get_line(self.evaluate(ruleset_id=draft.id), self.fifth)
        self.assertEqual(line.value_type_reason, "By rule “Rest”, which holds for every other customer.")

    def test_nothing_is_written_on_customers_by_the_workflow(self):
        self.set_kind(self.third, "intrinsic")
        evaluation = self.evaluate("applied")
        self.assertEqual(self.get_kinds(), [False, False, "intrinsic", False, False])
        self.advance(evaluation, "reverted")
        self.assertEqual(self.get_kinds(), [False, False, "intrinsic", False, False])
        self.assertFalse(self.env["key.account.award"].search([("evaluation_id", "=", evaluation.id)]))

    def test_a_rule_set_without_rows_suggests_nothing(self):
        evaluation = self.make_evaluation()
        self.assertEqual(set(evaluation.line_ids.mapped("suggested_value_type")), {False})
        self.assertEqual((evaluation.value_type_count, evaluation.open_value_type_count), (0, 0))
        with self.assertRaisesRegex(UserError, "has no suggested value type that is still to be confirmed"):
            evaluation.action_confirm_value_types()
        with self.assertRaisesRegex(UserError, "suggest no value type for these customers"):
            evaluation.line_ids.action_confirm_value_type()

    def test_what_is_confirmed_already_needs_no_answer(self):
        self.set_kind(self.second, "strategic")
        self.set_kind(self.third, "intrinsic")
        evaluation = self.evaluate()
        self.assertEqual(self.get_answers(evaluation), [False, "same", False, False, False])
        self.assertEqual((evaluation.value_type_count, evaluation.open_value_type_count), (4, 3))

    def test_an_override_suggests_anew_and_asks_again(self):
        evaluation = self.evaluate()
        evaluation.action_confirm_value_types()
        line = self.get_line(evaluation, self.second)
        line.write({"override_tier_id": self.tier_b.id, "override_reason": "Too new"})
        self.assertEqual((line.suggested_value_type, line.value_type_answer), ("extrinsic", False))
        self.assertEqual(line.confirmed_value_type, "strategic")
        line.write({"override_tier_id": False})
        self.assertEqual((line.suggested_value_type, line.value_type_answer), ("strategic", "same"))
        other = self.get_line(evaluation, self.third)
        other.write({"override_tier_id": self.tier_c.id, "override_reason": "Leaves us"})
        self.assertEqual((other.suggested_value_type, other.value_type_answer), ("extrinsic", "confirmed"))

    def test_check_decisions_finds_what_was_tampered_with(self):
        evaluation = self.evaluate()
        evaluation.action_confirm_value_types()
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])
        line = self.get_line(evaluation, self.third)
        self.env.cr.execute(
            "UPDATE key_account_evaluation_line SET suggested_value_type = 'strategic' WHERE id = %s", line.ids
        )
        self.env.invalidate_all()
        self.assertEqual(evaluation.action_replay()["domain"], [("id", "in", line.ids)])

    def test_customers_without_business_are_suggested_nothing(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_a
        line = self.get_line(self.evaluate(), gone)
        line.write({"override_tier_id": self.tier_a.id, "override_reason": "Comes back"})
        self.assertFalse(line.suggested_value_type)

    def test_the_confirmed_value_type_is_a_condition_of_the_next_evaluation(self):
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        self.make_rule(draft, "C", ("account_value_type", "in", ["intrinsic"]), kind="veto", name="Price only")
        draft.action_activate()
        for kind, tier in ((False, "A"), ("strategic", "A"), ("intrinsic", "C")):
            with self.subTest(kind):
                self.set_kind(self.second, kind)
                line = self.get_line(self.make_evaluation(ruleset_id=draft.id), self.second)
                self.assertEqual(line.tier_id.code, tier)


class TestConfirming(ValueTypeCommon):
    def test_all_at_once(self):
        evaluation = self.evaluate()
        self.assertEqual(evaluation.open_value_type_count, 4)
        evaluation.action_confirm_value_types()
        self.assertEqual(self.get_kinds(), ["extrinsic", "strategic", "extrinsic", "intrinsic", False])
        self.assertEqual(self.get_answers(evaluation), ["confirmed"] * 4 + [False])
        self.assertEqual((evaluation.open_value_type_count, evaluation.state), (0, "computed"))
        self.assertIn("Value types confirmed. Confirmed: 4", evaluation.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "still to be confirmed"):
            evaluation.action_confirm_value_types()

    def test_in_every_state_but_before_computing_and_after_reverting(self):
        for state in ("computed", "in_review", "approved", "applied"):
            with self.subTest(state):
                self.set_kind(self.customers, False)
                evaluation = self.evaluate(state)
                evaluation.action_confirm_value_types()
                self.assertEqual(self.get_kinds()[1], "strategic")
                self.assertEqual(evaluation.state, state)
        self.set_kind(self.customers, False)
        reverted = self.evaluate("reverted")
        self.assertEqual(reverted.open_value_type_count, 0)
        for method in (reverted.action_confirm_value_types, reverted.line_ids.action_confirm_value_type):
            with self.assertRaisesRegex(UserError, "in state Reverted"):
                method()
        with self.assertRaisesRegex(UserError, "in state Draft"):
            self.evaluate("draft").action_confirm_value_types()

    def test_reverting_leaves_confirmed_kinds_alone(self):
        evaluation = self.evaluate("applied")
        evaluation.action_confirm_value_types()
        self.advance(evaluation, "reverted")
        self.assertEqual(self.get_kinds()[1], "strategic")
        self.assertFalse(self.second.with_company(self.company).key_account_tier_id)
        self.assertEqual(set(evaluation.line_ids.mapped("outcome")), {"reverted"})

    def test_confirming_all_keeps_what_somebody_decided_otherwise(self):
        evaluation = self.evaluate()
        self.set_kind(self.second, "extrinsic")
        self.set_kind(self.third, "extrinsic")
        self.get_line(evaluation, self.fourth).action_keep_value_type()
        self.assertEqual(self.get_answers(evaluation), [False, "other", "confirmed", "other", False])
        evaluation.action_confirm_value_types()
        self.assertEqual(self.get_kinds(), ["extrinsic", "extrinsic", "extrinsic", False, False])
        self.assertEqual(self.get_answers(evaluation), ["confirmed", "other", "confirmed", "other", False])

    def test_single_lines_are_confirmed_even_where_somebody_decided_otherwise(self):
        evaluation = self.evaluate()
        self.set_kind(self.second, "extrinsic")
        lines = self.get_line(evaluation, self.second) | self.get_line(evaluation, self.fifth)
        lines.action_confirm_value_type()
        self.assertEqual(self.get_kinds(), [False, "strategic", False, False, False])
        self.assertEqual(self.get_answers(evaluation), [False, "confirmed", False, False, False])
        self.assertEqual(lines[0].confirmed_value_type, "strategic")

    def test_who_and_when_is_in_the_chatter_of_the_customer(self):
        evaluation = self.evaluate()
        before = self.second.message_ids
        evaluation.action_confirm_value_types()
        [message] = self.second.message_ids - before
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(message.body, "<p>By “2024”</p>")
        tracked = message.sudo().tracking_value_ids
        self.assertEqual((tracked.field_id.name, tracked.new_value_char), ("key_account_value_type", "Strategic"))

    def test_a_later_suggestion_counts(self):
        old = self.evaluate(name="Old")
        new = self.evaluate(name="New", date_to="2025-12-31")
        self.assertEqual(self.get_line(new, self.second).suggested_value_type, "strategic")
        with self.assertRaisesRegex(UserError, "A later evaluation has suggested a value type for Second since"):
            self.get_line(old, self.second).action_confirm_value_type()
        old.action_confirm_value_types()
        self.assertEqual(self.get_kinds(), [False] * 5)
        self.assertEqual(self.get_answers(old), ["skipped"] * 4 + [False])
        self.assertEqual(new.open_value_type_count, 4)
        self.advance(new, "reverted")
        self.get_line(old, self.second).action_confirm_value_type()
        self.assertEqual(self.get_kinds()[1], "strategic", "what was taken back suggests nothing")

    def test_a_customer_that_is_gone(self):
        evaluation = self.evaluate()
        line = self.get_line(evaluation, self.third)
        self.env.cr.execute("UPDATE key_account_evaluation_line SET partner_id = NULL WHERE id = %s", line.ids)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Third was deleted"):
            line.action_confirm_value_type()
        evaluation.action_confirm_value_types()
        self.assertEqual(line.value_type_answer, "skipped")

    def test_of_two_that_became_one_the_better_place_counts(self):
        evaluation = self.evaluate()
        self.fourth.write({"is_company": False, "parent_id": self.second.id})
        evaluation.action_confirm_value_types()
        self.assertEqual(self.get_kinds()[1], "strategic")
        self.assertEqual(evaluation.open_value_type_count, 0)
        self.assertFalse(self.fourth.with_company(self.company).key_account_value_type)
        self.assertEqual(self.get_answers(evaluation)[1:4:2], ["confirmed", "skipped"])

    def test_a_merged_customer_keeps_what_somebody_decided(self):
        evaluation = self.evaluate()
        self.set_kind(self.third, "intrinsic")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.second | self.third).ids, self.third, extra_checks=False)
        self.assertEqual(self.third.with_company(self.company).key_account_value_type, "intrinsic")
        evaluation.action_confirm_value_types()
        self.assertEqual(evaluation.open_value_type_count, 0)
        self.assertEqual(self.third.with_company(self.company).key_account_value_type, "intrinsic")
        self.assertEqual(
            sorted(
                evaluation.line_ids.filtered(lambda line: line.partner_id == self.third).mapped("value_type_answer")
            ),
            ["other", "skipped"],
        )

    def test_a_customer_that_was_confirmed_before_keeps_its_kind_when_another_becomes_its_contact(self):
        self.set_kind(self.second, "strategic")
        evaluation = self.evaluate()
        self.fourth.write({"is_company": False, "parent_id": self.second.id})
        evaluation.action_confirm_value_types()
        self.assertEqual(self.get_kinds()[1], "strategic")
        self.assertEqual(self.get_answers(evaluation)[1:4:2], ["same", "skipped"])

    def test_a_later_suggestion_for_the_company_counts_more_than_an_old_one_for_its_contact(self):
        old = self.evaluate(name="Old")
        self.fourth.write({"is_company": False, "parent_id": self.second.id})
        new = self.evaluate(name="New", date_to="2025-12-31")
        with self.assertRaisesRegex(UserError, "A later evaluation has suggested a value type for Fourth since"):
            self.get_line(old, self.fourth).action_confirm_value_type()
        old.action_confirm_value_types()
        self.assertEqual(self.get_kinds()[1], False)
        new.action_confirm_value_types()
        self.assertEqual(self.get_kinds()[1], "strategic")

    def test_a_kind_entered_on_the_company_answers_for_who_became_its_contact(self):
        evaluation = self.evaluate()
        holding = self.make_customer(name="Holding")
        self.fourth.write({"is_company": False, "parent_id": holding.id})
        self.set_kind(holding, "extrinsic")
        self.assertEqual(self.get_line(evaluation, self.fourth).value_type_answer, "other")
        evaluation.action_confirm_value_types()
        self.assertEqual(holding.with_company(self.company).key_account_value_type, "extrinsic")

    def test_nothing_is_decided_otherwise_where_the_suggestion_is_confirmed(self):
        self.set_kind(self.second, "strategic")
        evaluation = self.evaluate()
        self.get_line(evaluation, self.third).action_confirm_value_type()
        evaluation.line_ids.action_keep_value_type()
        self.assertEqual(self.get_answers(evaluation), ["other", "same", "confirmed", "other", False])

    def test_the_answers_of_other_evaluations_and_companies_are_their_own(self):
        other = self.setup_other_company()["company"]
        self.second.with_company(other).key_account_value_type = "intrinsic"
        evaluation = self.evaluate()
        self.assertEqual(self.get_answers(evaluation)[1], False)
        self.second.with_company(other).key_account_value_type = "strategic"
        self.assertEqual(self.get_answers(evaluation)[1], False)
        evaluation.action_confirm_value_types()
        self.assertEqual(self.third.with_company(other).key_account_value_type, False)

    def test_big_evaluations_are_confirmed_in_the_background(self):
        self.env["ir.config_parameter"].sudo().set_param("key_account_mgmt.at_once_limit", 3)
        evaluation = self.evaluate("draft")
        evaluation.action_compute()
        evaluation._get_job_worker()
        for _left in evaluation._get_job_worker()._get_batches("compute"):
            pass
        evaluation.action_confirm_value_types()
        self.assertEqual((evaluation.job, self.get_kinds()[1]), ("confirm", False))
        self.assertEqual(evaluation.progress, 20)
        with self.assertRaisesRegex(UserError, "in the background"):
            evaluation.line_ids.action_confirm_value_type()
        self.assertEqual(
            len(list(evaluation._get_job_worker()._get_batches("confirm"))), -(-4 // evaluation._confirm_batch_size)
        )
        self.assertEqual((evaluation.job, evaluation.progress, self.get_kinds()[1]), (False, 100, "strategic"))

    def test_more_lines_take_no_more_queries(self):
        def count_queries(customers):
            lines = self.evaluate().line_ids.filtered(lambda line: line.partner_id in customers)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines.action_confirm_value_type()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        counts = []
        for customers in (self.big, self.third, self.big | self.third):
            self.set_kind(self.customers, False)
            counts.append(count_queries(customers))
        self.assertLessEqual(counts[2], counts[1])


class TestCustomers(ValueTypeCommon):
    def in_company(self, customer, user=None):
        return customer.with_user(user or self.manager).with_company(self.company)

    def test_the_customer_shows_the_latest_suggestion_until_it_is_confirmed(self):
        customer = self.in_company(self.second)
        self.assertFalse(customer.key_account_suggestion_id)
        old = self.evaluate("applied", name="Old")
        customer.invalidate_recordset()
        self.assertEqual(customer.key_account_suggestion_id, self.get_line(old, self.second))
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        self.make_value_type(draft, "extrinsic")
        draft.action_activate()
        new = self.evaluate(name="New", date_to="2025-12-31", ruleset_id=draft.id)
        customer.invalidate_recordset()
        self.assertEqual(customer.key_account_suggestion_id, self.get_line(new, self.second))
        self.assertEqual(customer.key_account_suggested_value_type, "extrinsic")
        self.assertEqual(customer.action_open_key_account_suggestion()["res_id"], self.get_line(new, self.second).id)
        customer.action_confirm_key_account_value_type()
        self.assertEqual(customer.key_account_value_type, "extrinsic")
        self.assertFalse(customer.key_account_suggestion_id)
        self.assertFalse(customer.key_account_suggested_value_type)
        self.assertEqual(self.get_line(new, self.second).value_type_answer, "confirmed")
        self.assertEqual(self.get_line(old, self.second).value_type_answer, "other")

    def test_a_kind_entered_by_hand_is_an_answer_and_the_suggestion_stays_on_the_form(self):
        evaluation = self.evaluate()
        groups = "base.group_user,base.group_partner_manager,key_account_mgmt.group_key_account_manager"
        customer = self.in_company(self.second, self.make_user("contact_manager", groups))
        with Form(customer) as form:
            form.key_account_value_type = "intrinsic"
            self.assertEqual(form.key_account_suggested_value_type, "strategic")
            form.key_account_value_type = "strategic"
            self.assertFalse(form.key_account_suggested_value_type)
            form.key_account_value_type = "intrinsic"
        self.assertEqual(self.get_line(evaluation, self.second).value_type_answer, "other")
        self.assertEqual(customer.key_account_suggested_value_type, "strategic")

    def test_writing_what_is_there_already_is_no_answer(self):
        self.set_kind(self.second, "intrinsic")
        evaluation = self.evaluate()
        self.set_kind(self.second, "intrinsic")
        self.assertFalse(self.get_line(evaluation, self.second).value_type_answer)

    def test_contacts_show_the_kind_of_their_company(self):
        contact = self.make_customer(name="Contact", parent_id=self.second.id)
        self.set_kind(self.second, "strategic")
        shown = [self.in_company(one).key_account_shown_value_type for one in (self.second, contact, self.third)]
        self.assertEqual(shown, ["strategic", "strategic", False])
        found = self.in_company(self.env["res.partner"]).search([("key_account_shown_value_type", "=", "strategic")])
        self.assertEqual(found, self.second | contact)
        without = self.in_company(self.env["res.partner"]).search(
            [("key_account_shown_value_type", "=", False), ("id", "in", (self.customers | contact).ids)]
        )
        self.assertEqual(without, self.customers - self.second)

    def test_salespeople_read_and_do_not_confirm(self):
        evaluation = self.evaluate("applied")
        line = self.get_line(evaluation, self.second)
        self.assertEqual(self.in_company(self.second, self.salesperson).key_account_suggested_value_type, "strategic")
        attempts = [
            (evaluation, "action_confirm_value_types"),
            (line, "action_confirm_value_type"),
            (line, "action_keep_value_type"),
            (self.second, "action_confirm_key_account_value_type"),
        ]
        for records, method in attempts:
            with self.subTest(method), self.assertRaises(AccessError), self.cr.savepoint():
                self.call(self.salesperson, records, method)
        for user in (self.salesperson, self.manager):
            for values in ({"value_type_answer": "confirmed"}, {"suggested_value_type": "intrinsic"}):
                with self.subTest(values, user=user.login), self.assertRaises(UserError):
                    self.call(user, line, "write", values)
        self.assertFalse(self.get_kinds()[1])

    def test_suggestions_of_other_salespeoples_customers_are_not_told(self):
        self.evaluate("applied")
        self.second.user_id = self.manager
        customer = self.in_company(self.second, self.salesperson)
        self.assertFalse(customer.key_account_suggestion_id)
        self.assertFalse(customer.key_account_suggested_value_type)

    def test_suggestions_of_another_company_are_not_told(self):
        self.evaluate()
        other = self.setup_other_company()["company"]
        self.assertFalse(self.second.with_company(other).key_account_suggestion_id)

    def test_managers_confirm_for_customers_of_others(self):
        self.second.user_id = self.salesperson
        self.evaluate()
        self.call(self.manager, self.second, "action_confirm_key_account_value_type")
        self.assertEqual(self.get_kinds()[1], "strategic")


class TestOrdersByKind(DiscountWaysCommon):
    """A customer who looks at the price may get 20 %, all others 5 %; changes of the kind are no changes of orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ruleset = cls.make_ruleset(name="By kind")
        cls.make_rule(ruleset, "C")
        row = {"ruleset_id": ruleset.id, "kind": "discount_cap"}
        cls.env["key.account.rule"].create(
            [
                {**row, "name": "Price", "sequence": 1, "cap": 20, "customer_value_type": "intrinsic"},
                {**row, "name": "Not confirmed", "sequence": 2, "cap": 5, "customer_value_type": "no_value_type"},
                {**row, "name": "Others", "sequence": 3, "cap": 8},
            ]
        )
        ruleset.action_activate()

    def set_kind(self, kind):
        self.big.with_company(self.company).key_account_value_type = kind

    def test_an_order_is_held_to_the_kind_of_its_customer(self):
        for kind, most in (("intrinsic", 20), ("extrinsic", 8), (False, 5)):
            with self.subTest(kind):
                self.set_kind(kind)
                over, within = (self.make_offer({"discount": most + more}) for more in (0.01, 0))
                self.assert_refused(self.salesperson, ORDER, "action_confirm", over.ids)
                self.call(self.salesperson, ORDER, "action_confirm", within.ids)
                self.assertEqual(within.state, "sale")

    def test_a_confirmed_order_outlives_the_kind_and_gets_no_worse(self):
        self.set_kind("intrinsic")
        order = self.make_confirmed({"product_uom_qty": 10.0, "discount": 20})
        self.set_kind("extrinsic")
        self.assertEqual(order.state, "sale")
        self.call(self.salesperson, LINE, "write", order.order_line.ids, {"discount": 19})
        self.assert_refused(self.salesperson, LINE, "write", order.order_line.ids, {"discount": 20})

    def test_a_quotation_is_judged_by_the_kind_of_the_day_on_which_it_is_confirmed(self):
        self.set_kind("intrinsic")
        offer = self.make_offer({"discount": 20})
        self.set_kind("strategic")
        self.assert_call_refused(ORDER, "action_confirm", offer.ids)
        self.set_kind("intrinsic")
        self.call(self.salesperson, ORDER, "action_confirm", offer.ids)
        self.assertEqual(offer.state, "sale")
