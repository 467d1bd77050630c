import json

from odoo.tests import new_test_user

from ..models.shared.access import ACTIVITY_DELIVERY
from .ways_round_common import WaysRoundCommon

AWARD = "key.account.award"
ENTRY = "key.account.credit.entry"
EVALUATION = "key.account.evaluation"
FINANCE_GROUPS = "base.group_user,key_account_mgmt.group_key_account_finance"


class AwardCommon(WaysRoundCommon):
    """Evaluations of the five customers that grant what a test says, and two people of finance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls.make_user("finance", FINANCE_GROUPS)
        cls.treasurer = cls.make_user("treasurer", FINANCE_GROUPS)

    @classmethod
    def make_user_of(cls, companies, login, groups):
        return new_test_user(cls.env, login, groups, company_id=companies[0].id, company_ids=[(6, 0, companies.ids)])

    @classmethod
    def make_granting(cls, grants, state="applied", budgets=(), user=None, **values):
        """An evaluation whose lines have these grants, brought to ``state``.

        :param grants: ``{customer: grants}``
        :param budgets: ``{rule key: amount}`` of reward rules
        """
        evaluation = cls.make_evaluation("computed", user=user, **values)
        for customer, granted in grants.items():
            line = evaluation.line_ids.filtered(lambda line, who=customer: line.partner_id == who)
            cls.set_column("key_account_evaluation_line", line, "grants", json.dumps(granted))
        rules = [
            {"key": key, "name": key.title(), "budget": str(amount), "conditions": []}
            for key, amount in dict(budgets).items()
        ]
        if rules:
            policy = {**evaluation.policy, "tables": [*evaluation.policy["tables"], {"kind": "reward", "rules": rules}]}
            cls.set_column("key_account_evaluation", evaluation, "policy", json.dumps(policy))
        cls.advance(evaluation, state)
        return evaluation

    @classmethod
    def set_column(cls, table, records, column, value):
        cls.env.flush_all()
        cls.env.cr.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id IN %s', [value, tuple(records.ids)])
        cls.env.invalidate_all()

    @staticmethod
    def credit(limit, current=None, rule="raise"):
        return {"credit": {"rule": rule, "limit": str(limit), "current": current and str(current), "reasons": []}}

    @staticmethod
    def reward(amount=None, kind="bonus", rule="bonus", name="Bonus"):
        return {"rule": rule, "name": name, "kind": kind, "amount": amount if amount is None else str(amount)}

    @classmethod
    def make_credit(cls, limits=None, **options):
        """Awards of credit limits: ``{customer: limit}``; by default 12,000 for Second."""
        limits = limits or {cls.second: 12000}
        evaluation = cls.make_granting({who: cls.credit(limit) for who, limit in limits.items()}, **options)
        return cls.get_awards(evaluation)

    @classmethod
    def make_reward(cls, amount=500, **options):
        """One award of a reward for Second."""
        names = ("kind", "rule", "name")
        reward = cls.reward(amount, **{name: options.pop(name) for name in names if name in options})
        return cls.get_awards(cls.make_granting({cls.second: {"rewards": [reward]}}, **options))

    @classmethod
    def get_awards(cls, evaluation):
        return cls.env[AWARD].search([("evaluation_id", "=", evaluation.id)], order="id")

    def get_deliveries(self, awards):
        """The activities to deliver rewards of the evaluations of these awards."""
        kind = self.env.ref(ACTIVITY_DELIVERY)
        evaluations = awards.evaluation_id.sudo()
        evaluations.invalidate_recordset(["activity_ids"])
        activities = evaluations.activity_ids
        return activities.filtered(lambda activity: activity.activity_type_id == kind)

    @classmethod
    def set_limit(cls, customer, limit, company=None):
        customer.with_company(company or cls.company).credit_limit = limit

    def get_limit(self, customer, company=None):
        self.env.invalidate_all()
        return customer.with_company(company or self.company).credit_limit

    def approve(self, awards, user=None, context=None):
        return self.call(user or self.finance, AWARD, "action_approve", awards.ids, context=context)

    def change(self, awards, comment="Finance knows better", user=None, **values):
        return self.call(user or self.finance, AWARD, "action_approve_changed", awards.ids, values, comment)

    def revert(self, awards, user=None):
        return self.call(user or self.finance, AWARD, "action_revert", awards.ids)

    def ask_to_revert(self, evaluation, user=None, reason="Wrong rules"):
        return self.call(user or self.manager, EVALUATION, "action_request_revert", evaluation.ids, reason)

    def consent(self, evaluation, user=None):
        return self.call(user or self.finance, EVALUATION, "action_consent_revert", evaluation.ids)

    def revert_evaluation(self, evaluation):
        """As a manager, with the consent of finance."""
        self.ask_to_revert(evaluation)
        self.consent(evaluation)

    def get_ledger(self, customer, company=None):
        """``[(old or None, new or None, source)]`` of a customer, the first change first."""
        self.env.invalidate_all()
        company = company or self.company
        entries = self.env[ENTRY].search([("partner_id", "=", customer.id), ("company_id", "=", company.id)])
        return [
            (
                entry.old_limit if entry.was_limited else None,
                entry.new_limit if entry.is_limited else None,
                entry.source,
            )
            for entry in entries.sorted("id")
        ]
