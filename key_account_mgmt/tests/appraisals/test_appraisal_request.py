from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from ..appraisal_common import APPRAISAL, AppraisalCommon

REQUEST = "key.account.appraisal.request"


@tagged("post_install", "-at_install")
class TestAppraisalRequest(AppraisalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.graded = cls.make_ruleset(name="Graded")
        cls.make_criterion(cls.graded, cls.cooperation, scale="grades", steps=[("good", 5)])
        cls.make_criterion(cls.graded, cls.information, scale="grades", steps=[("good", 5)])
        (cls.second + cls.third).user_id = cls.ann
        cls.fourth.user_id = cls.bob

    def ask(self, user=None, **values):
        """The appraisals that are made for 2024; by default of the five customers by their salespeople."""
        values = {"year": 2024, "ruleset_id": self.graded.id, "company_id": self.company.id, **values}
        request = self.env[REQUEST].with_user(user or self.manager).with_company(self.company).create(values)
        return self.env[APPRAISAL].search(request.action_ask()["domain"])

    def get_activities(self, user):
        activity_type = self.env.ref("key_account_mgmt.mail_activity_type_appraisal")
        # sudo: activities on no record are seen by their user alone
        return (
            self.env["mail.activity"]
            .sudo()
            .search([("user_id", "=", user.id), ("activity_type_id", "=", activity_type.id)])
        )

    def assert_asked(self, appraisals, *pairs):
        self.assertEqual({(one.partner_id, one.user_id) for one in appraisals}, set(pairs))

    def test_salespeople_are_asked_about_their_customers(self):
        appraisals = self.ask()
        self.assert_asked(appraisals, (self.second, self.ann), (self.third, self.ann), (self.fourth, self.bob))
        self.assertEqual(set(appraisals.mapped("state")), {"draft"})
        self.assertEqual({str(one.date_to) for one in appraisals}, {"2024-12-31"})
        self.assertEqual(appraisals[0].line_ids.metric_id, self.cooperation + self.information)

    def test_others_are_asked_too_and_one_leads(self):
        selected = {"population": "selected", "partner_ids": [Command.set(self.second.ids)]}
        others = {"user_ids": [Command.set(self.eve.ids)], **selected}
        appraisals = self.ask(lead="salesperson", **others)
        self.assert_asked(appraisals, (self.second, self.ann), (self.second, self.eve))
        self.assertEqual(appraisals.filtered("is_lead").user_id, self.ann)
        appraisals = self.ask(
            lead="user", lead_id=self.eve.id, with_salesperson=False, quarter="1", year=2023, **others
        )
        self.assertEqual(appraisals.filtered("is_lead").user_id, self.eve)

    def test_who_leads_is_asked(self):
        with self.assertRaisesRegex(UserError, "Bob is not one of the other appraisers"):
            self.ask(user_ids=[Command.link(self.eve.id)], lead="user", lead_id=self.bob.id)

    def test_each_appraiser_has_one_activity_until_he_is_through(self):
        appraisals = self.ask(deadline="2025-02-01")
        activity = self.get_activities(self.ann)
        self.assertEqual((len(activity), str(activity.date_deadline)), (1, "2025-02-01"))
        self.assertIn("/odoo/key-account-grades", activity.note)
        self.assertFalse(appraisals.message_ids.notified_partner_ids)
        self.assertEqual(len(self.get_activities(self.bob)), 1)
        own = appraisals.filtered(lambda one: one.user_id == self.ann).with_user(self.ann)
        own.line_ids.grade = "good"
        own[0].action_done()
        self.assertTrue(self.get_activities(self.ann))
        own[1].action_done()
        self.assertFalse(self.get_activities(self.ann))
        self.assertTrue(self.get_activities(self.bob))
        appraisals.filtered(lambda one: one.user_id == self.bob).unlink()
        self.assertFalse(self.get_activities(self.bob))

    def test_asking_again_asks_whom_nobody_asked_yet(self):
        self.ask()
        with self.assertRaisesRegex(UserError, "All appraisers were already asked"):
            self.ask()
        self.fifth.user_id = self.ann
        self.assert_asked(self.ask(), (self.fifth, self.ann))
        self.assertEqual(len(self.get_activities(self.ann)), 1)

    def test_closed_periods_are_left_out(self):
        self.make_evaluation("applied", population="selected", partner_ids=[Command.set(self.second.ids)])
        self.assert_asked(self.ask(), (self.third, self.ann), (self.fourth, self.bob))

    def test_a_closed_period_names_the_evaluation_that_closed_it(self):
        self.make_evaluation("applied", name="Year 2024")
        message = "of all 5 customers, the period from 01/01/2024 to 12/31/2024 is closed.*applied: Year 2024"
        with self.assertRaisesRegex(UserError, message):
            self.ask()

    def test_where_there_is_nobody_to_ask_it_says_why(self):
        cases = [
            ({"year": 1990}, "none in the population has business from 01/01/1990"),
            ({"with_salesperson": False}, "none of the 5 customers has a salesperson"),
            ({"ruleset_id": self.ruleset.id}, "uses no grades"),
            ({"year": 24}, "24 is not a year"),
        ]
        for values, message in cases:
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message), self.cr.savepoint():
                self.ask(**values)

    def test_who_left_is_not_asked(self):
        self.bob.active = False
        self.assert_asked(self.ask(), (self.second, self.ann), (self.third, self.ann))

    @freeze_time("2025-02-03")
    def test_the_form_proposes_the_last_full_year_and_counts_customers(self):
        form = Form(self.env[REQUEST].with_user(self.manager).with_company(self.company))
        self.assertEqual((form.year, str(form.date_from), str(form.date_to)), (2024, "2024-01-01", "2024-12-31"))
        self.assertEqual((form.ruleset_id, form.customer_count), (self.ruleset, 5))
        form.ruleset_id = self.graded
        form.quarter = "1"
        self.assertEqual(str(form.date_to), "2024-03-31")

    def test_managers_ask(self):
        with self.assertRaises(AccessError):
            self.ask(user=self.salesperson)
