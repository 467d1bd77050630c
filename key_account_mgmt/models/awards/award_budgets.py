"""Budgets of rewards: those of an evaluation, and what awards need of them."""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import Claim, Purse, grant_by_rank, grant_by_share, grant_cut
from .award_decision import get_percent, is_cost_amount
from .award_states import COMMITTED_STATES


class AwardBudgets:
    """Read-only: the budgets of one evaluation, and how much of them is used at the moment."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.formatter = self.env["key.account.formatter"]

    @cached_property
    def rewards(self):
        """Return the budgets by rule: ``{rule key: (name, Decimal)}``, from the policy frozen on computing."""
        rules = [
            rule
            for table in (self.evaluation.policy or {}).get("tables", [])
            if table["kind"] == "reward"
            for rule in table["rules"]
        ]
        return {
            rule["key"]: (rule.get("name") or rule["key"], Decimal(rule["budget"]))
            for rule in rules
            if rule.get("budget") is not None
        }

    def get_purse(self, spent):
        """Return the remaining budgets.

        :param dict spent: costs granted so far, by rule key
        """
        left = {rule: budget - spent[rule] for rule, (_name, budget) in self.rewards.items()}
        total = self.total
        return Purse(left, None if total is None else total - sum(spent.values()))

    @property
    def total(self):
        """Return the budget of all rewards, as a Decimal; None: there is none."""
        return Decimal(repr(self.evaluation.award_budget)) if self.evaluation.award_budget else None

    def get_rows(self):
        """Return the rules that grant something: from the lines before applying, then from the awards.

        :return: dicts of ``name``, ``is_credit``, ``count``, ``amount``, ``raise``, ``granted``, ``budget``, ``left``,
            ``over``; amounts are exact Decimals in company currency
        """
        names, budgets = self._get_rule_names(), self.rewards
        rows = []
        for rule, is_credit, count, amount, before, granted in self._get_totals():
            _name, budget = budgets.get(rule, (None, None)) if not is_credit else (None, None)
            rows.append(
                {
                    "name": names.get(rule, rule),
                    "is_credit": is_credit,
                    "count": count,
                    "amount": amount,
                    "raise": amount - before if is_credit else None,
                    "granted": granted,
                    "budget": budget,
                    "left": None if budget is None else budget - granted,
                    "over": budget is not None and amount > budget,
                }
            )
        return sorted(rows, key=lambda row: (not row["is_credit"], row["name"]))

    def _get_rule_names(self):
        """Return the names of the rules, by rule key, in the user's language; the frozen ones where rules are gone."""
        tables = (self.evaluation.policy or {}).get("tables", [])
        rules = [rule for table in tables for rule in table["rules"]]
        return self.env["key.account.policy.labels"]._get_names("key.account.rule", "key", rules)

    def _get_totals(self):
        """Return ``[(rule key, is credit, count, sum, sum of the limits before, granted sum)]``, exact."""
        self.env["key.account.evaluation.line"].flush_model()
        self.env["key.account.award"].flush_model()
        granted = self._get_awarded_sql() if self.evaluation.award_ids else self._get_granted_sql()
        # As text: the driver would return numeric values as floats.
        query = SQL(
            "SELECT rule, is_credit, count, amount::text, before::text, granted::text FROM (%s) AS granted", granted
        )
        return [(*row[:3], *map(Decimal, row[3:])) for row in self.env.execute_query(query)]

    def _get_granted_sql(self):
        return SQL(
            """
            SELECT line.grants->'credit'->>'rule' AS rule, TRUE AS is_credit, COUNT(*) AS count,
                   SUM((line.grants->'credit'->>'limit')::numeric) AS amount,
                   SUM(COALESCE((line.grants->'credit'->>'current')::numeric, 0)) AS before, 0::numeric AS granted
              FROM key_account_evaluation_line line
             WHERE line.evaluation_id = %(evaluation)s AND line.grants->'credit'->>'rule' IS NOT NULL
          GROUP BY 1
             UNION ALL
            SELECT reward->>'rule', FALSE, COUNT(*),
                   SUM(COALESCE((reward->>'cost')::numeric, (reward->>'amount')::numeric, 0)), 0, 0
              FROM key_account_evaluation_line line, jsonb_array_elements(line.grants->'rewards') reward
             WHERE line.evaluation_id = %(evaluation)s AND jsonb_typeof(line.grants->'rewards') = 'array'
               AND reward->>'kind' <> 'none'
          GROUP BY 1
            """,
            evaluation=self.evaluation.id,
        )

    def _get_awarded_sql(self):
        """Return the totals of proposed and granted awards, without refused, reverted and expired ones."""
        return SQL(
            """
            SELECT rule_key AS rule, kind = 'credit' AS is_credit, COUNT(*) AS count,
                   SUM(CASE WHEN kind <> 'credit' THEN COALESCE(cost, 0)
                            WHEN state = 'proposed' THEN proposed
                            ELSE approved_amount END) AS amount,
                   SUM(COALESCE(limit_before, 0)) AS before,
                   SUM(CASE WHEN state NOT IN %(committed)s THEN 0
                            WHEN kind = 'credit' THEN approved_amount
                            ELSE COALESCE(cost, 0) END) AS granted
              FROM key_account_award
             WHERE evaluation_id = %(evaluation)s AND state NOT IN ('refused', 'reverted', 'expired')
          GROUP BY 1, 2
            """,
            committed=COMMITTED_STATES,
            evaluation=self.evaluation.id,
        )

    def render(self, rows):
        rewards = [row for row in rows if not row["is_credit"]]
        total, granted = (sum((row[name] for row in rewards), Decimal(0)) for name in ("amount", "granted"))
        budget = self.total
        return self.env["ir.qweb"]._render(
            "key_account_mgmt.award_summary",
            {
                "rows": rows,
                "total": total,
                "granted": granted,
                "with_granted": bool(self.evaluation.award_ids),
                "budget": budget,
                "left": None if budget is None else budget - granted,
                "over": budget is not None and total > budget,
                "amount": lambda value: self.formatter._format_amount(value, self.evaluation.currency_id, trim=True),
            },
        )

    def get_notices(self):
        """Return the budgets that the evaluation exceeds, as sentences."""
        rows = self.get_rows()
        over = [(row["name"], row["amount"], row["budget"]) for row in rows if row["over"]]
        total, budget = sum(row["amount"] for row in rows if not row["is_credit"]), self.total
        if budget is not None and total > budget:
            over.append((self.evaluation.name, total, budget))
        return [
            self.env._(
                "Over budget: “%(name)s” would cost %(cost)s of %(budget)s. Finance cannot grant all of it.",
                name=name,
                cost=self.formatter._format_amount(cost, self.evaluation.currency_id),
                budget=self.formatter._format_amount(limit, self.evaluation.currency_id),
            )
            for name, cost, limit in over
        ]


WAYS = [
    ("rank", "By rank until the budget is used"),
    ("share", "All cut alike until the budget suffices"),
    ("cut", "All cut by a share"),
]


class BudgetUse(NamedTuple):
    """What awards need of one budget, in company currency; ``budget`` is None if there is no limit.

    :ivar rule: the key of the rule; None: the budget of all rewards of the evaluation
    """

    evaluation: Any
    rule: str | None
    name: str
    budget: Decimal | None
    spent: Decimal
    asked: Decimal

    @property
    def is_over(self):
        return self.budget is not None and self.asked > 0 and self.spent + self.asked > self.budget


class AwardBudgetCheck:
    """Awards against their budgets: per rule, from the frozen policy, and for all rewards of one evaluation together.

    Earlier grants count. The caller has locked the evaluations if it grants awards afterwards.
    """

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def check(self, costs):
        """Refuse costs that exceed a budget.

        :param dict costs: the cost of each award, in company currency
        :raises UserError: names the budget, the amount used and the amount asked for
        """
        for use in self._get_uses(costs):
            if use.is_over:
                raise UserError(self._get_message(use))

    def get_concerned(self):
        """Return the awards whose budgets do not cover the proposals; what costs nothing, as a limit, is not concerned.

        Where the budget of all rewards is exceeded, it concerns all of the evaluation that cost something.
        """
        over = {(use.evaluation, use.rule) for use in self.get_exceeded()}
        return self.awards.filtered(
            lambda award: (
                award.kind != "credit"
                and award.estimated_cost > 0
                and not over.isdisjoint({(award.evaluation_id, award.rule_key), (award.evaluation_id, None)})
            )
        )

    def get_exceeded(self):
        """Return the budgets that the proposals exceed, each as a ``BudgetUse``."""
        return [use for use in self.get_uses() if use.is_over]

    def get_uses(self, costs=None):
        """Return a ``BudgetUse`` for every budget of the awards.

        :param dict costs: the cost of each award, in company currency; None: as proposed
        """
        if all(award.kind == "credit" for award in self.awards):
            return []
        costs = {award: award.estimated_cost for award in self.awards} if costs is None else costs
        return [use for use in self._get_uses(costs) if use.budget is not None]

    def is_fitting(self):
        """Return whether the budgets suffice for any of the awards, whole or cut."""
        return bool(self.get_fitting("rank") or self.get_fitting("share"))

    def _get_uses(self, costs):
        """Return a ``BudgetUse`` for every budget of the awards."""
        used = self._get_committed_costs()
        uses = []
        for evaluation, awards in self.awards.grouped("evaluation_id").items():
            asked = defaultdict(Decimal)
            for award in awards:
                asked[award.rule_key] += Decimal(repr(costs[award]))
            spent = used[evaluation.id]
            budgets = AwardBudgets(evaluation)
            for rule, (name, budget) in budgets.rewards.items():
                uses.append(BudgetUse(evaluation, rule, name, budget, spent[rule], asked[rule]))
            totals = sum(spent.values()), sum(asked.values())
            uses.append(BudgetUse(evaluation, None, evaluation.name, budgets.total, *totals))
        return uses

    def _get_message(self, use):
        formatter, currency = self.env["key.account.formatter"], use.evaluation.currency_id
        return self.env._(
            "The budget of “%(name)s” is %(budget)s. %(spent)s of it is granted, and these awards need %(asked)s."
            " Refuse some, or grant less. Nothing was granted now.",
            name=use.name,
            budget=formatter._format_amount(use.budget, currency),
            spent=formatter._format_amount(use.spent, currency),
            asked=formatter._format_amount(use.asked, currency),
        )

    def _get_committed_costs(self):
        """Return the exact costs of granted awards: ``{evaluation id: {rule key: Decimal}}``."""
        evaluation_ids = self.awards.evaluation_id.ids
        self.awards.flush_model(["cost", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT evaluation_id, rule_key, SUM(cost)::text
                  FROM key_account_award
                 WHERE evaluation_id IN %s AND state IN %s
              GROUP BY evaluation_id, rule_key
                """,
                tuple(evaluation_ids or [0]),
                COMMITTED_STATES,
            )
        )
        costs = {evaluation_id: defaultdict(Decimal) for evaluation_id in evaluation_ids}
        for evaluation_id, rule, cost in rows:
            costs[evaluation_id][rule] += Decimal(cost or 0)
        return costs

    # -------------------------------------------------------------------------
    # More awards than their budgets allow: Finance grants what fits, and the others stay proposed
    # -------------------------------------------------------------------------

    def get_fitting(self, way, percent=0):
        """Return the awards that fit into the budgets, the best customers first: ``{award: Decimal}``, their costs.

        :param way: ``rank``: in full, the best customers first; ``share``: all of them, reduced by the share that the
            budget requires; ``cut``: all of them, reduced by ``percent``; rules that are still over grant nothing
        """
        if way not in dict(WAYS):
            raise UserError(self.env._("Choose how to grant the awards: by rank, or all by the same share."))
        percent = get_percent(self.env, percent) if way == "cut" else 0
        spent = self._get_committed_costs()
        fitting = {}
        for evaluation, awards in self.get_ranked().grouped("evaluation_id").items():
            claims = [_get_claim(award) for award in awards]
            purse = AwardBudgets(evaluation).get_purse(spent[evaluation.id])
            step = Decimal(1).scaleb(-evaluation.currency_id.decimal_places)
            fitting |= _grant(way, claims, purse, percent, step)
        return fitting

    def get_ranked(self):
        """Return the awards, those of the best customers first."""
        return self.awards.sorted(lambda award: (get_rank(award) or float("inf"), award.id))

    def get_comment(self, way, percent, cuts):
        """Return the reason why awards get less than proposed; False if none does."""
        if not cuts:
            return False
        if way == "cut":
            share = self.env["key.account.formatter"]._format_percentage(get_percent(self.env, percent))
            return self.env._("Cut by %s, like all others.", share)
        return self.env._("Reduced by the same share as the others to stay within the budget.")

    def get_cuts(self, fitting):
        """Return ``{award: amount}`` of the awards that get less than proposed."""
        return {award: float(cost) for award, cost in fitting.items() if cost != _get_claim(award).cost}


def get_rank(award):
    """Return the rank of the customer in the evaluation; 0 for none."""
    # sudo: the order does not depend on the user's access to the evaluation's lines
    return award.sudo().line_id.rank


def _grant(way, claims, purse, percent, step):
    if way == "rank":
        return grant_by_rank(claims, purse)
    return grant_by_share(claims, purse, step) if way == "share" else grant_cut(claims, purse, percent, step)


def _get_claim(award):
    cost = Decimal(repr(award.estimated_cost)) if award.kind != "credit" else Decimal(0)
    return Claim(award, award.rule_key, cost, is_cost_amount(award))
