"""The planned and granted awards of an evaluation against its budgets; amounts are exact Decimals."""

from decimal import Decimal
from functools import cached_property

from odoo.tools import SQL

from ...rules import Purse


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

        :return: dicts of ``name``, ``is_credit``, ``count``, ``amount``, ``raise``, ``budget``, ``over``; amounts are
            exact Decimals in company currency
        """
        names, budgets = self._get_rule_names(), self.rewards
        rows = []
        for rule, is_credit, count, amount, before in self._get_totals():
            _name, budget = budgets.get(rule, (None, None)) if not is_credit else (None, None)
            rows.append(
                {
                    "name": names.get(rule, rule),
                    "is_credit": is_credit,
                    "count": count,
                    "amount": amount,
                    "raise": amount - before if is_credit else None,
                    "budget": budget,
                    "over": budget is not None and amount > budget,
                }
            )
        return sorted(rows, key=lambda row: (not row["is_credit"], row["name"]))

    def _get_rule_names(self):
        """Return the names of the rules that grant something, by rule key, as frozen on computing."""
        tables = (self.evaluation.policy or {}).get("tables", [])
        return {rule["key"]: rule.get("name") or rule["key"] for table in tables for rule in table["rules"]}

    def _get_totals(self):
        """Return ``[(rule key, is credit, count, sum, sum of the limits before)]``, exact."""
        self.env["key.account.evaluation.line"].flush_model()
        self.env["key.account.award"].flush_model()
        granted = self._get_awarded_sql() if self.evaluation.award_ids else self._get_granted_sql()
        # As text: the driver would return numeric values as floats.
        query = SQL("SELECT rule, is_credit, count, amount::text, before::text FROM (%s) AS granted", granted)
        return [
            (rule, is_credit, count, Decimal(amount), Decimal(before))
            for rule, is_credit, count, amount, before in self.env.execute_query(query)
        ]

    def _get_granted_sql(self):
        return SQL(
            """
            SELECT line.grants->'credit'->>'rule' AS rule, TRUE AS is_credit, COUNT(*) AS count,
                   SUM((line.grants->'credit'->>'limit')::numeric) AS amount,
                   SUM(COALESCE((line.grants->'credit'->>'current')::numeric, 0)) AS before
              FROM key_account_evaluation_line line
             WHERE line.evaluation_id = %(evaluation)s AND line.grants->'credit'->>'rule' IS NOT NULL
          GROUP BY 1
             UNION ALL
            SELECT reward->>'rule', FALSE, COUNT(*),
                   SUM(COALESCE((reward->>'cost')::numeric, (reward->>'amount')::numeric, 0)), 0
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
                   SUM(COALESCE(limit_before, 0)) AS before
              FROM key_account_award
             WHERE evaluation_id = %s AND state NOT IN ('refused', 'reverted', 'expired')
          GROUP BY 1, 2
            """,
            self.evaluation.id,
        )

    def render(self, rows):
        total = sum((row["amount"] for row in rows if not row["is_credit"]), Decimal(0))
        budget = self.total
        return self.env["ir.qweb"]._render(
            "key_account_mgmt.award_summary",
            {
                "rows": rows,
                "total": total,
                "budget": budget,
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
