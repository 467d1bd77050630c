from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .key_account_award import COMMITTED_STATES


class KeyAccountAward(models.Model):
    """What rewards may cost: by rule, as the frozen policy says, and all of one evaluation together."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    def _check_budgets(self, costs):
        """Refuse what goes over a budget, with what was granted before; the evaluations are locked.

        :param dict costs: what each of these awards will cost, in company currency
        :raises UserError: naming the budget, what is used of it and what is asked for
        """
        for use in self._get_budget_uses(costs):
            self._check_budget(*use)

    def _is_over_budget(self):
        """Whether a budget does not suffice for what is proposed; credit limits use none."""
        if all(award.kind == "credit" for award in self):
            return False
        return any(self._exceeds(*use[2:]) for use in self._get_budget_uses({one: one.estimated_cost for one in self}))

    def _get_budget_uses(self, costs):
        """``[(evaluation, name, budget or None, spent, asked)]`` of every budget of these awards."""
        used = self._get_committed_costs(self.evaluation_id)
        uses = []
        for evaluation, awards in self.grouped("evaluation_id").items():
            asked = defaultdict(Decimal)
            for award in awards:
                asked[award.rule_key] += Decimal(repr(costs[award]))
            spent = used[evaluation.id]
            for rule, (name, budget) in evaluation._get_reward_budgets().items():
                uses.append((evaluation, name, budget, spent[rule], asked[rule]))
            total = evaluation._get_total_budget()
            uses.append((evaluation, evaluation.name, total, sum(spent.values()), sum(asked.values())))
        return uses

    @api.model
    def _exceeds(self, budget, spent, asked):
        return budget is not None and asked > 0 and spent + asked > budget

    @api.model
    def _check_budget(self, evaluation, name, budget, spent, asked):
        if not self._exceeds(budget, spent, asked):
            return
        formatter, currency = self.env["key.account.formatter"], evaluation.currency_id
        raise UserError(
            self.env._(
                "The budget of “%(name)s” is %(budget)s. %(spent)s of it is granted, and these awards need %(asked)s."
                " Refuse some, or grant less. Nothing was granted now.",
                name=name,
                budget=formatter._format_amount(budget, currency),
                spent=formatter._format_amount(spent, currency),
                asked=formatter._format_amount(asked, currency),
            )
        )

    @api.model
    def _get_committed_costs(self, evaluations):
        """Exact costs of what was granted: ``{evaluation id: {rule key: Decimal}}``."""
        self.flush_model(["cost", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT evaluation_id, rule_key, SUM(cost)::text
                  FROM key_account_award
                 WHERE evaluation_id IN %s AND state IN %s
              GROUP BY evaluation_id, rule_key
                """,
                tuple(evaluations.ids or [0]),
                COMMITTED_STATES,
            )
        )
        costs = {evaluation_id: defaultdict(Decimal) for evaluation_id in evaluations.ids}
        for evaluation_id, rule, cost in rows:
            costs[evaluation_id][rule] += Decimal(cost or 0)
        return costs
