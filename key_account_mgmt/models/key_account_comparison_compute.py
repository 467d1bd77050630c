import json
from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..rules import (
    Evaluator,
    FactError,
    Method,
    Population,
    agree,
    compare,
    differences,
    direction,
    rank_spread,
)


class Contender(NamedTuple):
    """A rule set at work on the comparison's customers; tiers by the code that its policy uses."""

    ruleset: models.BaseModel
    evaluator: Evaluator
    population: Population
    method: Method
    tier_ids: dict
    tier_ranks: dict

    def get_rank(self, result):
        """The customer's place by score; None where nothing is scored."""
        return result.standing.rank if self.method.policy.criteria and result.standing else None


class KeyAccountComparison(models.Model):
    """Collect once, decide by every rule set, record."""

    _inherit = "key.account.comparison"  # pylint: disable=consider-merging-classes-inherited

    def action_compute(self):
        """Compare the rule sets as they are now; what was computed before is replaced."""
        self.ensure_one()
        self._check_may_compute()
        self._make_result()
        return True

    def _make_result(self):
        """Compare, and replace what was found before."""
        evaluators = self._get_evaluators()
        self._drop_result()
        try:
            self._compare(evaluators)
        except FactError as error:
            raise UserError(self._get_fact_message(error)) from error

    def _get_evaluators(self):
        """``{rule set: Evaluator}``, the reference first; a rule set that is not complete is refused by its name."""
        return {ruleset: Evaluator(ruleset._get_policy()) for ruleset in self._get_rulesets()}

    def _check_may_compute(self):
        """Whether the user may, and what is to be compared is complete."""
        self._check_may_manage()
        self._check_rulesets()

    def _check_may_manage(self):
        """Managers who work in the company: the collector asks for no rights on documents."""
        self.env["key.account.evaluation"]._check_manager()
        self.check_access("write")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Switch to company %(company)s first.", company=self.company_id.name))

    def _get_fact_message(self, error):
        metric = self.env["key.account.metric"].with_context(active_test=False).search([("code", "=", error.metric)])
        return self.env._(
            "%(customer)s has a value of %(metric)s that cannot be used: %(value)s. Correct it and compute again.",
            customer=self.env["res.partner"].browse(error.key).display_name,
            metric=metric.name or error.metric,
            value=error.got,
        )

    def _compare(self, evaluators):
        """Decide every customer by every rule set, and keep what comes out.

        :param evaluators: ``{rule set: Evaluator}``, the reference first
        """
        codes = set().union(*(one.metrics for one in evaluators.values()))
        # Once for all rule sets.
        books, revenues = self.env["key.account.collector"]._collect_books(self._get_scope(), codes)
        if not books:
            raise UserError(self._get_nobody_message())
        contenders = [self._get_contender(*pair, books) for pair in evaluators.items()]
        for book in books:
            self._record_lines(self._get_batch_rows(contenders, book, revenues))
        self.env.cr.execute(SQL("ANALYZE key_account_comparison_line"))
        self.env["key.account.comparison.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        found = compare([contender.method for contender in contenders], list(revenues.values()))
        self._set_result(self._get_result_values(contenders, found))

    def _get_contender(self, ruleset, evaluator, books):
        policy = evaluator.policy
        tier_ids = {tier.code: tier.id for tier in ruleset.tier_ids}
        tier_ranks = {tier.code: tier.rank for tier in policy.tiers}
        return Contender(ruleset, evaluator, evaluator.survey(books), Method(policy), tier_ids, tier_ranks)

    # -------------------------------------------------------------------------
    # Lines
    # -------------------------------------------------------------------------

    def _get_batch_rows(self, contenders, book, revenues):
        """A row for each customer of the book and each rule set, as dicts by the names of the columns."""
        columns = [contender.evaluator.decide(book, contender.population) for contender in contenders]
        for contender, results in zip(contenders, columns, strict=True):
            contender.method.add(results)
        return [
            row
            for results in zip(*columns, strict=True)
            for row in self._get_customer_rows(contenders, results, revenues[results[0].key])
        ]

    def _get_customer_rows(self, contenders, results, revenue):
        reference, before = contenders[0], results[0]
        shared = {
            "partner_id": before.key,
            "revenue": revenue,
            "agreed": agree(result.decision.tier for result in results),
            "rank_spread": rank_spread(map(Contender.get_rank, contenders, results)),
            "reference_tier_id": reference.tier_ids.get(before.decision.tier),
            "reference_capped": before.decision.tier != before.decision.proposed,
        }
        return [
            {**shared, **self._prepare_line_values(contender, result, reference, before)}
            for contender, result in zip(contenders, results, strict=True)
        ]

    def _prepare_line_values(self, contender, result, reference, before):
        """What one rule set says of a customer, and how that differs from the reference. Extend it to carry more."""
        decision, told = result.decision, before.decision
        moved = decision.tier != told.tier
        points = (before.points, result.points)
        found = differences(reference.method.policy, contender.method.policy, points) if moved else ()
        return {
            "ruleset_id": contender.ruleset.id,
            "is_reference": contender is reference,
            "score": result.total if contender.method.policy.criteria else None,
            "rank": contender.get_rank(result),
            "tier_id": contender.tier_ids.get(decision.tier),
            "vetoed": bool(decision.vetoes),
            "moved": moved,
            "direction": direction(reference.tier_ranks.get(told.tier), contender.tier_ranks.get(decision.tier)),
            "reasons": [{"code": code, "params": params} for code, params in decision.reasons],
            "differences": [one.dump() for one in found] or None,
        }

    def _record_lines(self, rows):
        """Insert a batch of lines with one statement; numbers are exact, as text."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO key_account_comparison_line (
                            comparison_id, company_id, partner_id, partner_name, ruleset_id, is_reference, revenue,
                            score, rank, rank_spread, tier_id, reference_tier_id, reference_capped, vetoed, moved,
                            direction, agreed, reasons, differences
                       )
                SELECT %(comparison)s, %(company)s,
                       partner.id, COALESCE(partner.complete_name, partner.name),
                       outcome.ruleset_id, outcome.is_reference, outcome.revenue, outcome.score, outcome.rank,
                       outcome.rank_spread, outcome.tier_id, outcome.reference_tier_id, outcome.reference_capped,
                       outcome.vetoed, outcome.moved, outcome.direction, outcome.agreed, outcome.reasons,
                       outcome.differences
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS outcome(
                       partner_id int, ruleset_id int, is_reference bool, revenue numeric, score numeric, rank int,
                       rank_spread int, tier_id int, reference_tier_id int, reference_capped bool, vetoed bool,
                       moved bool, direction text, agreed bool, reasons jsonb, differences jsonb
                       )
                  JOIN res_partner partner ON partner.id = outcome.partner_id
                """,
                comparison=self.id,
                company=self.company_id.id,
                rows=json.dumps(rows, default=spell),
            )
        )


def spell(number):
    """A Decimal as text without exponent."""
    return format(number, "f")
