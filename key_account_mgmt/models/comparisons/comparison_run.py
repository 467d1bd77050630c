"""Compare rule sets: collect once, decide by every rule set, record."""

import json
from collections import Counter
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import (
    ComparedPolicy,
    Evaluator,
    FactError,
    Population,
    agree,
    compare,
    differences,
    direction,
    rank_spread,
)
from ..shared.numbers import to_plain_text


class ComparedRuleset(NamedTuple):
    """A rule set applied to the comparison's customers; tiers by the code that its policy uses."""

    ruleset: models.BaseModel
    evaluator: Evaluator
    population: Population
    method: ComparedPolicy
    tier_ids: dict

    def get_place(self, result):
        """Return the place of the customer's tier, 1 is the best; None without a tier."""
        return self.method.places.get(result.decision.tier)

    def get_rank(self, result):
        """Return the customer's rank by score; None if nothing is scored."""
        return result.standing.rank if self.method.policy.criteria and result.standing else None

    def prepare_line_values(self, result, reference, before):
        """Return the result for a customer, and its differences from the reference.

        :param reference: the compared from which moves are measured; ``before`` is its result for the customer
        """
        decision = result.decision
        places = (reference.get_place(before), self.get_place(result))
        moved = places[0] != places[1]
        points = (before.points, result.points)
        found = differences(reference.method.policy, self.method.policy, points) if moved else ()
        return {
            "ruleset_id": self.ruleset.id,
            "is_reference": self is reference,
            "score": result.total if self.method.policy.criteria else None,
            "rank": self.get_rank(result),
            "tier_id": self.tier_ids.get(decision.tier),
            "vetoed": bool(decision.vetoes),
            "moved": moved,
            "direction": direction(*places),
            "reasons": [{"code": code, "params": params} for code, params in decision.reasons],
            "differences": [one.dump() for one in found] or None,
        }


class ComparisonRun:
    """One computation of a comparison, by the rule sets as they are at its start."""

    def __init__(self, comparison):
        self.comparison = comparison
        self.env = comparison.env
        # ``{rule set: Evaluator}``, the reference first; an incomplete rule set is refused by name.
        self.evaluators = {ruleset: Evaluator(ruleset._get_policy()) for ruleset in comparison._get_rulesets()}

    def record(self):
        """Decide every customer by every rule set, and record the results."""
        try:
            self._record()
        except FactError as error:
            raise UserError(self._get_fact_message(error)) from error

    def _record(self):
        codes = set().union(*(one.metrics for one in self.evaluators.values()))
        # Collected once for all rule sets.
        batches, revenues = self.env["key.account.collector"]._collect_batches(self.comparison._get_scope(), codes)
        if not batches:
            raise UserError(self.comparison._get_no_customers_message())
        compared_rulesets = [self._get_compared_ruleset(*pair, batches) for pair in self.evaluators.items()]
        for batch in batches:
            self._record_lines(self._get_batch_rows(compared_rulesets, batch, revenues))
        self.env.cr.execute(SQL("ANALYZE key_account_comparison_line"))
        self.env["key.account.comparison.line"].invalidate_model()
        self.comparison.invalidate_recordset(["line_ids"])
        found = compare([compared.method for compared in compared_rulesets], list(revenues.values()))
        self.comparison._write_protected(self._get_result_values(compared_rulesets, found))

    def _get_fact_message(self, error):
        metric = self.env["key.account.metric"].with_context(active_test=False).search([("code", "=", error.metric)])
        return self.env._(
            "%(customer)s has a value of %(metric)s that cannot be used: %(value)s. Correct it and compute again.",
            customer=self.env["res.partner"].browse(error.key).display_name,
            metric=metric.name or error.metric,
            value=error.got,
        )

    def _get_compared_ruleset(self, ruleset, evaluator, batches):
        tier_ids = {tier.code: tier.id for tier in ruleset.tier_ids}
        return ComparedRuleset(
            ruleset, evaluator, evaluator.rank_population(batches), ComparedPolicy(evaluator.policy), tier_ids
        )

    # -------------------------------------------------------------------------
    # Lines: the decision of every rule set on every customer, batch by batch, one statement each
    # -------------------------------------------------------------------------

    def _get_batch_rows(self, compared_rulesets, batch, revenues):
        """Return a row for each customer of the batch and each rule set, as dicts by column name."""
        columns = [compared.evaluator.decide(batch, compared.population) for compared in compared_rulesets]
        for compared, results in zip(compared_rulesets, columns, strict=True):
            compared.method.add(results)
        return [
            row
            for results in zip(*columns, strict=True)
            for row in self._get_customer_rows(compared_rulesets, results, revenues[results[0].key])
        ]

    def _get_customer_rows(self, compared_rulesets, results, revenue):
        reference, before = compared_rulesets[0], results[0]
        shared = {
            "partner_id": before.key,
            "revenue": revenue,
            "agreed": agree(map(ComparedRuleset.get_place, compared_rulesets, results)),
            "rank_spread": rank_spread(map(ComparedRuleset.get_rank, compared_rulesets, results)),
            "reference_tier_id": reference.tier_ids.get(before.decision.tier),
            "reference_lowered_by_veto": before.decision.tier != before.decision.proposed,
        }
        return [
            {**shared, **self.comparison._prepare_line_values(compared, result, reference, before)}
            for compared, result in zip(compared_rulesets, results, strict=True)
        ]

    def _record_lines(self, rows):
        """Insert a batch of lines with one statement; numbers are passed as text, so that they stay exact."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO key_account_comparison_line (
                            comparison_id, company_id, partner_id, partner_name, ruleset_id, is_reference, revenue,
                            score, rank, rank_spread, tier_id, reference_tier_id, reference_lowered_by_veto, vetoed,
                            moved, direction, agreed, reasons, differences
                       )
                SELECT %(comparison)s, %(company)s,
                       partner.id, COALESCE(partner.complete_name, partner.name),
                       outcome.ruleset_id, outcome.is_reference, outcome.revenue, outcome.score, outcome.rank,
                       outcome.rank_spread, outcome.tier_id, outcome.reference_tier_id,
                       outcome.reference_lowered_by_veto,
                       outcome.vetoed, outcome.moved, outcome.direction, outcome.agreed, outcome.reasons,
                       outcome.differences
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS outcome(
                       partner_id int, ruleset_id int, is_reference bool, revenue numeric, score numeric, rank int,
                       rank_spread int, tier_id int, reference_tier_id int, reference_lowered_by_veto bool, vetoed bool,
                       moved bool, direction text, agreed bool, reasons jsonb, differences jsonb
                       )
                  JOIN res_partner partner ON partner.id = outcome.partner_id
                """,
                comparison=self.comparison.id,
                company=self.comparison.company_id.id,
                rows=json.dumps(rows, default=to_plain_text),
            )
        )

    # -------------------------------------------------------------------------
    # The result
    # -------------------------------------------------------------------------

    def _get_result_values(self, compared_rulesets, found):
        agreed = sum(found.agreed)
        return {
            "state": "computed",
            "computed_on": fields.Datetime.now(),
            "policies": {str(one.ruleset.id): one.method.policy.dump() for one in compared_rulesets},
            "customer_count": len(found.agreed),
            "agreed_count": agreed,
            "moved_count": len(found.agreed) - agreed,
            "result": {
                "methods": [
                    self._prepare_method_values(compared, top)
                    for compared, top in zip(compared_rulesets, found.tops, strict=True)
                ],
                "pairs": [self._prepare_pair_values(pair) for pair in found.pairs],
            },
        }

    def _prepare_method_values(self, compared, top):
        """Return a rule set's part of ``result``: name, tiers, the best first, and coverage of the best tier."""
        return {
            "ruleset_id": compared.ruleset.id,
            "name": compared.ruleset.display_name,
            "scored": bool(compared.method.policy.criteria),
            "tiers": self._get_tier_counts(compared),
            "top": {
                "code": top.tier,
                "customers": top.customers,
                "revenue": to_plain_text(top.revenue),
                "share_pct": top.share_pct if top.share_pct is None else to_plain_text(top.share_pct),
            },
        }

    def _get_tier_counts(self, compared):
        """Count customers by tier, the best first; those without a tier, if any, last."""
        counts = Counter(compared.method.tiers)
        codes = [*compared.method.order, *([None] if None in counts else [])]
        return [{"code": code, "id": compared.tier_ids.get(code), "customers": counts[code]} for code in codes]

    def _prepare_pair_values(self, pair):
        """Return a pair's part of ``result``; ``matrix`` is ``[[tier of the first, of the second, customers]]``."""
        return {
            "first": pair.first,
            "second": pair.second,
            "matrix": [[before, now, count] for (before, now), count in pair.matrix.items()],
            "moved": pair.moved,
            "correlation": pair.correlation if pair.correlation is None else to_plain_text(pair.correlation),
        }
