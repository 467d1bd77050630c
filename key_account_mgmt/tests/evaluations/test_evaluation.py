import json
import runpy
from pathlib import Path
from unittest.mock import patch

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from ..evaluation_common import YEAR, KeyAccountEvaluationCommon


class TestEvaluation(KeyAccountEvaluationCommon):
    """Compute, review, approve: who may do what, and when."""

    def test_rules_decide_every_customer_with_business(self):
        self.make_customer(name="Without business")
        evaluation = self.make_evaluation()
        self.assertEqual(evaluation.state, "computed")
        self.assertEqual(self.get_tiers(evaluation), ["C", "A", "B", "C", "C"])
        self.assertEqual(len(evaluation.line_ids), 5)
        big = self.get_line(evaluation, self.big)
        self.assertRecordValues(
            big,
            [
                {
                    "rank": 1,
                    "rank_pct": 20,
                    "score": 100,
                    "revenue": 5000,
                    "vetoed": True,
                    "movement": "new",
                    "partner_name": "Big",
                    "computed_tier_id": self.tier_c.id,
                }
            ],
        )
        self.assertIn("veto", [reason["code"] for reason in big.reasons])
        self.assertEqual(big.facts["revenue"], "5000")

    def test_movement_compares_with_the_tier_of_today(self):
        table = [
            # tier before, movement of Third, which becomes B
            (None, "new"),
            ("A", "down"),
            ("B", "same"),
            ("C", "up"),
        ]
        for before, movement in table:
            with self.subTest(before=before):
                self.third.with_company(self.company).key_account_tier_id = before and self.get_tier(before)
                line = self.get_line(self.make_evaluation(), self.third)
                self.assertEqual((line.previous_tier_id.code or None, line.movement), (before, movement))

    def test_customer_with_a_tier_and_no_business_loses_it_outside_the_ranks(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        line = self.get_line(self.make_evaluation(), gone)
        self.assertRecordValues(
            line, [{"in_population": False, "movement": "lost", "tier_id": False, "rank": 0, "decided": True}]
        )
        self.assertEqual(self.get_tiers(line.evaluation_id), ["C", "A", "B", "C", "C"])

    def test_only_all_customers_can_lose_their_tier_by_absence(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation = self.make_evaluation(population="filter", partner_domain="[('name', '=', 'Third')]")
        self.assertEqual(evaluation.line_ids.partner_id, self.third)

    def test_population(self):
        contact = self.make_customer(name="Contact of Fourth", parent_id=self.fourth.id)
        idle = self.make_customer(name="Idle")
        table = [
            ({"population": "filter", "partner_domain": "[('name', 'in', ['Third', 'Idle'])]"}, self.third),
            ({"population": "filter", "partner_domain": "[('name', '=', 'Contact of Fourth')]"}, self.fourth),
            ({"population": "selected", "partner_ids": (self.third | idle).ids}, self.third | idle),
            ({"population": "selected", "partner_ids": (contact | self.fourth).ids}, self.fourth),
        ]
        for values, expected in table:
            with self.subTest(**values):
                self.assertEqual(self.make_evaluation(**values).line_ids.partner_id, expected)

    def test_nobody_to_evaluate_says_so(self):
        table = [
            ({"date_from": "2001-01-01", "date_to": "2001-12-31"}, "posted invoice or credit note of"),
            ({"population": "filter", "partner_domain": "[('name', '=', 'Nobody')]"}, "none that the filter"),
            ({"population": "selected"}, "none is selected"),
        ]
        for values, message in table:
            with self.subTest(**values), self.assertRaisesRegex(UserError, message):
                self.make_evaluation(**values)

    def test_filter_is_data_not_code(self):
        for domain in ("[('id', '=', uid)]", "__import__('os')", "[(", "[('no_such_field', '=', 1)]"):
            with self.subTest(domain), self.assertRaisesRegex(UserError, "cannot be used"):
                self.make_evaluation(population="filter", partner_domain=domain)

    def test_draft_rules_cannot_evaluate(self):
        draft = self.make_ruleset()
        with self.assertRaisesRegex(UserError, "not active"):
            self.make_evaluation(ruleset_id=draft.id)

    def test_two_people_approve(self):
        evaluation = self.make_evaluation("in_review")
        with self.assertRaisesRegex(UserError, "another user must approve"):
            evaluation.action_approve()
        evaluation.with_user(self.approver).action_approve()
        self.assertRecordValues(
            evaluation,
            [{"state": "approved", "submitted_by_id": self.manager.id, "approved_by_id": self.approver.id}],
        )

    def test_one_person_may_approve_where_the_company_says_so(self):
        self.company.key_account_four_eyes = False
        evaluation = self.make_evaluation("in_review")
        evaluation.action_approve()
        self.assertEqual(evaluation.state, "approved")

    def test_who_submitted_cannot_be_deleted_and_so_forgotten(self):
        self.make_evaluation("in_review")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "submitted_by_id"),
            self.cr.savepoint(),
        ):
            self.env["res.users"].browse(self.manager.id).unlink()

    def test_review_sends_back_with_a_reason(self):
        evaluation = self.make_evaluation("in_review")
        wizard = self.env["key.account.evaluation.refusal"].with_user(self.approver)
        wizard.create({"evaluation_id": evaluation.id, "reason": "Second has left us"}).action_refuse()
        self.assertRecordValues(evaluation, [{"state": "computed", "submitted_by_id": False}])
        self.assertIn("Second has left us", self.get_messages(evaluation))
        with self.assertRaisesRegex(UserError, "Say why"):
            evaluation.action_refuse(" ")

    def test_reset_deletes_the_lines_until_approval(self):
        for state in ("computed", "in_review"):
            evaluation = self.make_evaluation(state)
            evaluation.action_draft()
            self.assertRecordValues(evaluation, [{"state": "draft", "line_ids": [], "policy": False}])
            evaluation.action_compute()
            self.assertEqual(len(evaluation.line_ids), 5)
        for state in ("approved", "applied", "reverted"):
            with self.subTest(state), self.assertRaises(UserError):
                self.make_evaluation(state).action_draft()

    def test_every_step_has_its_state(self):
        steps = {
            "action_compute": "draft",
            "action_submit": "computed",
            "action_approve": "in_review",
            "action_apply": "approved",
            "action_revert": "applied",
        }
        for state in ("draft", "computed", "in_review", "approved", "applied", "reverted"):
            evaluation = self.make_evaluation(state).with_user(self.approver)
            for action, due in steps.items():
                if due != state:
                    with self.subTest(state=state, action=action), self.assertRaises(UserError):
                        getattr(evaluation, action)()

    def test_only_drafts_and_computed_ones_can_be_deleted(self):
        for state in ("draft", "computed"):
            evaluation = self.make_evaluation(state)
            evaluation.unlink()
            self.assertFalse(evaluation.exists())
        for state in ("in_review", "approved", "applied", "reverted"):
            with self.subTest(state), self.assertRaisesRegex(UserError, "cannot be deleted|can be deleted"):
                self.make_evaluation(state).unlink()

    def test_chatter_tells_the_story(self):
        evaluation = self.make_evaluation("reverted")
        messages = self.get_messages(evaluation)
        for text in ("Customers: 5 (A 1, B 1, C 3). Vetoes: 1.", "Submitted", "Approved", "Applied: 5", "Reverted: 5"):
            self.assertIn(text, messages)

    def test_other_evaluations_of_the_period_are_named(self):
        first = self.make_evaluation(name="First try")
        self.assertFalse(first.notice_html)
        second = self.make_evaluation(name="Second try")
        self.assertIn("First try", second.notice_html)

    def test_missing_values_are_counted(self):
        ruleset = self.make_ruleset()
        self.make_criterion(ruleset, "growth_pct", scale="linear", target=10)
        self.make_rule(ruleset, "C")
        ruleset.action_activate()
        evaluation = self.make_evaluation(ruleset_id=ruleset.id)
        self.assertEqual(evaluation.missing_counts, {"growth_pct": 5})
        self.assertIn("5 of 5", evaluation.notice_html)
        self.assertEqual(set(evaluation.line_ids.mapped("has_missing")), {True})

    def test_values_that_people_forgot_to_enter_are_counted(self):
        metric = self.env["key.account.metric"].create(
            {"name": "Visits", "code": "visits", "kind": "count", "source": "manual"}
        )
        self.env["key.account.metric.value"].create(
            {"company_id": self.company.id, "partner_id": self.third.id, "metric_id": metric.id, "value": 3, **YEAR}
        )
        ruleset = self.make_ruleset()
        self.make_criterion(ruleset, "visits", scale="linear", target=10)
        self.make_rule(ruleset, "C")
        ruleset.action_activate()
        evaluation = self.make_evaluation(ruleset_id=ruleset.id)
        self.assertEqual(evaluation.missing_counts, {"visits": 4})
        self.assertIn("Visits has no value for 4 of 5 customers. Enter the missing values", evaluation.notice_html)
        self.assertEqual(self.get_line(evaluation, self.third).score, 30)
        self.assertIn("missing", self.get_line(evaluation, self.fifth).scorecard_html)

    def test_any_amount_can_be_evaluated(self):
        for name, amount in (("Huge", 1), ("Cent", 0.01), ("Free", 0)):
            invoice = self.make_invoice(self.make_customer(name=name), amount, "2024-04-04")
            if name == "Huge":  # Odoo's own entries do not balance with so many digits
                self.env.flush_all()
                self.env.cr.execute("UPDATE account_move SET amount_untaxed_signed = 1e15 WHERE id = %s", [invoice.id])
        self.make_refund(self.make_customer(name="Returns"), 700, "2024-04-04")
        revenues = {line.partner_name: (line.facts["revenue"], line.rank) for line in self.make_evaluation().line_ids}
        self.assertEqual(revenues["Huge"], ("1000000000000000", 1))
        self.assertEqual(revenues["Cent"], ("0.01", 7))
        self.assertEqual(revenues["Free"], ("0", 8))
        self.assertEqual(revenues["Returns"], ("-700", 9))

    def test_two_people_at_once_do_not_meet(self):
        evaluation = self.make_evaluation()
        with (
            patch.object(type(evaluation), "try_lock_for_update", lambda self, **_options: self.browse()),
            self.assertRaisesRegex(UserError, "Another user is working"),
        ):
            evaluation.action_submit()
        self.assertEqual(evaluation.state, "computed")

    def test_facts_of_another_company_do_not_count(self):
        other = self.setup_other_company()["company"]
        self.make_invoice(self.fifth, 99999, "2024-05-05", company=other)
        self.assertEqual(self.get_line(self.make_evaluation(), self.fifth).revenue, 1000)

    def test_queries_do_not_grow_with_the_lines(self):
        def count_queries(**values):
            evaluation = self.make_evaluation("draft", **values)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            evaluation.action_compute()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        one, five = (
            {"population": "selected", "partner_ids": customers.ids} for customers in (self.third, self.customers)
        )
        for customers in (five, one):
            count_queries(**customers)  # warm: what Odoo reads once per process, such as record rules
        self.assertLessEqual(count_queries(**five), count_queries(**one))


class TestEvaluationFrozen(KeyAccountEvaluationCommon):
    """What nobody can change by hand, by whatever route."""

    def set_dimensions(self, customer, **values):
        """Give a customer a salesperson in a team, a country and an industry; return them as the line keeps them."""
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        self.env["crm.team.member"].create({"user_id": self.salesperson.id, "crm_team_id": team.id})
        found = {
            "user_id": self.salesperson.id,
            "country_id": self.env.ref("base.ie").id,
            "industry_id": self.env["res.partner.industry"].create({"name": "Mills"}).id,
        }
        customer.write({**found, **values})
        self.env.flush_all()
        return {**found, "team_id": team.id}

    def test_results_keep_who_served_the_customer_and_where(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        for customer in (self.third, gone):
            with self.subTest(customer.name):
                expected = self.set_dimensions(customer)
                line = self.get_line(self.make_evaluation(), customer)
                self.assertRecordValues(line, [expected])
                customer.write({"user_id": self.manager.id, "country_id": self.env.ref("base.be").id})
                line.invalidate_recordset()
                self.assertRecordValues(line, [expected])

    def test_a_customer_has_one_result_however_many_teams_its_salesperson_has(self):
        expected = self.set_dimensions(self.third)
        other = self.setup_other_company()["company"]
        self.salesperson.company_ids += other
        self.env["ir.config_parameter"].set_param("sales_team.membership_multi", "True")
        for name, company, sequence in (("Abroad", other, 0), ("Of nobody", self.env["res.company"], 0)):
            team = self.env["crm.team"].create({"name": name, "company_id": company.id, "sequence": sequence})
            self.env["crm.team.member"].sudo().create({"user_id": self.salesperson.id, "crm_team_id": team.id})
        self.assertRecordValues(self.get_line(self.make_evaluation(), self.third), [expected])

    def test_results_of_the_first_release_get_the_values_of_today(self):
        line = self.get_line(self.make_evaluation(), self.third)
        self.assertFalse(line.user_id or line.team_id)
        expected = self.set_dimensions(self.third)
        path = Path(__file__).parents[2] / "migrations/19.0.1.1.0/post-evaluations.py"
        runpy.run_path(str(path))["migrate"](self.cr, "19.0.1.0.0")
        line.invalidate_recordset()
        self.assertRecordValues(line, [expected])
        self.assertFalse(self.get_line(line.evaluation_id, self.fifth).user_id)

    def test_workflow_fields_are_not_writable(self):
        evaluation = self.make_evaluation()
        for name, value in {
            "state": "approved",
            "job": "apply",
            "policy": {},
            "policy_hash": "x",
            "approved_by_id": self.approver.id,
            "submitted_by_id": False,
            "line_ids": [(5, 0, 0)],
            "effective_date": "2024-01-01",
        }.items():
            with self.subTest(name), self.assertRaises(UserError):
                self.call(self.manager, evaluation, "write", {name: value})

    def test_setup_is_frozen_once_computed(self):
        evaluation = self.make_evaluation()
        for name in ("company_id", "ruleset_id", "date_from", "date_to", "population", "partner_domain", "partner_ids"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "can no longer change"):
                self.call(self.manager, evaluation, "write", {name: False})
        self.call(self.manager, evaluation, "write", {"name": "Renamed"})
        self.assertEqual(evaluation.name, "Renamed")

    def test_created_evaluations_are_drafts(self):
        values = {"name": "Cheat", "company_id": self.company.id, "ruleset_id": self.ruleset.id, **YEAR}
        model = self.env["key.account.evaluation"]
        for context, extra in (
            ({}, {"state": "approved"}),
            ({"default_state": "approved", "default_job": "apply"}, {}),
        ):
            [evaluation_id] = self.call(self.manager, model, "create", [{**values, **extra}], context=context)
            self.assertRecordValues(model.browse(evaluation_id), [{"state": "draft", "job": False}])

    def test_lines_are_frozen(self):
        line = self.get_line(self.make_evaluation(), self.fifth)
        for name in ("tier_id", "computed_tier_id", "score", "rank", "facts", "partner_id", "outcome", "decided",
                     "evaluation_id", "movement", "override_user_id", "replaced_tier_id", "user_id", "team_id",
                     "country_id", "industry_id"):  # fmt: skip
            with self.subTest(name), self.assertRaisesRegex(UserError, "frozen"):
                self.call(self.manager, line, "write", {name: False})

    def test_lines_are_not_made_or_deleted_by_hand(self):
        evaluation = self.make_evaluation()
        with self.assertRaises(AccessError):
            self.call(self.manager, evaluation.line_ids, "unlink")
        with self.assertRaises(UserError):
            self.call(
                self.manager,
                self.env["key.account.evaluation.line"],
                "create",
                [{"evaluation_id": evaluation.id, "company_id": self.company.id, "tier_id": self.tier_a.id}],
            )
        with self.assertRaisesRegex(UserError, "cannot be created by hand"):
            evaluation.sudo().line_ids.create([{"evaluation_id": evaluation.id, "company_id": self.company.id}])
        with self.assertRaisesRegex(UserError, "one by one"):
            evaluation.sudo().line_ids[0].unlink()

    def test_salespeople_only_look(self):
        evaluation = self.make_evaluation("applied")
        self.company.key_account_four_eyes = False
        own = evaluation.with_user(self.salesperson)
        self.assertEqual(len(own.line_ids), 5)
        for action in ("action_compute", "action_submit", "action_approve", "action_apply", "action_revert",
                       "action_draft", "action_replay"):  # fmt: skip
            with self.subTest(action), self.assertRaises(AccessError):
                self.call(self.salesperson, evaluation, action)
        with self.assertRaises(AccessError):
            self.call(self.salesperson, evaluation, "action_refuse", "no")
        with self.assertRaises(AccessError):
            self.call(self.salesperson, evaluation.line_ids[0], "write", {"override_tier_id": self.tier_a.id})
        with self.assertRaises(AccessError):
            self.call(self.salesperson, self.env["key.account.evaluation.wizard"], "create", [{}])

    def test_private_steps_cannot_be_called_remotely(self):
        evaluation = self.make_evaluation()
        for method in ("_set_workflow_values", "_advance", "_delete_lines", "_write_customers", "_cron_process_jobs"):
            with self.subTest(method), self.assertRaises(AccessError), mute_logger("odoo.http"):
                self.call(self.manager, evaluation, method, {})

    def test_tiers_of_customers_are_not_for_salespeople(self):
        for name, value in {
            "key_account_tier_id": self.tier_a.id,
            "key_account_tier_date": "2024-01-01",
            "key_account_evaluation_id": False,
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                self.call(self.salesperson, self.fifth, "write", {name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                self.call(self.salesperson, self.fifth, "create", [{"name": "New", name: value}])
        with self.assertRaises(AccessError):
            context = {"default_key_account_tier_id": self.tier_a.id}
            self.call(self.salesperson, self.fifth, "create", [{"name": "New"}], context=context)

    def test_copies_have_no_tier(self):
        self.fifth.with_company(self.company).key_account_tier_id = self.tier_a
        self.assertFalse(self.fifth.with_company(self.company).copy().key_account_tier_id)

    def test_companies_are_separate(self):
        other = self.setup_other_company()["company"]
        evaluation = self.make_evaluation()
        stranger = self.make_user("stranger", "base.group_user,key_account_mgmt.group_key_account_manager")
        stranger.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        foreign = evaluation.with_user(stranger).with_company(other)
        for action in ("action_submit", "action_draft", "action_replay"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(foreign, action)()
        self.assertFalse(self.env["key.account.evaluation.line"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.make_evaluation(user=stranger)

    def test_a_rule_set_of_another_company_is_refused(self):
        other = self.setup_other_company()["company"]
        with self.assertRaisesRegex(UserError, "belongs to"):
            self.make_evaluation(ruleset_id=self.make_ruleset(company_id=other.id, name="Theirs").id)

    def call(self, user, records, method, *args, context=None):
        """Call as a remote client does: only public methods, with a context of its own."""
        records = records.with_user(user).with_context(allowed_company_ids=self.company.ids)
        ids = [records.ids] if records and method != "create" else []
        return call_kw(records.browse(), method, [*ids, *args], {"context": {**records.env.context, **(context or {})}})


class TestOverride(KeyAccountEvaluationCommon):
    """A manager may know better than the rules, with a reason, until approval."""

    def test_override_changes_tier_and_movement(self):
        self.third.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, self.third)
        line.write({"override_tier_id": self.tier_a.id, "override_reason": "Opens a plant next door"})
        self.assertRecordValues(
            line,
            [
                {
                    "tier_id": self.tier_a.id,
                    "computed_tier_id": self.tier_b.id,
                    "movement": "up",
                    "override_user_id": self.manager.id,
                }
            ],
        )
        self.assertEqual(line.override_date.date(), Date.today())
        self.assertIn("Opens a plant next door", self.get_messages(evaluation))

    def test_override_taken_back_gives_the_rules_tier_again(self):
        line = self.get_line(self.make_evaluation(), self.third)
        line.write({"override_tier_id": self.tier_a.id, "override_reason": "Reason"})
        line.write({"override_tier_id": False})
        self.assertRecordValues(
            line,
            [{"tier_id": self.tier_b.id, "override_reason": False, "override_user_id": False, "movement": "new"}],
        )

    def test_override_needs_a_reason_and_a_tier_of_the_rules(self):
        line = self.get_line(self.make_evaluation(), self.third)
        strange = self.env["key.account.tier"].create({"name": "Z", "code": "Z", "rank": 9})
        for values, message in (
            ({"override_tier_id": self.tier_a.id}, "Give a reason"),
            ({"override_tier_id": self.tier_a.id, "override_reason": "  "}, "Give a reason"),
            ({"override_tier_id": strange.id, "override_reason": "Reason"}, "does not have that tier"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, message):
                line.write(values)

    def test_override_of_several_lines_at_once(self):
        evaluation = self.make_evaluation()
        evaluation.line_ids.write({"override_tier_id": self.tier_a.id, "override_reason": "Jubilee"})
        self.assertEqual(self.get_tiers(evaluation), ["A"] * 5)

    def override(self, lines, user=None, **values):
        """Override lines as the dialog of the list does."""
        dialog = self.env["key.account.evaluation.override"].with_user(user or self.manager).with_company(self.company)
        context = {"active_model": lines._name, "active_ids": lines.ids}
        dialog.with_context(**context).create(
            {"tier_id": self.tier_a.id, "reason": "Jubilee", **values}
        ).action_override()

    def test_dialog_overrides_the_selected_customers_with_one_reason(self):
        evaluation = self.make_evaluation()
        selected = self.get_line(evaluation, self.fourth) | self.get_line(evaluation, self.fifth)
        self.override(selected)
        self.assertEqual(self.get_tiers(evaluation), ["C", "A", "B", "A", "A"])
        self.assertEqual(set(selected.mapped("override_reason")), {"Jubilee"})
        self.assertEqual(selected.override_user_id, self.manager)
        self.assertEqual(self.get_messages(evaluation).count("because: Jubilee"), 2)

    def test_dialog_is_refused_where_the_form_is(self):
        computed, approved, other = (self.make_evaluation(state) for state in ("computed", "approved", "computed"))
        strange = self.env["key.account.tier"].create({"name": "Z", "code": "Z", "rank": 9})
        table = [
            (approved.line_ids, {}, UserError, "frozen"),
            (computed.line_ids, {"reason": "  "}, UserError, "Give a reason"),
            (computed.line_ids, {"tier_id": strange.id}, UserError, "does not have that tier"),
            (computed.line_ids | other.line_ids, {}, UserError, "one evaluation"),
            (computed.line_ids.browse(), {}, UserError, "one evaluation"),
            (computed.line_ids, {"user": self.salesperson}, AccessError, ""),
        ]
        for lines, values, error, message in table:
            with self.subTest(message=message, **values), self.assertRaisesRegex(error, message):
                self.override(lines, **values)
        self.assertFalse((computed | approved | other).line_ids.override_tier_id)

    def test_who_overrode_in_the_dialog_does_not_approve(self):
        evaluation = self.make_evaluation("in_review")
        self.override(evaluation.line_ids, user=self.approver)
        with self.assertRaisesRegex(UserError, "You changed tiers"):
            evaluation.with_user(self.approver).action_approve()

    def test_override_until_approval(self):
        values = {"override_tier_id": self.tier_a.id, "override_reason": "Reason"}
        self.get_line(self.make_evaluation("in_review"), self.third).write(values)
        for state in ("approved", "applied", "reverted"):
            with self.subTest(state), self.assertRaisesRegex(UserError, "frozen"):
                self.get_line(self.make_evaluation(state), self.third).write(values)

    def test_overridden_tier_is_applied(self):
        evaluation = self.make_evaluation()
        line = self.get_line(evaluation, self.fifth)
        line.write({"override_tier_id": self.tier_a.id, "override_reason": "Reason"})
        self.advance(evaluation, "applied")
        self.assertEqual(self.get_customer_tiers(), ["C", "A", "B", "C", "A"])


class TestResultTable(KeyAccountEvaluationCommon):
    """Each figure of the result opens exactly the customers that it counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gone, cls.kept = (cls.make_customer(name=name) for name in ("Gone", "Kept"))
        for customer, tier in ((cls.gone, "B"), (cls.kept, "B"), (cls.third, "A"), (cls.fourth, "C")):
            customer.with_company(cls.company).key_account_tier_id = cls.get_tier(tier)
        cls.evaluation = cls.make_evaluation()
        for customer, tier in ((cls.fourth, "A"), (cls.kept, "B")):
            line = cls.evaluation.line_ids.filtered(lambda one, customer=customer: one.partner_id == customer)
            line.write({"override_tier_id": cls.get_tier(tier).id, "override_reason": "Reason"})

    def get_figures(self, user):
        """The buttons of the table as ``{(tier, figure): number}``."""
        html = etree.fromstring(str(self.evaluation.with_user(user).summary_html), etree.HTMLParser())
        buttons = html.iterfind(".//button[@data-figure]")
        return {tuple(json.loads(button.get("data-figure"))): int(button.text) for button in buttons}

    def open_figure(self, user, tier, figure):
        action = self.evaluation.with_user(user).action_open_figure(tier, figure)
        return self.env[action["res_model"]].with_user(user).search(action["domain"])

    def test_figures_open_what_they_count(self):
        figures = self.get_figures(self.manager)
        self.assertEqual(len(figures), 20)
        for (tier, figure), number in figures.items():
            with self.subTest(tier=tier, figure=figure):
                self.assertEqual(len(self.open_figure(self.manager, tier, figure)), number)

    def test_which_customers_they_are(self):
        a, b, c = (self.get_tier(code).id for code in "ABC")
        table = [
            ((a, "customers"), {"Second", "Fourth"}),
            ((a, "overrides"), {"Fourth"}),
            ((a, "up"), {"Fourth"}),
            ((b, "down"), {"Third"}),
            ((b, "customers"), {"Third"}),
            ((b, "same"), {"Kept"}),
            ((c, "vetoes"), {"Big"}),
            ((False, "lost"), {"Gone"}),
            (("all", "lost"), {"Gone"}),
            (("all", "overrides"), {"Fourth", "Kept"}),
            (("all", "customers"), {"Big", "Second", "Third", "Fourth", "Fifth"}),
        ]
        figures = self.get_figures(self.manager)
        for part, names in table:
            with self.subTest(part):
                self.assertEqual(set(self.open_figure(self.manager, *part).mapped("partner_name")), names)
                self.assertEqual(figures[part], len(names))

    def test_salespeople_count_and_open_their_own(self):
        self.advance(self.evaluation, "applied")
        self.env.invalidate_all()
        (self.customers | self.gone | self.kept).user_id = self.manager
        (self.third | self.gone).user_id = self.salesperson
        figures = self.get_figures(self.salesperson)
        self.assertEqual((figures["all", "customers"], figures["all", "down"], figures["all", "lost"]), (1, 1, 1))
        for part, number in figures.items():
            with self.subTest(part):
                self.assertEqual(len(self.open_figure(self.salesperson, *part)), number)

    def test_counts_agree_everywhere(self):
        counts = "5 + 1 lost + 1 kept by an override"
        self.assertEqual(self.evaluation.customer_counts, counts)
        self.assertIn(f"Customers: {counts} (A 2, B 1, C 2)", self.evaluation._get_counts_text())
        html = etree.fromstring(str(self.evaluation.summary_html), etree.HTMLParser())
        total = " ".join(" ".join(html.find(".//tfoot/tr/td[2]").itertext()).split())
        self.assertEqual(total, counts)

    def test_missing_values_are_counted_among_customers_with_figures(self):
        self.evaluation.sudo()._set_workflow_values({"missing_counts": {"invoice_count": 2}})
        self.assertIn("for 2 of 5 customers", self.evaluation.notice_html)

    def test_what_is_no_figure_is_refused(self):
        for part in (("all", "id"), ("name", "down"), ([1], "down"), (self.tier_a.id, "unlink"), (True, "down")):
            with self.subTest(part), self.assertRaisesRegex(UserError, "no such figure"):
                self.evaluation.action_open_figure(*part)

    def test_a_preview_has_no_buttons(self):
        wizard = self.env["key.account.evaluation.wizard"].with_user(self.manager).with_company(self.company)
        wizard = wizard.create({"company_id": self.company.id, "ruleset_id": self.ruleset.id, "year": 2024})
        wizard.action_preview()
        self.assertIn("Total", wizard.preview_html)
        self.assertNotIn("data-figure", wizard.preview_html)


class TestReplay(KeyAccountEvaluationCommon):
    """The stored facts and rules give the stored decisions; whoever changes either is found out."""

    def test_untouched_decisions_are_confirmed(self):
        evaluation = self.make_evaluation("applied")
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_rules_and_documents_of_today_do_not_matter(self):
        evaluation = self.make_evaluation()
        self.make_invoice(self.fifth, 100000, "2024-09-01")
        self.make_evaluation_ruleset(name="New")
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])

    def test_tampering_is_found(self):
        for assignment in (
            'facts = facts || \'{"revenue": "1"}\'',
            "score = score + 1",
            "rank = 5",
            "tier_id = NULL",
            "movement = 'up'",
            "vetoed = TRUE",
            "reasons = '[]'",
        ):
            with self.subTest(assignment):
                evaluation = self.make_evaluation()
                line = self.get_line(evaluation, self.second)
                self.env.cr.execute(f"UPDATE key_account_evaluation_line SET {assignment} WHERE id = %s", [line.id])
                self.env.invalidate_all()
                action = evaluation.action_replay()
                self.assertIn(line.id, self.env["key.account.evaluation.line"].search(action["domain"]).ids)
                self.assertIn("decisions are the same", self.get_messages(evaluation))

    def test_overrides_are_not_tampering(self):
        evaluation = self.make_evaluation()
        values = {"override_tier_id": self.tier_a.id, "override_reason": "Reason"}
        self.get_line(evaluation, self.fifth).write(values)
        self.assertIn("5 of 5", evaluation.action_replay()["params"]["message"])
