from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..fit_common import FitCommon

INDUSTRY, CUSTOMER = "key.account.industry.profile", "key.account.customer.profile"


@tagged("post_install", "-at_install")
class TestProfileRefusals(FitCommon):
    """What cannot be is refused by the name of the row."""

    def test_a_fit_is_from_0_to_100(self):
        for percentage in (-0.01, 100.01, float("nan")):
            with self.subTest(percentage):
                self.assert_refused("“Banking” has an industry fit of", self.make_industry, self.banking, percentage)
        for industry, percentage in ((self.banking, 0), (self.farming, 100)):
            self.assertEqual(self.make_industry(industry, percentage).fit_pct, percentage)

    def test_points_are_from_0_to_100(self):
        for points in (-0.01, 100.01, float("nan"), float("inf")):
            with self.subTest(points):
                message = "“Company Size: Large” has .* points. Enter points from 0 to 100"
                self.assert_refused(message, self.make_row, points, choice=("company_size", "large"))
        for option, points in (("large", 0), ("small", 100)):
            self.assertEqual(self.make_row(points, choice=("company_size", option)).points, points)

    def test_a_row_needs_its_value_and_no_other(self):
        size, large = self.get_option("company_size", "large")
        cases = [
            ({"feature": "choice"}, "“Choice: …” of the customer profile, 7.0 points, has no value. Choose its Metric"),
            ({"feature": "choice", "metric_id": size.id}, "“Company Size: …” .* Choose its Option"),
            ({"feature": "region"}, "“Region: …” .* Choose its Country"),
            ({"feature": "tag"}, "“Tag: …” .* Choose its Tag"),
            (self.prepare_row(7, country=self.china, category_id=self.listed.id), "“Region: China” also has a Tag"),
            (self.prepare_row(7, tag=self.listed, country_id=self.china.id), "“Tag: .*” also has a Country"),
            (self.prepare_row(7, country=self.france, state_id=self.inner.id), f"{self.inner.name} is not in France"),
            (
                self.prepare_row(7, choice=("project_choice", "price"), option_id=large.id),
                "not an option of metric Project",
            ),
            (
                {"feature": "choice", "metric_id": self.get_metric("account_value_type").id, "option_id": large.id},
                "users do not enter a choice for metric",
            ),
        ]
        for values, message in cases:
            with self.subTest(message):
                self.assert_refused(message, self.env[CUSTOMER].create, {"points": 7, **values})

    def test_a_value_is_there_once_for_each_company_and_once_for_all(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        companies = (self.env["res.company"], self.company, other)
        places = {"choice": ("company_size", "large")}, {"country": self.china}, {"state": self.inner}
        rows = [
            self.make_row(5, company_id=company.id, **place)
            for place in (*places, {"tag": self.listed})
            for company in companies
        ]
        for row in rows:
            self.assert_twice(row, f"The customer profile has a row “{row.display_name}” already. Change that one.")
        for row in [self.make_industry(self.banking, 5, company_id=company.id) for company in companies]:
            self.assert_twice(row, "Industry “Banking” is in the industry profile already. Change that row.")

    @mute_logger("odoo.sql_db")
    def assert_twice(self, row, message):
        """Enter the row again, as an import does."""
        [values] = row.copy_data()
        ids = {name: f"{name}/.id" if name.endswith("_id") else name for name in values if values[name]}
        result = row.load(list(ids.values()), [[str(values[name]) for name in ids]])
        self.assertEqual([one["message"] for one in result["messages"]], [message])

    def test_the_best_rows_add_up_to_100_at_most(self):
        self.make_profile()
        over = (
            "“Tag: More”: with it the best rows .* add up to 100.000001 points, more than 100: .*Company Size: Large 40"
        )
        more = self.env["res.partner.category"].create({"name": "More"})
        self.assert_refused(over, self.make_row, 20.000001, tag=more)
        row = self.make_row(20, tag=more)
        self.assert_refused(over, row.write, {"points": 20.000001})
        self.make_row(39, choice=("company_size", "small"))

    def test_tenths_add_up_to_exactly_100(self):
        self.make_row(33.3, choice=("company_size", "small"))
        self.make_row(33.3, country=self.china)
        self.make_row(33.4, tag=self.listed)
        self.assertEqual(len(self.env[CUSTOMER].search([])), 3)

    def test_shared_rows_must_fit_those_of_every_company(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        self.make_row(60, choice=("company_size", "large"), company_id=other.id)
        self.assert_refused(f"of {other.name} add up to 101", self.make_row, 41, country=self.china)
        self.make_row(40, country=self.china)
        self.make_row(60, choice=("company_size", "large"))

    def test_rows_of_a_company_of_others_are_not_told(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        secret = self.env["res.partner.category"].create({"name": "Secret"})
        self.make_row(60, tag=secret, company_id=other.id)
        admin = self.make_user("admin", "base.group_user,key_account_mgmt.group_key_account_rule_admin")
        rows = self.env[CUSTOMER].with_user(admin)
        with self.assertRaises(ValidationError) as caught:
            rows.create(self.prepare_row(41, country=self.china))
        self.assertNotIn("Secret", str(caught.exception))
        self.assertIn(
            f"“Region: China”: with it the best rows of the customer profile of {other.name}, which you have",
            str(caught.exception),
        )
        rows.create(self.prepare_row(41, country=self.china, company_id=self.company.id))

    def test_a_bad_row_of_an_import_is_named(self):
        fields = ["feature", "country_id", "points"]
        result = self.load(CUSTOMER, fields, [["Region", "China", 10], ["Region", "France", 110]])
        self.assertFalse(result["ids"])
        self.assertIn("“Region: France” has 110.0 points", result["messages"][-1]["message"])
        self.assert_loaded(self.load(CUSTOMER, fields, [["Region", "China", 10], ["Region", "France", 11]]), 2)

    def test_metrics_and_options_of_a_profile_stay_what_they_are(self):
        self.make_profile()
        size, large = self.get_option("company_size", "large")
        with self.assertRaisesRegex(UserError, "Company Size is in use .the customer profile."):
            size.code = "bigness"
        for change in (large.unlink, lambda: large.write({"code": "big"})):
            with self.assertRaisesRegex(UserError, "Options Large of metric Company Size are in use"):
                change()
        large.name = "Big"


@tagged("post_install", "-at_install")
class TestProfileRights(FitCommon):
    def test_rule_administrators_edit_and_users_read(self):
        self.make_profile()
        admin = self.make_user("admin", "base.group_user,key_account_mgmt.group_key_account_rule_admin")
        for model, values in (
            (INDUSTRY, {"industry_id": self.mining.id, "fit_pct": 5}),
            (CUSTOMER, self.prepare_row(5, country=self.france)),
        ):
            row = self.env[model].search([], limit=1)
            for user in (self.manager, self.salesperson):
                self.assertTrue(row.with_user(user).display_name)
                calls = [("create", [values]), ("write", [row.ids, {"note": "x"}]), ("unlink", [row.ids])]
                for method, arguments in calls:
                    with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                        call_kw(self.env[model].with_user(user), method, arguments, {})
            made = call_kw(self.env[model].with_user(admin), "create", [values], {})
            self.env[model].with_user(admin).browse(made).unlink()

    def test_rows_of_another_company_are_neither_seen_nor_changed(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        admin = self.make_user("admin", "base.group_user,key_account_mgmt.group_key_account_rule_admin")
        for row, elsewhere in (
            (self.make_industry(self.banking, 5, company_id=other.id), {"industry_id": self.mining.id}),
            (self.make_row(5, country=self.china, company_id=other.id), {"country_id": self.france.id}),
        ):
            rows = row.with_user(admin)
            self.assertNotIn(row, rows.search([]))
            with self.assertRaises(AccessError):
                rows.note = "x"
            values = {"company_id": other.id, "note": "mine", **elsewhere}
            with self.assertRaises(AccessError):
                rows.create(row.copy_data(values))

    def test_statements_are_out_of_reach_of_remote_calls(self):
        calls = [
            (INDUSTRY, "_get_rows_of"),
            (CUSTOMER, "_get_rows_of"),
            ("key.account.fit.explanation", "_get_matches"),
            ("key.account.source.profile", "_get_inputs_sql"),
        ]
        for model, method in calls:
            with self.subTest(method), self.assertRaises(AccessError):
                call_kw(self.env[model].with_user(self.manager), method, [self.company.id], {})

    def test_the_form_clears_what_belongs_to_another_feature(self):
        form = Form(self.env[CUSTOMER], "key_account_mgmt.view_key_account_customer_profile_list")
        size, large = self.get_option("company_size", "large")
        form.metric_id, form.option_id, form.points = size, large, 5
        form.metric_id = self.get_metric("project_choice")
        self.assertFalse(form.option_id)
        form.option_id = self.get_option("project_choice", "price")[1]
        form.feature = "region"
        self.assertFalse(form.metric_id or form.option_id)
        form.country_id, form.state_id = self.china, self.inner
        form.country_id = self.france
        self.assertFalse(form.state_id)
        self.assertEqual(form.save().display_name, "Region: France")

    def test_shipped_choices_are_named_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["key_account_mgmt"], ["zh_CN"])
        row = self.make_row(5, choice=("company_size", "very_large"))
        self.assertEqual(row.with_context(lang="zh_CN").display_name, "企业规模：超大型")
        self.assertEqual(self.get_metric("fit_score").with_context(lang="zh_CN").name, "匹配得分")


@tagged("post_install", "-at_install")
class TestIndustryProposal(FitCommon):
    """An industry profile to start from, by where the best customers are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tiers = ((cls.banking, "ABBA"), (cls.farming, "ACCCCCCCCC"), (cls.mining, "BBB"))
        for industry, codes in tiers:
            for code in codes:
                customer = cls.make_customer(industry_id=industry.id)
                customer.with_company(cls.company).key_account_tier_id = cls.get_tier(code)

    def propose(self):
        action = call_kw(self.env[INDUSTRY].with_company(self.company), "action_propose", [[]], {})
        rows = self.env[INDUSTRY].search([])
        fits = {row.industry_id: row.fit_pct for row in rows if row.company_id == self.company}
        return fits, action["params"]["message"]

    def test_the_share_of_the_best_tier_makes_the_fit(self):
        fits, message = self.propose()
        self.assertEqual(fits, {self.banking: 100, self.farming: 20, self.mining: 0})
        self.assertIn("3 industries added, 0 left as they were", message)

    def test_rows_that_are_there_stay(self):
        shared = self.make_industry(self.banking, 7)
        fits, message = self.propose()
        self.assertEqual((shared.fit_pct, fits), (7, {self.farming: 20, self.mining: 0}))
        self.assertIn("2 industries added, 1 left as they were", message)
        self.assertIn("0 industries added, 3 left as they were", self.propose()[1])

    def test_tiers_of_another_company_do_not_count(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        with self.assertRaisesRegex(UserError, f"no customer of {other.name} has both a tier and an industry"):
            self.env[INDUSTRY].with_company(other).action_propose()
        self.assertFalse(self.env[INDUSTRY].search([]))

    def test_it_takes_a_rule_administrator(self):
        with self.assertRaises(AccessError):
            call_kw(self.env[INDUSTRY].with_user(self.manager), "action_propose", [[]], {})
