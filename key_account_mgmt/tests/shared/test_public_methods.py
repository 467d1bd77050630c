import inspect

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..approval_common import APPROVAL, ApprovalCommon
from ..award_common import AWARD, AwardCommon
from ..comparison_common import KeyAccountComparisonCommon

ADDON = "odoo.addons.key_account_mgmt."
# Odoo's own, which models of ours extend: the ORM asks for rights and record rules.
OF_ODOO = {"copy", "copy_data", "create", "default_get", "init", "message_post", "unlink", "write"}
OF_ODOO |= {"action_quotation_send", "create_company"}
ALL_RIGHTS = (
    "base.group_user,base.group_partner_manager,key_account_mgmt.group_key_account_rule_admin,"
    "key_account_mgmt.group_key_account_finance,sales_team.group_sale_manager,account.group_account_manager"
)

# What a remote call gets that names a record of another company, from a user with all rights in its own. refused: an
# error. opens: an action that says nothing of the record.
EXPECTED = {
    "key.account.appraisal": {"action_done": "refused", "action_reset": "refused"},
    "key.account.appraisal.line": {"action_done": "refused"},
    APPROVAL: {
        "action_approve": "refused",
        "action_refuse": "refused",
        "action_withdraw": "refused",
        "action_open_refusal": "opens",
        "action_open_order": "refused",
    },
    AWARD: {
        "action_deliver": "refused",
        "action_open_delivery": "opens",
        "action_revert": "refused",
        "action_post": "refused",
        "action_approve": "refused",
        "action_approve_changed": "refused",
        "action_approve_within_budget": "refused",
        "action_open_budget": "refused",
        "action_refuse": "refused",
        "action_open_refusal": "opens",
        "action_open_change": "opens",
        "action_open_evaluation": "refused",
        "action_open_ledger": "refused",
    },
    "key.account.comparison": {
        "action_open_lines": "refused",
        "action_open_moves": "refused",
        "action_open_agreed": "refused",
        "action_compute": "refused",
        "action_stop": "refused",
        "action_refresh": "opens",
    },
    "key.account.criterion": {"action_duplicate": "refused"},
    "key.account.evaluation": {
        "action_open_awards": "refused",
        "action_open_deliveries": "refused",
        "get_value_matrix": "refused",
        "get_pyramids": "refused",
        "action_open_level": "refused",
        "action_open_figure": "refused",
        "action_open_lines": "refused",
        "action_open_value_types": "refused",
        "action_confirm_value_types": "refused",
        "action_replay": "refused",
        "action_apply": "refused",
        "action_revert": "refused",
        "action_open_apply": "opens",
        "action_open_revert": "opens",
        "action_open_consent": "opens",
        "action_request_revert": "refused",
        "action_consent_revert": "refused",
        "action_refuse_revert": "refused",
        "action_withdraw_revert": "refused",
        "action_compute": "refused",
        "action_refresh": "opens",
        "action_submit": "refused",
        "action_approve": "refused",
        "action_refuse": "refused",
        "action_draft": "refused",
        "action_open_refusal": "opens",
    },
    "key.account.evaluation.line": {
        "action_confirm_value_type": "refused",
        "action_keep_value_type": "refused",
        "action_open_customer": "refused",
        "action_open_results": "refused",
    },
    "key.account.exposure.document": {"action_open": "refused"},
    "key.account.industry.profile": {"action_propose": "refused"},
    "key.account.rule": {"action_duplicate": "refused"},
    "key.account.ruleset": {
        "action_compare": "refused",
        "action_add_value_types": "refused",
        "action_add_vetoes": "refused",
        "action_compare_with_active": "refused",
        "action_open_moves": "refused",
        "action_open_evaluations": "opens",
        "action_check": "refused",
        "action_review_activation": "refused",
        "action_activate": "refused",
        "action_retire": "refused",
        "action_new_version": "refused",
        "action_export": "refused",
    },
    "res.partner": {
        "action_open_key_account_awards": "refused",
        "action_open_key_account_ledger": "refused",
        "action_open_key_account_exposure": "refused",
        "action_confirm_key_account_value_type": "refused",
        "action_open_key_account_suggestion": "refused",
        "action_open_key_account_discounts": "refused",
        "action_open_key_account_lines": "refused",
    },
    "sale.order": {
        "action_open_key_account_exposure": "refused",
        "action_close_key_account_invoicing": "refused",
        "action_reopen_key_account_invoicing": "refused",
        "get_key_account_figures": "refused",
        "action_key_account_ask": "opens",
        "action_key_account_approve": "refused",
        "action_key_account_refuse": "refused",
        "action_key_account_open_approvals": "opens",
    },
    "sale.order.line": {"action_key_account_why": "opens"},
}
# Metrics and cards belong to all companies, and these open lists that record rules filter.
OPEN_TO_ALL = {("key.account.metric", "action_open_values"), ("key.account.todo", "action_open")}
ARGUMENTS = {
    "action_refuse": ["No"],
    "action_request_revert": ["No"],
    "action_refuse_revert": ["No"],
    "action_approve_changed": [{}],
    "action_approve_within_budget": ["rank"],
    "get_key_account_figures": [{}],
    "action_open_figure": ["all", "customers"],
    "action_open_level": ["top", "Top"],
}
SECRETS = ("Secret", "1234567")


class TestPublicMethods(ApprovalCommon, AwardCommon, KeyAccountComparisonCommon):
    """Methods that a remote call reaches tell and do nothing to who may not see the record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = other = cls.setup_other_company(currency_id=cls.company.currency_id.id)["company"]
        values = {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        cls.outsider = new_test_user(cls.env, "key_account_outsider", ALL_RIGHTS, **values)

    def get_public_methods(self):
        """``{model: methods}`` of ours, without those of Odoo and of wizards, whose records are their user's own."""
        found = {}
        for name, model in self.registry.items():
            own = {
                method
                for one in model.__mro__
                if one.__module__.startswith(ADDON)
                for method, function in vars(one).items()
                if inspect.isfunction(function) and not method.startswith("_")
            }
            methods = {one for one in own - OF_ODOO if not getattr(getattr(model, one), "_api_private", False)}
            if methods and not model._transient and not model._abstract:
                found[name] = methods
        return found

    def test_every_public_method_has_an_answer(self):
        known = {name: set(methods) for name, methods in EXPECTED.items()}
        for name, method in OPEN_TO_ALL:
            known.setdefault(name, set()).add(method)
        self.assertEqual(self.get_public_methods(), known)

    def make_records(self):
        """One of each model, all of the tests' company and a customer of its own."""
        secret = self.make_customer(name="Secret", company_id=self.company.id)
        order = self.make_quotation(user=self.colleague, partner_id=secret.id)
        approval = self.ask(self.make_quotation())
        award = self.make_reward(1234567)
        evaluation = award.evaluation_id
        invoice = self.make_invoice(secret, 1234567, "2024-03-01")
        self.env.flush_all()
        return {
            APPROVAL: approval,
            AWARD: award,
            "key.account.comparison": self.make_comparison(),
            "key.account.criterion": self.ruleset.criterion_ids[:1],
            "key.account.evaluation": evaluation,
            "key.account.evaluation.line": evaluation.line_ids[:1],
            "key.account.industry.profile": self.make_profile(),
            "key.account.exposure.document": self.env["key.account.exposure.document"].search(
                [("move_id", "=", invoice.id)], limit=1
            ),
            "key.account.rule": self.ruleset.rule_ids[:1],
            "key.account.ruleset": self.ruleset,
            "res.partner": secret,
            "sale.order": order,
            "sale.order.line": order.order_line,
        }

    def make_profile(self):
        industry = self.env["res.partner.industry"].create({"name": "Secret"})
        profiles = self.env["key.account.industry.profile"]
        return profiles.create({"industry_id": industry.id, "company_id": self.company.id, "fit_pct": 50})

    def get_answer(self, user, records, method):
        """What a remote call gets: refused, opens, or what it told."""
        arguments = ARGUMENTS.get(method, [])
        try:
            with self.cr.savepoint():
                result = self.call(user, records._name, method, records.ids, *arguments)
                self.env.flush_all()
        except UserError:
            return "refused"
        finally:
            self.env.invalidate_all()
        told = [secret for secret in SECRETS if secret in repr(result)]
        return f"told {told}" if told else "opens"

    def test_records_of_other_companies(self):
        answers, records = {}, self.make_records()
        for name, record in records.items():
            self.assertTrue(record, name)
            answers[name] = {method: self.get_answer(self.outsider, record, method) for method in EXPECTED[name]}
        self.maxDiff = None
        self.assertEqual(answers, {name: EXPECTED[name] for name in records})

    def test_orders_of_other_salespeople(self):
        order = self.make_quotation(user=self.colleague, user_id=self.colleague.id)
        for method in EXPECTED["sale.order"]:
            with self.subTest(method):
                opens = ("action_key_account_ask", "action_key_account_open_approvals")
                expected = "opens" if method in opens else "refused"
                self.assertEqual(self.get_answer(self.salesperson, order, method), expected)

    def test_lines_of_other_orders_have_no_figures(self):
        """Values of a form name whatever a remote call likes."""
        theirs = self.make_quotation(user=self.colleague, user_id=self.colleague.id)
        own = self.make_quotation()
        line, secret = theirs.order_line, self.make_customer(name="Secret", company_id=self.other_company.id)
        new = {"product_id": self.good.id, "product_uom_qty": 1.0}
        smuggled = {
            "line": {"order_line": [Command.link(line.id)]},
            "set of lines": {"order_line": [Command.set(line.ids)]},
            "changed line": {"order_line": [Command.update(line.id, {"product_uom_qty": 2.0})]},
            "line that is part of it": {"order_line": [Command.create({**new, "linked_line_id": line.id})]},
            "customer": {"partner_id": secret.id},
            "payer": {"partner_invoice_id": secret.id},
            "company": {"company_id": self.other_company.id},
        }
        for name, values in smuggled.items():
            for order in (own, own.browse()):
                with self.subTest(name, order=bool(order)), self.assertRaises(AccessError):
                    base = {} if order else {"partner_id": self.big.id, "company_id": self.company.id}
                    method = "get_key_account_figures"
                    self.call(self.salesperson, "sale.order", method, order.ids, {**base, **values})
        figures = self.call(
            self.salesperson,
            "sale.order",
            "get_key_account_figures",
            own.ids,
            {"order_line": [Command.update(own.order_line.id, {"discount": 5.0}), Command.create(new)]},
        )
        self.assertEqual([line["given_pct"] for line in figures["lines"].values()], [5, 0])
