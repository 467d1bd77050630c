from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from ..award_common import AwardCommon

EVALUATION = "key.account.evaluation"
LINE = "key.account.evaluation.line"
MESSAGE = "mail.message"
TOTALS = ("award_summary_html", "award_budget", "missing_counts")


class TestSalespeopleReadEvaluations(AwardCommon):
    """Who sees own customers only reads applied evaluations, and in them figures of own customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers.user_id = cls.manager
        cls.second.user_id = cls.salesperson

    def search(self, user, model, domain=(), fields=("id",)):
        return self.call(user, model, "search_read", list(domain), list(fields))

    def test_only_what_is_applied(self):
        for state, expected in (
            ("draft", 0),
            ("computed", 0),
            ("in_review", 0),
            ("approved", 0),
            ("applied", 1),
            ("reverted", 0),
        ):
            with self.subTest(state):
                evaluation = self.make_evaluation(state)
                domain = [("id", "=", evaluation.id)]
                self.assertEqual(len(self.search(self.salesperson, EVALUATION, domain)), expected)
                lines = self.search(self.salesperson, LINE, [("evaluation_id", "=", evaluation.id)], ["partner_name"])
                self.assertEqual([line["partner_name"] for line in lines], ["Second"] * expected)
                for user in (self.manager, self.finance):
                    self.assertEqual(len(self.search(user, EVALUATION, domain)), 1)

    def test_who_sees_all_customers_sees_nothing_before_it_is_applied_either(self):
        seller = self.make_user("seller", "base.group_user,sales_team.group_sale_salesman_all_leads")
        evaluation = self.make_evaluation("in_review")
        domain = [("evaluation_id", "=", evaluation.id)]
        self.assertFalse(self.search(seller, LINE, domain))
        self.advance(evaluation, "applied")
        self.assertEqual(len(self.search(seller, LINE, domain)), 5)

    def test_the_chatter_is_for_who_sees_all(self):
        evaluation = self.make_evaluation("applied")
        domain = [("model", "=", EVALUATION), ("res_id", "=", evaluation.id)]
        self.assertFalse(self.search(self.salesperson, MESSAGE, domain))
        message = evaluation.sudo().message_ids[0]
        self.assert_refused(self.salesperson, MESSAGE, "read", message.ids, ["body"])
        for user in (self.manager, self.finance):
            with self.subTest(user.login):
                self.assertTrue(self.search(user, MESSAGE, domain))

    def test_activities_of_others_tell_nothing(self):
        evaluation = self.make_credit().evaluation_id
        domain = [("res_model", "=", EVALUATION), ("res_id", "=", evaluation.id)]
        self.assertTrue(self.search(self.finance, "mail.activity", domain))
        self.assertFalse(self.search(self.salesperson, "mail.activity", domain))

    def test_figures_of_all_are_not_read(self):
        evaluation = self.make_granting({self.second: self.credit(12000), self.third: self.credit(9000)})
        for name in TOTALS:
            with self.subTest(name):
                self.assert_refused(self.salesperson, EVALUATION, "read", evaluation.ids, [name])
        self.env.invalidate_all()
        [values] = self.call(self.salesperson, EVALUATION, "read", evaluation.ids, ["summary_html", "line_count"])
        self.assertEqual(values["line_count"], 1)
        self.assertIn("4,000", values["summary_html"])
        self.assertNotIn("5,000", values["summary_html"])
        for user in (self.manager, self.finance):
            [values] = self.call(user, EVALUATION, "read", evaluation.ids, list(TOTALS))
            self.assertIn("21,000", values["award_summary_html"])

    def test_the_form_opens(self):
        evaluation = self.make_credit().evaluation_id
        for user in (self.salesperson, self.manager, self.finance):
            with self.subTest(user.login), Form(evaluation.with_user(user)) as form:
                self.assertEqual(form.name, "2024")

    def test_sums_over_lines_are_those_of_own_customers(self):
        evaluation = self.make_evaluation("applied")
        for user, expected in ((self.salesperson, 4000), (self.manager, 15_000)):
            [row] = self.call(
                user, LINE, "formatted_read_group", [("evaluation_id", "=", evaluation.id)], [], ["revenue:sum"]
            )
            self.assertEqual(row["revenue:sum"], expected)

    def test_my_customers_are_those_that_are_mine_today(self):
        evaluation = self.make_evaluation("applied")
        self.third.user_id = self.salesperson
        arch = self.env[LINE].get_view(view_type="search")["arch"]
        mine = etree.fromstring(arch).find(".//filter[@name='my_customers']").get("domain")
        for user, expected in ((self.salesperson, ["Second", "Third"]), (self.manager, ["Big", "Fourth", "Fifth"])):
            domain = [("evaluation_id", "=", evaluation.id), *safe_eval(mine, {"uid": user.id})]
            lines = self.search(user, LINE, domain, ["partner_name"])
            self.assertEqual([line["partner_name"] for line in lines], expected)

    def test_salespeople_see_totals_nowhere(self):
        evaluation = self.make_evaluation("applied")
        for method, arguments in (("get_pyramids", ([],)), ("get_value_matrix", ())):
            with self.subTest(method), self.assertRaises(AccessError):
                self.call(self.salesperson, EVALUATION, method, evaluation.ids, *arguments)
