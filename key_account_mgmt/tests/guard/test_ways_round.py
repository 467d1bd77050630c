from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..evaluation_common import YEAR
from ..ways_round_common import ADMIN_GROUPS, WaysRoundCommon

EVALUATION = "key.account.evaluation"
LINE = "key.account.evaluation.line"
WIZARD = "key.account.evaluation.wizard"


class TestRulesWaysRound(WaysRoundCommon):
    """Rules come into force by activation only, after they were checked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("rule_admin", ADMIN_GROUPS)

    def test_context_does_not_make_an_active_rule_set(self):
        self.ruleset.action_retire()
        smuggled = {"state": "active", "version": 7, "policy": {"schema": 1}, "date_from": "2020-01-01"}
        ruleset_id = self.call(
            self.admin,
            "key.account.ruleset",
            "create",
            {"name": "Smuggled", "company_id": self.company.id},
            context={f"default_{name}": value for name, value in smuggled.items()},
        )
        self.assertRecordValues(
            self.env["key.account.ruleset"].browse(ruleset_id),
            [{"state": "draft", "version": 1, "policy": False, "date_from": False}],
        )

    def test_import_does_not_make_an_active_rule_set(self):
        columns = ["name", "state", "company_id/.id"]
        rows = [["Smuggled", "active", str(self.company.id)]]
        self.assertFalse(self.call(self.admin, "key.account.ruleset", "load", columns, rows)["ids"])

    def test_context_does_not_put_rows_into_an_active_rule_set(self):
        self.assert_refused(
            self.admin,
            "key.account.rule",
            "create",
            {"name": "Smuggled", "tier_id": self.tier_a.id},
            context={"default_ruleset_id": self.ruleset.id, "_force_unlink": True},
        )


class TestApprovalWaysRound(WaysRoundCommon):
    """Two people, and nothing changes after the second one's consent."""

    def test_own_submission_is_not_approved_whatever_the_context(self):
        evaluation = self.make_evaluation("in_review")
        for context in ({}, {"uid": self.approver.id, "su": True}):
            with self.subTest(context=context):
                self.assert_refused(self.manager, EVALUATION, "action_approve", evaluation.ids, context=context)

    def test_workflow_is_not_written(self):
        evaluation = self.make_evaluation("in_review")
        for vals in (
            {"state": "approved"},
            {"submitted_by_id": self.approver.id},
            {"tier_changer_ids": [Command.clear()]},
            {"line_ids": [Command.clear()]},
        ):
            with self.subTest(vals=vals):
                self.assert_refused(self.manager, EVALUATION, "write", evaluation.ids, vals)
                self.assert_refused(self.manager, EVALUATION, "web_save", evaluation.ids, vals, {})

    def test_managers_do_not_switch_it_off(self):
        self.assert_refused(self.manager, "res.company", "write", self.company.ids, {"key_account_four_eyes": False})

    def test_who_changes_a_tier_in_review_does_not_approve_it(self):
        evaluation = self.make_evaluation("in_review")
        line = self.get_line(evaluation, self.fifth)
        override = {"override_tier_id": self.tier_a.id, "override_reason": "A friend"}
        self.call(self.approver, LINE, "write", line.ids, override)
        with self.assertRaisesRegex(UserError, "You changed tiers"):
            self.call(self.approver, EVALUATION, "action_approve", evaluation.ids)
        third = self.make_user("third", "key_account_mgmt.group_key_account_manager")
        self.call(third, EVALUATION, "action_approve", evaluation.ids)
        self.assertEqual(evaluation.state, "approved")

    def test_taking_an_override_back_in_review_is_a_change_too(self):
        evaluation = self.make_evaluation("computed")
        line = self.get_line(evaluation, self.fifth)
        line.write({"override_tier_id": self.tier_a.id, "override_reason": "Grows"})
        evaluation.action_submit()
        self.call(self.approver, LINE, "write", line.ids, {"override_tier_id": False})
        self.assert_refused(self.approver, EVALUATION, "action_approve", evaluation.ids)

    def test_sending_back_does_not_let_who_changed_tiers_approve(self):
        evaluation = self.make_evaluation("in_review")
        override = {"override_tier_id": self.tier_a.id, "override_reason": "Grows"}
        self.call(self.approver, LINE, "write", self.get_line(evaluation, self.fifth).ids, override)
        self.call(self.approver, EVALUATION, "action_refuse", evaluation.ids, "See the override")
        self.call(self.manager, EVALUATION, "action_submit", evaluation.ids)
        self.assert_refused(self.approver, EVALUATION, "action_approve", evaluation.ids)

    def test_context_does_not_make_an_approved_evaluation(self):
        smuggled = {
            "state": "approved",
            "submitted_by_id": self.approver.id,
            "approved_by_id": self.approver.id,
            "line_ids": [Command.create({"partner_id": self.big.id})],
        }
        evaluation_id = self.call(
            self.manager,
            EVALUATION,
            "create",
            self.prepare_evaluation_values(),
            context={f"default_{name}": value for name, value in smuggled.items()},
        )
        self.assertRecordValues(
            self.env[EVALUATION].browse(evaluation_id), [{"state": "draft", "submitted_by_id": False, "line_ids": []}]
        )

    def test_approved_lines_stay_as_they_are(self):
        evaluation = self.make_evaluation("approved")
        line = self.get_line(evaluation, self.fifth)
        for user in (self.manager, self.salesperson):
            for vals in (
                {"override_tier_id": self.tier_a.id, "override_reason": "A friend"},
                {"tier_id": self.tier_a.id},
                {"facts": {}},
                {"evaluation_id": False},
                {"partner_id": self.big.id},
            ):
                with self.subTest(user=user.login, vals=vals):
                    self.assert_refused(user, LINE, "write", line.ids, vals)
            self.assert_refused(user, LINE, "unlink", line.ids)
            self.assert_refused(user, LINE, "copy", line.ids)
            self.assert_refused(user, "key.account.tier", "write", self.tier_a.ids, {"rank": 5})
        self.assert_refused(self.manager, EVALUATION, "action_draft", evaluation.ids)


class TestTierWaysRound(WaysRoundCommon):
    """Only managers give a customer a tier, and customers do not see theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,base.group_partner_manager,sales_team.group_sale_manager"
        cls.seller = cls.make_user("seller", groups)

    def test_values_and_commands(self):
        values = {"name": "Smuggled", "key_account_tier_id": self.tier_a.id}
        self.assert_refused(self.seller, "res.partner", "create", values)
        self.assert_refused(self.seller, "res.partner", "write", self.big.ids, {"key_account_tier_id": self.tier_a.id})
        self.assert_refused(self.seller, "res.partner", "write", self.big.ids, {"child_ids": [Command.create(values)]})

    def test_import(self):
        columns, rows = ["name", "key_account_tier_id/.id"], [["Smuggled", str(self.tier_a.id)]]
        self.assertFalse(self.call(self.seller, "res.partner", "load", columns, rows)["ids"])

    def test_own_profile(self):
        self.assert_refused(self.seller, "res.users", "write", self.seller.ids, {"key_account_tier_id": self.tier_a.id})

    def test_context_gives_no_tier(self):
        context = {"default_key_account_tier_id": self.tier_a.id}
        customer_id = self.call(self.seller, "res.partner", "create", {"name": "Smuggled"}, context=context)
        self.assertFalse(self.env["res.partner"].browse(customer_id).key_account_tier_id)

    def test_own_defaults_give_no_tier(self):
        arguments = ("res.partner", "key_account_tier_id", self.tier_a.id, True)
        self.call(self.seller, "ir.default", "set", *arguments)
        customer_id = self.call(self.seller, "res.partner", "create", {"name": "Smuggled"})
        self.assertFalse(self.env["res.partner"].browse(customer_id).key_account_tier_id)

    def test_customers_on_the_portal_do_not_see_their_tier(self):
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        portal = new_test_user(self.env, "key_account_portal", "base.group_portal", **companies)
        customer = portal.partner_id
        customer.with_company(self.company).key_account_tier_id = self.tier_a
        order = self.make_order(customer, 5, "2024-03-03")
        self.assertEqual(self.call(portal, "sale.order", "read", order.ids, ["name"])[0]["name"], order.name)
        for model, record, name in (
            ("res.partner", customer, "key_account_tier_id"),
            ("res.partner", customer, "key_account_shown_tier_id"),
            ("res.partner", customer, "key_account_evaluation_id"),
            ("sale.order", order, "key_account_tier_id"),
        ):
            with self.subTest(model=model, name=name), self.assertRaises(AccessError):
                self.call(portal, model, "read", record.ids, [name])
        with self.assertRaises(AccessError):
            self.call(portal, "res.partner", "search", [("key_account_tier_id", "=", self.tier_a.id)])


class TestCompanyWaysRound(WaysRoundCommon):
    """What another company sells, to whom, and by which rules stays there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.secret = cls.make_customer(name="Secret", company_id=cls.other.id)
        cls.make_invoice(cls.secret, 777, "2024-02-02", company=cls.other)
        cls.other_ruleset = cls.make_ruleset(company_id=cls.other.id)
        cls.make_rule(cls.other_ruleset, "C")
        cls.other_ruleset.action_activate()

    def test_wizard_tells_nothing_of_another_company(self):
        values = {"company_id": self.other.id, "period": "free", **YEAR}
        wizard_id = self.call(self.manager, WIZARD, "create", values)
        [data] = self.call(self.manager, WIZARD, "read", [wizard_id], ["customer_count", "notice_html"])
        self.assertEqual(data["customer_count"], 0)
        self.assertIn("Switch to that company", data["notice_html"])
        for action in ("action_preview", "action_evaluate"):
            self.assert_refused(self.manager, WIZARD, action, [wizard_id])

    def test_form_of_the_wizard_tells_nothing_of_another_company(self):
        values = {"company_id": self.other.id, "period": "free", "ruleset_id": False, **YEAR}
        spec = {name: {} for name in (*values, "customer_count")}
        result = self.call(self.manager, WIZARD, "onchange", [], values, ["company_id"], spec)
        self.assertFalse(result["value"].get("customer_count"))

    def test_rules_of_another_company_are_not_used(self):
        values = {"company_id": self.company.id, "ruleset_id": self.other_ruleset.id, "period": "free", **YEAR}
        wizard_id = self.call(self.manager, WIZARD, "create", values)
        self.assert_refused(self.manager, WIZARD, "action_preview", [wizard_id])

    def test_selecting_customers_of_another_company(self):
        values = self.prepare_evaluation_values(population="selected", partner_ids=[Command.set(self.secret.ids)])
        self.assert_refused(self.manager, EVALUATION, "create", values)

    def test_records_in_another_company(self):
        values = self.prepare_evaluation_values(company_id=self.other.id, ruleset_id=self.other_ruleset.id)
        self.assert_refused(self.manager, EVALUATION, "create", values)
        values = {"partner_id": self.secret.id, "metric_id": self.make_metric("judgement", "number").id, "value": 3}
        self.assert_refused(self.manager, "key.account.metric.value", "create", values)


class TestSalespersonReads(WaysRoundCommon):
    """Facts hold margins: who sees own documents only, sees own customers and those of nobody only."""

    def test_lines_of_own_customers(self):
        evaluation = self.make_evaluation("applied")
        self.second.user_id, self.big.user_id = self.salesperson, self.manager
        for groups, expected in (
            ("sales_team.group_sale_salesman", ["Second", "Third", "Fourth", "Fifth"]),
            ("sales_team.group_sale_salesman_all_leads", ["Big", "Second", "Third", "Fourth", "Fifth"]),
        ):
            with self.subTest(groups):
                self.salesperson.group_ids = self.env.ref("base.group_user") | self.env.ref(groups)
                domain = [("evaluation_id", "=", evaluation.id)]
                lines = self.call(self.salesperson, LINE, "search_read", domain, ["partner_name"])
                self.assertEqual([line["partner_name"] for line in lines], expected)

    def test_entered_values_of_own_customers(self):
        metric = self.make_metric("judgement", "number")
        self.big.user_id = self.manager
        for customer in self.big | self.second:
            self.env["key.account.metric.value"].create(
                {"company_id": self.company.id, "partner_id": customer.id, "metric_id": metric.id, "value": 3}
            )
        values = self.call(self.salesperson, "key.account.metric.value", "search_read", [], ["partner_id"])
        self.assertEqual([value["partner_id"][0] for value in values], self.second.ids)


class TestFilters(WaysRoundCommon):
    """A filter is data: whatever stands in it, it is used or refused in words."""

    def test_broken_filters_are_refused_in_words(self):
        for text in (
            "[",
            "5",
            "{'a': 1}",
            "['|']",
            "[('name',)]",
            "[('nope', '=', 1)]",
            "[('name', '~~', 5)]",
            "[('create_date', '>', 'x')]",
            "[('id', '=', 'x')]",
        ):
            values = self.prepare_evaluation_values(population="filter", partner_domain=text)
            evaluation_id = self.call(self.manager, EVALUATION, "create", values)
            with self.subTest(text), mute_logger("odoo.sql_db"), self.assertRaisesRegex(UserError, "cannot be used"):
                self.call(self.manager, EVALUATION, "action_compute", [evaluation_id])
