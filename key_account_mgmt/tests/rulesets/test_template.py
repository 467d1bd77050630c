from decimal import Decimal
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import file_open
from odoo.tools.misc import file_path

from ...models.rulesets.shipped_rows import SHIPPED_VALUE_TYPES, SHIPPED_VETOES
from ...models.rulesets.template_names import (
    CRITERION_NAMES,
    RULE_NAMES,
    TIER_NAMES,
)
from ...rules import Policy, evaluate, lint
from ..template_common import TemplateCommon

FOLDER = "key_account_mgmt/data/templates"
VETOES = ["one_off", "thin_margin", "late_payer", "slow_payer", "returns", "dormant", "incentives", "outside_territory"]


class TestTemplateFiles(TemplateCommon):
    """The files are what they say: complete, without doubts, and named as here."""

    def read_policy(self, path):
        with file_open(path) as file:
            return Policy.load(file.read())

    def test_every_file_is_offered(self):
        files = {f"{FOLDER}/{path.name}" for path in Path(file_path(FOLDER)).glob("*.json")}
        self.assertEqual(set(self.get_templates().mapped("path")), files)

    def test_templates_have_no_doubts_and_their_weights_add_up_to_100(self):
        for template in self.get_templates():
            with self.subTest(template.name):
                policy = self.read_policy(template.path)
                self.assertEqual(lint(policy), [])
                self.assertEqual(sum(criterion.max_points for criterion in policy.criteria), 100)
                self.assertEqual(policy.weights_total, 100)
                self.assertEqual(policy.name, template.name)
                self.assertTrue(template.description)

    def test_weights_of_the_perspectives(self):
        cases = {
            "scorecard": {"finance": 30, "sales": 30, "customer": 20, "service": 20},
            "three_families": {"hard": 50, "strength": 25, "capability": 25},
        }
        for name, expected in cases.items():
            weights = dict.fromkeys(expected, 0)
            for criterion in self.read_policy(self.get_template(name).path).criteria:
                weights[criterion.perspective] += criterion.max_points
            self.assertEqual(weights, expected)

    def test_names_in_files_are_those_that_are_translated(self):
        for path in [*self.get_templates().mapped("path"), SHIPPED_VETOES.path, SHIPPED_VALUE_TYPES.path]:
            policy = self.read_policy(path)
            rules = [rule for table in policy.tables for rule in table.rules]
            self.assertEqual(
                {rule.key: rule.name for rule in rules}, {rule.key: str(RULE_NAMES[rule.key]) for rule in rules}
            )
            for criterion in policy.criteria:
                name = (
                    CRITERION_NAMES.get(criterion.key)
                    or self.get_metric(criterion.metric).with_context(lang="en_US").name
                )
                self.assertEqual(criterion.name, str(name))
            for tier in policy.tiers:
                self.assertEqual(tier.name, str(TIER_NAMES.get(tier.code, tier.code)))
            for metric in policy.metrics:
                self.assertEqual(metric.name, self.get_metric(metric.code).with_context(lang="en_US").name)

    def test_the_first_template_is_the_shipped_rule_set(self):
        shipped = self.env.ref("key_account_mgmt.ruleset_revenue_abc").sudo()
        draft = self.make_draft("single_indicator_rank")
        self.assertEqual(draft._get_policy().content_hash, shipped.policy_hash)


class TestTemplateWizard(TemplateCommon):
    """A draft of a method for a company, and nothing else."""

    def choose(self, template, company=None):
        wizard = Form(self.env["key.account.template.wizard"])
        wizard.template_id = template
        if company:
            wizard.company_id = company
        return self.env["key.account.ruleset"].browse(wizard.save().action_create()["res_id"])

    def test_the_wizard_opens_a_draft_and_activates_nothing(self):
        for template in self.get_templates():
            with self.subTest(template.name):
                draft = self.choose(template)
                self.assertRecordValues(
                    draft,
                    [{"name": template.name, "description": template.description, "state": "draft", "version": 1}],
                )
                self.assertEqual(draft._get_findings(), ([], []))
                self.assertIn(template.name, draft.message_ids[0].body)
        self.assertEqual(self.ruleset.state, "active")

    def test_drafts_are_of_the_chosen_company(self):
        other = self.setup_other_company()["company"]
        for _again in range(2):
            draft = self.choose(self.get_template("value_pyramid"), other)
            self.assertEqual(draft.company_id | draft.rule_ids.company_id | draft.tier_ids.company_id, other)
        tiers = self.env["key.account.tier"].search([("code", "=", "vip")])
        self.assertEqual(tiers, draft.tier_ids[:1], "the second draft has the tiers of the first")

    def test_it_takes_a_rule_administrator(self):
        template = self.get_template("scorecard")
        with self.assertRaises(AccessError):
            self.env["key.account.template.wizard"].with_user(self.manager).create({"template_id": template.id})
        with self.assertRaises(AccessError):
            template.with_user(self.manager)._create_draft(self.company)
        admin = self.make_user("admin", "base.group_user,key_account_mgmt.group_key_account_rule_admin")
        self.assertEqual(template.with_user(admin)._create_draft(self.company).state, "draft")
        with self.assertRaises(AccessError):
            template.with_user(admin).path = "key_account_mgmt/__manifest__.py"

    def test_what_is_not_there_is_named(self):
        self.get_metric("capital_grade").unlink()
        with self.assertRaisesRegex(UserError, r"Metric “Capital” \(capital_grade\) does not exist here"):
            self.make_draft("three_families")
        self.make_tier("vip", 7, company_id=self.company.id)
        with self.assertRaisesRegex(UserError, "Tier “vip” has rank 7 here, but rank 1 in the file"):
            self.make_draft("value_pyramid")

    def test_archived_metrics_are_there_all_the_same(self):
        self.get_metric("capital_grade").active = False
        self.assertEqual(len(self.make_draft("three_families").criterion_ids), 11)

    def test_a_weight_that_cannot_be_is_refused_by_the_name_of_its_row(self):
        cases = [
            ("max_points", 0, "Criterion “Distribution Network”, Maximum Points"),
            ("max_points", -5, "Criterion “Distribution Network”, Maximum Points"),
            ("metric_id", self.get_metric("revenue").id, "Criterion “Distribution Network”"),
        ]
        for column, value, expected in cases:
            draft = self.make_draft("three_families")
            draft.criterion_ids.filtered(lambda row: row.key == "network")[column] = value
            with self.subTest(column=column, value=value), self.assertRaisesRegex(UserError, expected):
                draft.action_activate()

    def test_grades_above_the_weight_are_doubted_by_the_name_of_their_row(self):
        draft = self.make_draft("three_families")
        draft.criterion_ids.filtered(lambda row: row.key == "network").max_points = 4
        draft.weights_total = 99
        _errors, warnings = draft._get_findings()
        self.assertRegex("\n".join(warnings), "Criterion “Distribution Network”.*5.*4")

    def test_names_are_in_every_installed_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["key_account_mgmt"], ["zh_CN"])
        for lang in ("en_US", "zh_CN"):
            template = self.get_template("value_pyramid").with_context(lang=lang)
            draft = template._create_draft(self.company)
            with self.subTest(made_in=lang):
                self.assertEqual(
                    self.get_names(draft, "en_US"), ["Value Pyramid", "Revenue", "Top 1 %", "Dormant", "VIP"]
                )
                self.assertEqual(
                    self.get_names(draft, "zh_CN"), ["价值金字塔", "销售额", "前 1%", "休眠客户", "贵宾客户"]
                )

    def get_names(self, draft, lang):
        draft = draft.with_context(lang=lang)
        by_key = {rule.key: rule.name for rule in draft.rule_ids}
        return [draft.name, draft.criterion_ids[0].name, by_key["top_1"], by_key["dormant"], draft.tier_ids[0].name]


class TestTemplateEvaluation(TemplateCommon):
    """Every template sorts the five customers as its method says."""

    def evaluate(self, draft):
        draft.action_activate()
        return self.make_evaluation(ruleset_id=draft.id)

    def test_every_template_evaluates(self):
        for metric in ("potential", "service", "demonstration", "winning", "delivery", "capital", "network"):
            self.give_grade(self.second, f"{metric}_grade", "excellent")
        for metric in ("logistics", "relations", "people", "thinking", "management", "marketing"):
            self.give_grade(self.second, f"{metric}_grade", "excellent")
        # Revenue 5,000 (one invoice), 4,000, 3,000, 2,000, 1,000: rank % 20, 40, 60, 80, 100. Nobody has paid.
        cases = {
            # Nobody is within 15 %; Big is within 35 %, but bought once.
            "single_indicator_rank": (["C", "C", "C", "C", "C"], [100, 80, 60, 40, 20]),
            # 100 × revenue ÷ 100,000
            "single_indicator_thresholds": (["C", "C", "C", "C", "C"], [5, 4, 3, 2, 1]),
            # 70 by rank, and 15 × months ÷ 12
            "value_pyramid": (["ordinary", "small", "small", "small", "small"], [71.25, 58.5, 44.5, 30.5, 16.5]),
            # 40 by rank and 8 for no returns; Second's grades give 24
            "scorecard": (["C", "B", "C", "C", "C"], [48, 64, 32, 24, 16]),
            # 40 by rank; Second's grades give 60, so that it ranks first
            "composite_points": (["B", "A", "C", "C", "C"], [40, 92, 24, 16, 8]),
            # 40 by rank, 10 since service costs nothing; Second's grades give 50
            "three_families": (["C", "B", "C", "C", "C"], [50, 92, 34, 26, 18]),
            # 20 for credit, less 5 for each invoice that was not paid in time; no target, no grades.
            "yearly_appraisal": (["fair", "fair", "fair", "fair", "fair"], [15, 10, 10, 10, 10]),
            # By rank of the revenue, since nothing more is expected of anybody; no veto, so that Big is B.
            "expected_value": (["B", "C", "C", "C", "C"], [100, 80, 60, 40, 20]),
            # Nobody filled in a profile, so that there is no fit score.
            "experience_matching": (["C", "C", "C", "C", "C"], [0, 0, 0, 0, 0]),
        }
        for name, (tiers, scores) in cases.items():
            with self.subTest(name):
                evaluation = self.evaluate(self.make_draft(name))
                self.assertEqual(self.get_tiers(evaluation), tiers)
                lines = [self.get_line(evaluation, customer) for customer in self.customers]
                self.assertEqual([line.score for line in lines], scores)
        self.assertEqual(len(cases), len(self.get_templates()))

    def test_grades_are_points_in_quarters(self):
        draft = self.make_draft("composite_points")
        for customer, grade in zip(self.customers, ("excellent", "good", "average", "poor"), strict=False):
            self.give_grade(customer, "demonstration_grade", grade)
        evaluation = self.evaluate(draft)
        points = [Decimal(self.get_line(evaluation, who).points["demonstration"]) for who in self.customers]
        self.assertEqual(points, [20, 15, 10, 5, 0])

    def make_book(self, size, places, **facts):
        """Facts of ``size`` customers; customer 0 has these places by metrics, and these other facts."""
        book = {number: dict.fromkeys(places, 2 * (size - number)) for number in range(1, size)}
        own = {metric: 2 * (size - place) + 1 for metric, place in places.items()}
        return {**book, 0: {**own, **facts}}

    def make_composite_example(self):
        grades = {"potential": "excellent", "demonstration": "good", "winning": "average", "delivery": "good"}
        book = self.make_book(10, {"revenue": 4}, **{f"{name}_grade": grade for name, grade in grades.items()})
        book[1] |= dict.fromkeys(list(book[0])[1:], "excellent")
        return book

    def make_families_example(self):
        strength = [f"{name}_grade" for name in ("capital", "network", "logistics", "relations", "people")]
        capability = [f"{name}_grade" for name in ("thinking", "management", "marketing")]
        grades = {**dict.fromkeys(strength, "good"), **dict.fromkeys(capability, "average")}
        return self.make_book(10, {"revenue": 2, "margin": 2}, cost_to_serve_pct=20, **grades)

    def make_scorecard_example(self):
        return self.make_book(
            100,
            {"margin": 1, "revenue": 10},
            on_time_pct=90,
            growth_pct=12,
            potential_grade="good",
            customer_years=4,
            return_rate_pct=1,
            service_grade="average",
        )

    def test_the_examples_of_the_documentation(self):
        places = {6: ("87.5", "A"), 7: ("85", "B"), 14: ("67.5", "B"), 15: ("65", "C")}
        pyramid = self.make_book(200, {"revenue": 2, "margin": 2}, active_months=9, on_time_pct=80)
        cases = [
            *(
                ("single_indicator_rank", self.make_book(40, {"revenue": place}), *expected)
                for place, expected in places.items()
            ),
            ("value_pyramid", pyramid, "92.9", "vip"),
            ("scorecard", self.make_scorecard_example(), "83.2", "A"),
            ("composite_points", self.make_composite_example(), "75.5", "A"),
            ("three_families", self.make_families_example(), "73.25", "A"),
        ]
        for name, book, score, tier in cases:
            with self.subTest(name, score=score):
                result = evaluate(self.make_draft(name)._get_policy(), book)[0]
                self.assertEqual((result.total, result.decision.tier), (Decimal(score), tier))

    def test_service_costs_points_by_its_share_of_the_margin(self):
        """A fifth of a point for each per cent, of ten; paid back money gives no more than ten."""
        policy = self.make_draft("three_families")._get_policy()
        cases = {"-5": 10, "0": 10, "0.5": "9.9", "20": 6, "49.9": "0.02", "50": 0, "50.1": 0, "400": 0}
        results = evaluate(policy, {share: {"cost_to_serve_pct": share} for share in cases} | {"": {}})
        points = {share: result.points["service"] for share, result in results.items()}
        self.assertEqual(points, {share: Decimal(number) for share, number in cases.items()} | {"": 0})

    def test_thresholds_include_their_value(self):
        policy = self.make_draft("single_indicator_thresholds")._get_policy()
        cases = {"100000": "A", "99999.99": "B", "20000": "B", "19999.99": "C", "0": "C", "-5": "C", "1000000000": "A"}
        results = evaluate(policy, {revenue: {"revenue": revenue} for revenue in cases})
        self.assertEqual({revenue: result.decision.tier for revenue, result in results.items()}, cases)


class TestShippedVetoes(TemplateCommon):
    """Pseudo key accounts, each by a veto that is switched on when wanted."""

    def switch_on(self, draft, *keys):
        draft.rule_ids.filtered(lambda rule: rule.key in keys).active = True
        return draft._get_policy()

    def get_vetoes(self, policy, **facts):
        return list(evaluate(policy, {1: facts})[1].decision.vetoes)

    def test_vetoes_come_switched_off_and_cap_at_the_lowest_tier(self):
        for template in self.get_templates():
            with self.subTest(template.name):
                draft = template._create_draft(self.company)
                vetoes = draft.veto_rule_ids
                self.assertEqual(vetoes.mapped("key"), VETOES)
                self.assertEqual(vetoes.tier_id, draft.tier_ids.sorted("rank")[-1])
                # The shipped rule set has this one switched on, and so has its template.
                on = ["one_off"] if template == self.get_template("single_indicator_rank") else []
                self.assertEqual(vetoes.filtered("active").mapped("key"), on)

    def test_each_veto_at_and_beside_its_thresholds(self):
        policy = self.switch_on(self.make_draft("single_indicator_thresholds"), *VETOES)
        cases = [
            ("one_off", {"largest_invoice_share_pct": 70, "invoice_count": 2}, True),
            ("one_off", {"largest_invoice_share_pct": "69.99", "invoice_count": 2}, False),
            ("one_off", {"largest_invoice_share_pct": 100, "invoice_count": 3}, False),
            ("late_payer", {"late_count": 3, "on_time_pct": "49.99"}, True),
            ("late_payer", {"late_count": 3, "on_time_pct": 50}, False),
            ("late_payer", {"late_count": 2, "on_time_pct": 0}, False),
            ("late_payer", {"late_count": 0}, False),
            ("slow_payer", {"average_days_late": 30}, True),
            ("slow_payer", {"average_days_late": "29.99"}, False),
            ("returns", {"return_rate_pct": 20}, True),
            ("returns", {"return_rate_pct": "19.99"}, False),
            ("dormant", {"days_since_last_invoice": 180}, True),
            ("dormant", {"days_since_last_invoice": 179}, False),
            ("incentives", {"incentive_cost": 1, "margin_after_incentives": "-0.01"}, True),
            ("incentives", {"incentive_cost": 1, "margin_after_incentives": 0}, False),
            ("incentives", {"incentive_cost": 0, "margin_after_incentives": -100}, False),
            ("outside_territory", {"outside_territory_pct": 20}, True),
            ("outside_territory", {"outside_territory_pct": "19.99"}, False),
        ]
        for key, facts, fires in cases:
            with self.subTest(key, facts=facts):
                self.assertEqual(self.get_vetoes(policy, **facts), [key] if fires else [])
        self.assertEqual(self.get_vetoes(policy), [], "what is missing vetoes nobody")

    def test_thin_margin_is_about_the_big_ones(self):
        policy = self.switch_on(self.make_draft("single_indicator_thresholds"), "thin_margin")
        margins = {1: "4.99", 2: "4.99", 3: 5, 4: 5, 5: 5}
        for first, second, expected in ((2000, 1000, [1]), (1000, 2000, [2])):
            revenues = {1: first, 2: second, 3: 10, 4: 10, 5: 10}
            facts = {key: {"revenue": revenues[key], "margin_pct": margins[key]} for key in margins}
            vetoed = [key for key, result in evaluate(policy, facts).items() if result.decision.vetoes]
            self.assertEqual(vetoed, expected)

    def test_bad_credit_gets_no_credit_either(self):
        draft = self.make_draft("scorecard")
        freezing = draft.veto_rule_ids.filtered("freezes_credit").mapped("key")
        self.assertEqual(freezing, ["late_payer", "slow_payer"])

    def test_a_customer_whose_goods_leave_its_territory_is_vetoed(self):
        france = self.env.ref("base.fr")
        abroad = self.make_customer(parent_id=self.second.id, type="delivery", country_id=france.id)
        self.second.country_id = self.env.ref("base.cn")
        self.second.with_company(self.company).key_account_territory_id = self.env["key.account.territory"].create(
            {"name": "East", "country_ids": self.second.country_id.ids}
        )
        self.make_invoice(self.second, 1000, "2024-09-01", partner_shipping_id=abroad.id)
        draft = self.make_draft("value_pyramid")
        draft.rule_ids.filtered(lambda rule: rule.key == "outside_territory").active = True
        draft.action_activate()
        line = self.get_line(self.make_evaluation(ruleset_id=draft.id), self.second)
        self.assertTrue(line.vetoed)
        self.assertIn("Goods outside the territory", line.reason_text)

    def test_a_draft_of_ones_own_gets_the_vetoes_it_lacks_once(self):
        draft = self.make_ruleset()
        self.make_rule(draft, "C", ("invoice_count", "<=", 1), kind="veto", name="Ours", key="one_off")
        for _again in range(2):
            draft.action_add_vetoes()
            self.assertEqual(sorted(draft.rule_ids.mapped("key")), sorted(VETOES))
        ours = draft.rule_ids.filtered(lambda rule: rule.key == "one_off")
        self.assertEqual((ours.name, ours.active), ("Ours", True))

    def test_vetoes_need_a_draft_with_tiers(self):
        with self.assertRaisesRegex(UserError, "was activated and can no longer change"):
            self.ruleset.action_add_vetoes()
        with self.assertRaisesRegex(UserError, "Choose its tiers first"):
            self.make_ruleset(tiers=()).action_add_vetoes()

    def test_a_new_version_keeps_vetoes_that_are_switched_off(self):
        draft = self.make_draft("scorecard")
        draft.action_activate()
        again = self.env["key.account.ruleset"].browse(draft.action_new_version()["res_id"])
        self.assertEqual(again.veto_rule_ids.mapped("key"), VETOES)
        self.assertFalse(any(again.veto_rule_ids.mapped("active")))
