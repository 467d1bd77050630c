from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.metrics.collection_scope import CollectionScope
from ...models.settings.key_account_part import PARTS
from ..approval_common import ApprovalCommon
from ..award_common import AwardCommon
from ..grant_common import GrantRulesMixin
from .test_every_view_tour import MODULE, ROLES, TYPES

ALL = [part for part, _label in PARTS]
# By part: its menus, what it shows on other screens (model, type of the view, name of the element), its metrics.
TABLE = {
    "caps": (
        {"discount_report"},
        [
            ("key.account.ruleset", "form", "caps"),
            ("sale.order", "form", "key_account_cap_shown"),
            ("sale.order", "list", "key_account_excess"),
            ("sale.order", "search", "key_account_over_cap"),
            ("res.partner", "form", "action_open_key_account_discounts"),
        ],
        set(),
    ),
    "credit": (
        {"award", "credit_entry"},
        [
            ("key.account.ruleset", "form", "credit_limits"),
            ("key.account.ruleset", "form", "rewards"),
            ("key.account.ruleset", "form", "freezes_credit"),
            ("key.account.evaluation", "form", "action_open_awards"),
            ("key.account.evaluation", "form", "award_budget"),
            ("key.account.evaluation.line", "list", "credit_change"),
            ("key.account.evaluation.line", "search", "limit_raised"),
            ("res.partner", "form", "key_account_credit"),
            ("res.partner", "form", "action_open_key_account_awards"),
            ("res.partner", "search", "key_account_limited"),
            ("sale.order", "form", "key_account_credit"),
        ],
        {"exposure", "credit_use_pct"},
    ),
    "appraisals": (
        {"appraisal", "appraisal_line", "appraisal_request"},
        [],
        {"potential_grade", "service_grade", "cooperation_grade", "information_grade"},
    ),
    "targets": (
        {"target"},
        [("res.partner", "form", "key_account_target_ids")],
        {"target", "target_attainment_pct"},
    ),
    "expectations": (
        {"expectation", "probability"},
        [("res.partner", "form", "key_account_expectation_ids")],
        {"expected_value"},
    ),
    "profiles": (
        {"industry_profile", "customer_profile"},
        [("res.partner", "form", "key_account_fit_html")],
        {"fit_score", "company_size"},
    ),
    "territories": (
        {"territory"},
        [("res.partner", "form", "key_account_territory_id")],
        {"outside_territory_pct"},
    ),
    "costs": (
        {"service_cost"},
        [
            ("res.partner", "form", "key_account_service_cost_ids"),
            ("mail.activity.type", "form", "key_account_hours"),
        ],
        {"cost_to_serve", "contribution"},
    ),
    "value_types": (
        set(),
        [
            ("key.account.ruleset", "form", "value_types"),
            ("key.account.evaluation", "form", "action_open_value_types"),
            ("key.account.evaluation.line", "list", "suggested_value_type"),
            ("key.account.evaluation.line", "search", "value_type_open"),
            ("res.partner", "form", "key_account_value_type"),
            ("res.partner", "list", "key_account_shown_value_type"),
            ("res.partner", "search", "key_account_with_value_type"),
        ],
        {"account_value_type"},
    ),
    "comparisons": ({"comparison"}, [("key.account.ruleset", "list", "action_compare")], set()),
}
# Elements of other parts whose names begin alike are told apart by their whole attribute.
NAMED = 'name="%s"'


class TestParts(GrantRulesMixin, ApprovalCommon, AwardCommon):
    """A part that is off is not shown, not collected and not enforced, and loses nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.make_user(f"part_{role}", groups) for role, groups in ROLES.items()}
        cls.parts = cls.env["key.account.part"]

    def switch(self, *on):
        """Switch on these parts and no other."""
        groups = {part: self.env.ref(f"{MODULE}.group_part_{part}") for part in ALL}
        commands = [
            Command.link(group.id) if part in on else Command.unlink(group.id) for part, group in groups.items()
        ]
        self.env.ref("base.group_user").sudo().implied_ids = commands
        self.env.invalidate_all()

    def switch_off(self, *off):
        self.switch(*(part for part in ALL if part not in off))

    # --- Screens ---

    def get_menus(self, user):
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        names = {menu.get("xmlid") or "" for menu in menus.values()}
        return {name.removeprefix(f"{MODULE}.menu_key_account_") for name in names if name.startswith(MODULE)}

    def get_arch(self, user, model, view_type):
        return self.env[model].with_user(user).get_views([(False, view_type)])["views"][view_type]["arch"]

    def test_a_part_that_is_off_is_gone_from_the_menus_of_every_role(self):
        before = {role: self.get_menus(user) for role, user in self.users.items()}
        for part, (menus, _elements, _metrics) in TABLE.items():
            self.switch_off(part)
            for role, user in self.users.items():
                with self.subTest(part, role=role):
                    self.assertEqual(self.get_menus(user), before[role] - menus)
        self.assertTrue(set().union(*(row[0] for row in TABLE.values())) <= before["administrator"])

    def test_approvals_are_shown_while_caps_or_credit_are_on(self):
        for on, shown in ((("caps",), True), (("credit",), True), (("targets",), False)):
            self.switch(*on)
            with self.subTest(on):
                menus = self.get_menus(self.users["administrator"])
                self.assertEqual({"approval", "approval_level"} <= menus, shown)

    def test_a_part_that_is_off_is_gone_from_the_screens(self):
        shown = sorted({(model, view_type) for row in TABLE.values() for model, view_type, _name in row[1]})
        before = {screen: self.get_arch(self.users["administrator"], *screen) for screen in shown}
        for part, (_menus, elements, _metrics) in TABLE.items():
            self.switch_off(part)
            for model, view_type, name in elements:
                with self.subTest(part, model=model, name=name):
                    self.assertIn(NAMED % name, before[model, view_type])
                    arch = self.get_arch(self.users["administrator"], model, view_type)
                    self.assertNotIn(NAMED % name, arch)

    def get_views(self):
        """Models and types of the addon's views, and of those that it extends."""
        names = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
        views = self.env["ir.ui.view"].sudo().browse(names.mapped("res_id"))
        return sorted({(view.model, view.type) for view in views if view.model and view.type in (*TYPES, "search")})

    def assert_views_open(self, roles):
        for role in roles:
            for model, view_type in self.get_views():
                if self.env[model].with_user(self.users[role]).has_access("read"):
                    with self.subTest(role=role, model=model, view_type=view_type):
                        self.assertTrue(self.get_arch(self.users[role], model, view_type))

    def test_every_view_opens_without_any_part(self):
        self.switch()
        self.assert_views_open(ROLES)

    def test_every_view_opens_without_each_part(self):
        for part in ALL:
            self.switch_off(part)
            with self.subTest(part):
                self.assert_views_open(["manager"])

    # --- Metrics, facts and figures ---

    def get_scope(self):
        return CollectionScope(self.company, *self.company._get_key_account_period(2024))

    def test_metrics_of_a_part_that_is_off_cannot_be_chosen(self):
        metrics = self.env["key.account.metric"]
        for part, (_menus, _elements, codes) in TABLE.items():
            with self.subTest(part):
                self.switch_off(part)
                available = metrics.search([("is_available", "=", True)])
                self.assertEqual(metrics.search([]) - available, metrics.search([("part", "=", part)]))
                self.assertLessEqual(codes, set(metrics.search([("part", "=", part)]).mapped("code")))

    def test_the_source_of_a_part_that_is_off_is_not_asked(self):
        collector, sources = self.env["key.account.collector"], {"targets": "target", "costs": "service"}
        sources |= {"expectations": "expectation", "territories": "territory", "profiles": "profile"}
        for part, source in {**sources, "credit": "credit"}.items():
            with self.subTest(part):
                self.switch(*ALL)
                self.assertIn(f'"source_{source}"', collector._get_facts_query(self.get_scope()).code)
                self.switch_off(part)
                self.assertNotIn(f'"source_{source}"', collector._get_facts_query(self.get_scope()).code)

    def get_results(self):
        evaluation = self.make_evaluation(ruleset_id=self.ruleset.id)
        return {line.partner_id: (line.tier_id.code, line.score, line.points) for line in evaluation.line_ids}

    def test_figures_of_rules_that_use_no_part_stay_the_same(self):
        self.ruleset = self.make_evaluation_ruleset()
        before = self.get_results()
        self.switch()
        self.assertEqual(self.get_results(), before)

    # --- Caps, limits and awards ---

    def test_caps_that_are_off_are_not_checked_and_cost_no_query(self):
        order = self.make_quotation(30)
        self.switch_off("caps")
        judges = self.env["key.account.discount"]
        self.assertEqual(judges._judge_orders(order), {})
        with self.assertQueryCount(0):
            judges._judge_orders(order)
        self.switch(*ALL)
        self.assertTrue(judges._judge_orders(order)[order.sudo()].over)
        self.switch_off("caps")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_limits_that_are_off_are_not_checked_and_cost_no_query(self):
        self.company.write({"account_use_credit_limit": True, "key_account_credit_policy": "block"})
        self.set_limit(self.big, 100)
        order, credit = self.make_quotation(0), self.env["key.account.credit"]
        self.assertTrue(credit._get_claims(order))
        self.switch_off("credit")
        self.assertEqual(credit._get_claims(order), {})
        with self.assertQueryCount(0):
            credit._get_claims(order)
        self.switch(*ALL)
        self.assertTrue(credit._get_claims(order))

    def test_awards_that_are_off_are_not_proposed_and_come_back(self):
        self.ruleset = self.make_evaluation_ruleset()
        granted = self.make_granting({self.second: self.credit(12000)})
        self.switch_off("credit")
        self.assertTrue(self.get_awards(granted))
        later = self.make_granting({self.third: self.credit(8000)}, name="Later")
        self.assertEqual((later.state, len(self.get_awards(later))), ("applied", 0))
        self.switch(*ALL)
        self.assertEqual(len(self.get_awards(granted)), 1)

    # --- Rule sets that use a part that is off ---

    def make_using(self, part):
        """A draft with a row that uses the part."""
        draft = self.make_evaluation_draft()
        rows = {
            "caps": lambda: self.env["key.account.rule"].create(
                {"name": "All", "ruleset_id": draft.id, "kind": "discount_cap", "cap": 10}
            ),
            "credit": lambda: self.make_limit(draft),
            "value_types": lambda: self.make_value_type(draft),
        }
        metrics = {
            "appraisals": ("potential_grade", "=", "excellent"),
            "targets": ("target_attainment_pct", ">=", 100),
            "expectations": ("expected_value", ">=", 1),
            "profiles": ("fit_score", ">=", 1),
            "territories": ("outside_territory_pct", ">=", 1),
            "costs": ("cost_to_serve", ">=", 1),
        }
        if part in rows:
            rows[part]()
        else:
            self.make_rule(draft, "C", metrics[part], kind="veto")
        return draft

    def make_evaluation_draft(self):
        draft = self.make_ruleset(name="Draft", tiers=("C",))
        self.make_rule(draft, "C")
        return draft

    def test_a_rule_set_says_which_part_of_it_is_off(self):
        for part, label in PARTS:
            if part == "comparisons":
                continue
            self.switch(*ALL)
            draft = self.make_using(part)
            said = f"“{label}” is switched off in the settings"
            with self.subTest(part):
                self.assertNotIn(said, " ".join(draft._get_findings()[1]))
                self.switch_off(part)
                self.assertIn(said, " ".join(draft._get_findings()[1]))
                draft.action_activate()
                self.assertIn(said, draft.off_text)
                self.switch(*ALL)
                self.env.invalidate_all()
                self.assertFalse(draft.off_text)

    # --- Templates ---

    def choose(self, name, user):
        template = self.env.ref(f"{MODULE}.template_{name}")
        wizards = self.env["key.account.template.wizard"].with_user(user).with_company(self.company)
        return wizards.create({"template_id": template.id, "company_id": self.company.id}).action_create()

    def get_needs(self, user):
        templates = self.env["key.account.template"].with_user(user).search([])
        return {template.picture.split("/")[-1].removesuffix(".svg"): template.parts_text for template in templates}

    def test_templates_say_what_they_switch_on(self):
        self.switch()
        needed = {
            "single_indicator_rank": False,
            "single_indicator_thresholds": False,
            "value_pyramid": False,
            "scorecard": "Switches on: Appraisals",
            "composite_points": "Switches on: Appraisals",
            "three_families": "Switches on: Appraisals, Costs to Serve",
            "yearly_appraisal": "Switches on: Credit Limits and Rewards, Appraisals, Targets",
            "expected_value": "Switches on: Expected Value",
            "experience_matching": "Switches on: Experience Matching",
        }
        self.assertEqual(self.get_needs(self.users["administrator"]), needed)
        self.assertRegex(self.get_needs(self.users["rule_admin"])["scorecard"], "Needs Appraisals, which an admin")
        self.switch(*ALL)
        self.assertEqual(set(self.get_needs(self.users["administrator"]).values()), {False})

    def test_choosing_a_template_switches_on_what_it_needs(self):
        self.switch("caps")
        with self.assertRaisesRegex(UserError, "Appraisals: switched off"):
            self.choose("scorecard", self.users["rule_admin"])
        self.assertEqual(self.parts._get_on(), {"caps"})
        self.assertEqual(self.choose("scorecard", self.users["administrator"])["type"], "ir.actions.act_url")
        self.assertEqual(self.parts._get_on(), {"caps", "appraisals"})
        self.assertEqual(self.choose("value_pyramid", self.users["rule_admin"])["type"], "ir.actions.act_window")

    # --- Switching ---

    def test_the_settings_switch_every_part(self):
        for on in (False, True):
            values = {f"group_key_account_part_{part}": on for part in ALL}
            self.env["res.config.settings"].sudo().create(values).set_values()
            self.assertEqual(self.parts._get_on(), frozenset(ALL if on else ()))

    def test_portal_users_and_jobs_are_subject_to_what_is_on(self):
        portal = self.env.ref("base.public_user")
        self.assertTrue(self.parts.with_user(portal)._is_on("caps"))
        self.switch()
        self.assertFalse(self.parts.with_user(portal)._is_on("caps"))
