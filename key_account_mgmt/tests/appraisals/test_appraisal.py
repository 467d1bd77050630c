from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..appraisal_common import APPRAISAL, LINE, VALUE, AppraisalCommon


@tagged("post_install", "-at_install")
class TestAppraisalResults(AppraisalCommon):
    def test_grades_count_when_the_appraisal_is_done_and_no_more_when_it_is_reset(self):
        appraisal = self.make_appraisal("good", "excellent")
        self.assert_grades(None)
        appraisal.action_done()
        self.assert_grades("good", "excellent")
        appraisal.action_reset()
        self.assert_grades(None)
        self.assertFalse(self.env[VALUE].search([("partner_id", "=", self.customer.id)]))

    @freeze_time("2025-01-10 08:00:00")
    def test_who_and_when_is_kept(self):
        appraisal = self.make_appraisal("good")
        appraisal.with_user(self.ann).action_done()
        self.assertEqual((appraisal.done_by_id, str(appraisal.done_on)), (self.ann, "2025-01-10 08:00:00"))
        self.assertIn("Cooperation: Good", self.get_messages(appraisal))
        appraisal.write({"done_by_id": self.bob.id, "state": "done"})
        self.assertEqual(appraisal.done_by_id, self.ann)
        appraisal.action_reset()
        self.assertFalse(appraisal.done_by_id or appraisal.done_on)
        self.assertIn("Cooperation: Good", self.get_messages(appraisal))

    def test_what_an_appraiser_cannot_judge_stays_empty(self):
        self.make_appraisal("good", done=True)
        self.assert_grades("good", None)
        self.make_appraisal("good", "poor", user=self.bob, done=True)
        self.assert_grades("good", "poor")

    def test_without_any_grade_an_appraisal_is_not_done(self):
        with self.assertRaisesRegex(UserError, "Shop: 2024: no grade is given yet"):
            self.make_appraisal(done=True)

    def test_the_average_of_several_appraisers(self):
        cases = [
            # grades, average: between two of them the lower one
            (["excellent"], "excellent"),
            (["good", "good"], "good"),
            (["excellent", "good"], "good"),
            (["good", "excellent", "excellent"], "good"),
            (["excellent", "average"], "good"),
            (["excellent", "poor"], "average"),
            (["poor", "poor", "average"], "poor"),
        ]
        users = [self.ann, self.bob, self.eve]
        for grades, average in cases:
            with self.subTest(grades=grades):
                customer = self.make_customer()
                for user, grade in zip(users, grades, strict=False):
                    self.make_appraisal(grade, user=user, customer=customer, done=True)
                self.assert_grades(average, customer=customer)

    def test_the_order_of_the_options_is_their_order_from_the_best_to_the_worst(self):
        self.get_option(self.cooperation, "poor").sequence = 0
        self.make_appraisal("good", done=True)
        self.make_appraisal("poor", user=self.bob, done=True)
        self.assert_grades("excellent")

    def test_the_leads_word(self):
        self.company.key_account_appraisal_rule = "lead"
        self.make_appraisal("poor", done=True)
        self.assert_grades("poor")
        lead = self.make_appraisal("excellent", user=self.bob, is_lead=True)
        self.assert_grades(None)
        lead.action_done()
        self.assert_grades("excellent")
        lead.action_reset()
        self.assert_grades(None)
        lead.is_lead = False
        self.assert_grades("poor")
        lead.is_lead = True
        lead.unlink()
        self.assert_grades("poor")

    def test_a_lead_is_one_of_several_where_the_average_counts(self):
        self.make_appraisal("poor", done=True)
        self.make_appraisal("excellent", user=self.bob, is_lead=True, done=True)
        self.assert_grades("average")

    def test_there_is_one_lead(self):
        self.make_appraisal(is_lead=True)
        self.make_appraisal(is_lead=True, quarter="1", user=self.bob)
        with self.assertRaisesRegex(ValidationError, "Shop: 2024 has two leads"), self.cr.savepoint():
            self.make_appraisal(is_lead=True, user=self.eve)

    def test_companies_customers_and_periods_keep_apart(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.ann.company_ids = [Command.link(other.id)]
        self.make_appraisal("good", done=True)
        self.make_appraisal("poor", done=True, company_id=other.id)
        self.make_appraisal("average", done=True, year=2023)
        self.make_appraisal("excellent", done=True, customer=self.second)
        self.assert_grades("good")
        self.assert_grades("poor", company=other)
        self.assert_grades("average", date_from="2023-01-01", date_to="2023-12-31")
        self.assert_grades("excellent", customer=self.second)

    def test_appraisals_of_a_customer_who_became_a_contact_count_for_its_company(self):
        appraisal = self.make_appraisal("good")
        parent = self.make_customer(name="Parent")
        self.customer.write({"parent_id": parent.id, "is_company": False})
        for _again in range(2):
            appraisal.action_done()
            self.assert_grades("good", customer=parent)
            appraisal.action_reset()
            self.assert_grades(None, customer=parent)

    def test_merged_customers_have_the_average_of_the_appraisals_of_both(self):
        twin = self.make_customer(name="Twin")
        self.make_appraisal("excellent", "good", done=True)
        self.make_appraisal("average", done=True, customer=twin, user=self.bob)
        self.make_appraisal("poor", done=True, customer=twin, user=self.bob, year=2023)
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge((self.customer + twin).ids, self.customer)
        self.assert_grades("good", "good")
        self.assert_grades("poor", date_from="2023-01-01", date_to="2023-12-31")

    @mute_logger("odoo.sql_db")
    def test_customers_are_not_merged_over_a_value_that_somebody_entered(self):
        twin = self.make_customer(name="Twin")
        self.make_entered(self.cooperation, "poor")
        self.make_appraisal("good", done=True, customer=twin)
        with self.assertRaisesRegex(UserError, "Shop: Cooperation from .* was entered by hand"), self.cr.savepoint():
            self.env["base.partner.merge.automatic.wizard"].sudo()._merge((self.customer + twin).ids, self.customer)
        self.assert_grades("poor")
        self.assert_grades("good", customer=twin)

    def test_many_appraisals_take_no_more_reading_than_few(self):
        customers = [self.make_customer() for _number in range(12)]
        few = self.env[APPRAISAL].union(*(self.make_appraisal("good", customer=one) for one in customers[:2]))
        many = self.env[APPRAISAL].union(*(self.make_appraisal("good", customer=one) for one in customers[2:]))
        counts = []
        for appraisals in (few, many):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            appraisals.action_done()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)


@tagged("post_install", "-at_install")
class TestAppraisalsAndEnteredValues(AppraisalCommon):
    def test_a_value_without_appraisal_stays_as_it_is(self):
        value = self.make_entered(self.cooperation, "poor")
        self.make_appraisal(None, "good", done=True)
        self.assert_grades("poor", "good")
        value.option_id = self.get_option(self.cooperation, "average")
        self.assert_grades("average", "good")

    def test_what_somebody_entered_is_not_lost(self):
        self.make_entered(self.cooperation, "poor")
        appraisal = self.make_appraisal("good", "good")
        with (
            self.assertRaisesRegex(UserError, "Shop: Cooperation from .* was entered by hand: Poor"),
            self.cr.savepoint(),
        ):
            appraisal.action_done()
        self.assertEqual(appraisal.state, "draft")
        self.assert_grades("poor")

    def test_grades_from_appraisals_do_not_change_by_hand(self):
        self.make_appraisal("good", done=True)
        value = self.env[VALUE].search([("partner_id", "=", self.customer.id)])
        self.assertTrue(value.is_appraised)
        for change in (
            lambda: value.write({"option_id": self.get_option(self.cooperation, "poor").id}),
            lambda: value.write({"is_appraised": False}),
            value.unlink,
        ):
            with self.assertRaisesRegex(UserError, "comes from the appraisals of the customer"), self.cr.savepoint():
                change()
        value.message_post(body="Why so good?")  # pylint: disable=translation-required

    def test_nobody_says_that_a_value_comes_from_appraisals(self):
        value = self.make_entered(self.cooperation, "poor", is_appraised=True)
        self.assertFalse(value.is_appraised)
        value.write({"is_appraised": True})
        self.assertFalse(value.is_appraised)

    def test_the_closest_look_at_the_end_of_the_period_counts(self):
        self.make_appraisal("good", done=True)
        self.make_appraisal("poor", user=self.bob, quarter="4", done=True)
        self.assert_grades("poor")


@tagged("post_install", "-at_install")
class TestAppraisalRefusals(AppraisalCommon):
    def test_a_done_appraisal_stays_as_it_is(self):
        appraisal = self.make_appraisal("good", "good", done=True)
        line = appraisal.line_ids[0]
        poor = self.get_option(self.cooperation, "poor").id
        changes = [
            lambda: appraisal.write({"partner_id": self.second.id}),
            lambda: appraisal.write({"line_ids": [Command.clear()]}),
            lambda: line.write({"option_id": poor}),
            lambda: line.write({"grade": "Poor"}),
            line.unlink,
            appraisal.unlink,
        ]
        for change in changes:
            with self.assertRaisesRegex(UserError, "Shop: 2024: the appraisal of Ann is done"), self.cr.savepoint():
                change()
        self.assert_grades("good", "good")

    def test_a_closed_period_stays_as_it_is(self):
        done = self.make_appraisal("good", customer=self.second, done=True)
        draft = self.make_appraisal("good", customer=self.second, user=self.bob)
        evaluation = self.make_evaluation("applied")
        changes = [
            done.action_reset,
            draft.action_done,
            draft.unlink,
            lambda: draft.write({"note": "x"}),
            lambda: draft.line_ids[0].write({"note": "x"}),
            lambda: self.make_appraisal("good", customer=self.second, user=self.eve),
            lambda: self.make_appraisal("good", customer=self.second, user=self.eve, quarter="2"),
        ]
        for change in changes:
            with self.assertRaisesRegex(UserError, "Second: the appraisal from .* is closed"), self.cr.savepoint():
                change()
        self.make_appraisal("good", customer=self.second, year=2025, done=True)
        self.make_appraisal("good", done=True)
        done.message_post(body="Too bad")  # pylint: disable=translation-required
        self.advance(evaluation, "reverted")
        draft.action_done()

    def test_a_customer_who_became_a_contact_is_closed_with_its_company(self):
        shop = self.make_customer(name="Kiosk", is_company=False)
        appraisal = self.make_appraisal("good", customer=shop, done=True)
        shop.parent_id = self.second
        self.make_evaluation("applied")
        with self.assertRaisesRegex(UserError, "Kiosk: the appraisal from .* is closed"), self.cr.savepoint():
            appraisal.action_reset()

    def test_moving_an_appraisal_into_a_closed_period_is_refused(self):
        draft = self.make_appraisal("good", customer=self.second, year=2023)
        self.make_evaluation("applied")
        with self.assertRaisesRegex(UserError, "Second: the appraisal from 2024-01-01"), self.cr.savepoint():
            draft.year = 2024

    def test_a_grade_in_use_stays(self):
        self.make_appraisal("good")
        with self.assertRaisesRegex(UserError, "Options Good of metric Cooperation are in use"), self.cr.savepoint():
            self.get_option(self.cooperation, "good").unlink()
        self.get_option(self.cooperation, "poor").unlink()
        with self.assertRaisesRegex(UserError, "Metric Information is in use .appraisals"), self.cr.savepoint():
            self.information.unlink()

    def test_only_grades_of_the_metric(self):
        appraisal = self.make_appraisal("good")
        line = appraisal.line_ids.filtered(lambda line: line.metric_id == self.cooperation)
        with self.assertRaisesRegex(ValidationError, "Shop: 2024: Cooperation has no grade “Superb”. It has: Excel"):
            line.grade = "Superb"
        with self.assertRaisesRegex(ValidationError, "Cooperation has no grade “Poor”"), self.cr.savepoint():
            line.option_id = self.get_option(self.information, "poor")
        with self.assertRaisesRegex(ValidationError, "is not graded by users"), self.cr.savepoint():
            appraisal.line_ids = [Command.create({"metric_id": self.get_metric("revenue").id})]

    def test_a_grade_keeps_its_metric_and_appraisal(self):
        line = self.make_appraisal("good").line_ids[0]
        other = self.make_appraisal("good", customer=self.second)
        line.write({"metric_id": line.metric_id.id, "appraisal_id": line.appraisal_id.id, "note": "Why"})
        for values in ({"metric_id": self.information.id}, {"appraisal_id": other.id}, {"user_id": self.bob.id}):
            with self.assertRaisesRegex(UserError, "cannot be changed"), self.cr.savepoint():
                line.write(values)

    @mute_logger("odoo.sql_db")
    def test_one_appraisal_by_customer_period_and_appraiser(self):
        self.make_appraisal()
        self.make_appraisal(user=self.bob)
        self.make_appraisal(year=2023)
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_appraisal(quarter="2")

    def test_a_contact_is_refused_by_name(self):
        contact = self.make_customer(name="Contact", parent_id=self.customer.id)
        self.assert_refused("Contact is a contact of Shop", self.make_appraisal, customer=contact)


@tagged("post_install", "-at_install")
class TestAppraisalRights(AppraisalCommon):
    def test_appraisers_grade_and_nothing_else(self):
        appraisal = self.make_appraisal("good", user=self.bob)
        own = appraisal.with_user(self.bob)
        own.line_ids[0].option_id = self.get_option(self.cooperation, "poor")
        own.action_done()
        self.assert_grades("poor")
        own.action_reset()
        for values in ({"is_lead": True}, {"user_id": self.ann.id}, {"year": 2023}, {"partner_id": self.second.id}):
            with self.assertRaisesRegex(AccessError, "Shop: 2024: you can only give grades"), self.cr.savepoint():
                own.write(values)
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.unlink()
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.copy()

    def test_others_read_those_of_their_own_customers(self):
        appraisal = self.make_appraisal("good", user=self.bob)
        self.assertEqual(appraisal.with_user(self.ann).line_ids.mapped("grade"), ["Good", False])
        with self.assertRaises(AccessError), self.cr.savepoint():
            appraisal.with_user(self.ann).action_done()
        with self.assertRaises(AccessError), self.cr.savepoint():
            appraisal.with_user(self.ann).line_ids[0].grade = "Poor"
        with self.assertRaises(AccessError), self.cr.savepoint():
            appraisal.with_user(self.eve).read(["state"])
        self.assertFalse(self.env[LINE].with_user(self.eve).search([("partner_id", "=", self.customer.id)]))

    def test_managers_do_all(self):
        appraisal = self.make_appraisal("good", user=self.bob).with_user(self.manager)
        appraisal.is_lead = True
        appraisal.action_done()
        appraisal.action_reset()
        appraisal.unlink()

    def test_companies_do_not_see_each_others_appraisals(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.ann.company_ids = [Command.link(other.id)]
        appraisal = self.make_appraisal("good", company_id=other.id)
        for model in (APPRAISAL, LINE):
            found = self.env[model].with_user(self.manager).search([("partner_id", "=", self.customer.id)])
            self.assertFalse(found)
        with self.assertRaises(AccessError):
            appraisal.with_user(self.manager).action_done()


@tagged("post_install", "-at_install")
class TestAppraisalEntry(AppraisalCommon):
    @freeze_time("2025-02-03")
    def test_the_form_asks_for_the_grades_of_the_active_rules(self):
        self.ruleset.action_retire()
        ruleset = self.make_ruleset()
        self.make_criterion(ruleset, self.cooperation, scale="grades", steps=[("good", 5)])
        self.make_criterion(ruleset, "revenue")
        self.make_rule(ruleset, "C")
        ruleset.action_activate()
        form = Form(self.env[APPRAISAL])
        form.partner_id = self.make_customer(parent_id=self.customer.id)
        self.assertEqual((form.partner_id, form.year), (self.customer, 2025))
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.metric_id, self.cooperation)
            line.option_id = self.get_option(self.cooperation, "good")
            self.assertEqual(line.option_description, "Keeps agreements, and takes part when asked.")
        appraisal = form.save()
        self.assertEqual((len(appraisal.line_ids), appraisal.missing_count), (1, 0))

    def test_several_rows_are_done_at_once(self):
        lines = (self.make_appraisal() + self.make_appraisal(customer=self.second)).line_ids
        lines.write({"grade": "good"})
        lines.action_done()
        self.assert_grades("good", "good")
        self.assert_grades("good", "good", customer=self.second)

    def test_a_spreadsheet(self):
        columns = [
            "partner_id",
            "year",
            "quarter",
            "user_id",
            "line_ids/metric_id",
            "line_ids/grade",
            "line_ids/note",
            "state",
        ]
        rows = [
            ["Shop", 2024, "", "Ann", "Cooperation", "Good", "Since May", "Done"],
            ["", "", "", "", "Information", "excellent", "", ""],
            ["Second", 2024, "Whole Year", "Bob", "Cooperation", "", "", "To Do"],
        ]
        self.assert_loaded(self.load(APPRAISAL, columns, rows), 2)
        self.assert_grades("good", "excellent")
        self.assert_grades(None, customer=self.second)

    def test_a_spreadsheet_fills_in_what_was_asked(self):
        appraisal = self.make_appraisal()
        rows = [[line.id, grade] for line, grade in zip(appraisal.line_ids, ("Good", "Poor"), strict=True)]
        self.assert_loaded(self.load(LINE, [".id", "grade"], rows), 2)
        self.assert_loaded(self.load(APPRAISAL, [".id", "state"], [[appraisal.id, "done"]]), 1)
        self.assert_grades("good", "poor")

    @mute_logger("odoo.sql_db")
    def test_a_bad_row_is_named_and_nothing_is_imported(self):
        self.make_evaluation("applied")
        columns = ["partner_id", "year", "user_id", "line_ids/metric_id", "line_ids/grade"]
        good = ["Shop", 2024, "Ann", "Cooperation", "Good"]
        cases = [
            (["Shop", 2023, "Ann", "Cooperation", "Superb"], "Shop: 2023: Cooperation has no grade “Superb”"),
            (
                ["Second", 2024, "Ann", "Cooperation", "Good"],
                "Second: the appraisal from 2024-01-01 to 2024-12-31 is clo",
            ),
            (["Shop", 2024, "Ann", "Cooperation", "Good"], "Shop has a row from 2024-01-01 to 2024-12-31 already"),
        ]
        for row, message in cases:
            with self.subTest(row=row):
                result = self.load(APPRAISAL, columns, [good, row])
                self.assertFalse(result["ids"])
                self.assertIn(message, " ".join(one["message"] for one in result["messages"]))
                self.assertFalse(self.env[APPRAISAL].search([("user_id", "=", self.ann.id)]))
