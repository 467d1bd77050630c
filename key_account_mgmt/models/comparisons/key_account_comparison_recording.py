import json

from odoo import models
from odoo.tools import SQL

from ...rules import agree, differences, direction, rank_spread
from .key_account_comparison_compute import Contender


class KeyAccountComparison(models.Model):
    """What every rule set says of every customer, as lines: batch by batch, a statement each."""

    _inherit = "key.account.comparison"  # pylint: disable=consider-merging-classes-inherited

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
            "agreed": agree(map(Contender.get_place, contenders, results)),
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
        decision = result.decision
        places = (reference.get_place(before), contender.get_place(result))
        moved = places[0] != places[1]
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
            "direction": direction(*places),
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
