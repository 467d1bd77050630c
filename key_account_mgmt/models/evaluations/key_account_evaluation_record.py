import json

from odoo import models
from odoo.tools import SQL

# What a line grants and why: written when it is decided, and again when its tier is overridden.
GRANT_COLUMNS = SQL(
    """
    reasons = decision.reasons, has_missing = decision.has_missing, grants = decision.grants,
    credit_change = decision.credit_change, credit_limit_before = decision.credit_limit_before,
    credit_limit_proposed = decision.credit_limit_proposed, suggested_kind = decision.suggested_kind
    """
)


class KeyAccountEvaluation(models.Model):
    """What the rules decide becomes columns of the lines."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_decision_rows(self, evaluator, population, book, lines, tiers):
        """Decide about a book; what is recorded of each line, as a list of dicts by the names of the columns.

        :param lines: as ``_read_books`` gives them with the book; what is granted is that of an overridden tier
        """
        tier_ids, ranks = tiers
        codes = {tier_id: code for code, tier_id in tier_ids.items()}
        given = {line_id: codes[override_id] for line_id, (_previous_id, override_id) in lines.items() if override_id}
        rows = []
        for result in evaluator.decide(book, population, given):
            previous_id, override_id = lines[result.key]
            row = _get_result_values(result)
            row["computed_tier_id"] = tier_ids.get(result.decision.tier)
            row["tier_id"] = override_id or row["computed_tier_id"]
            row["movement"] = get_movement(ranks.get(previous_id), ranks.get(row["tier_id"]))
            rows.append(row)
        return rows

    def _record_decisions(self, rows):
        """Write a batch of decisions with one statement."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET points = decision.points, score = decision.score,
                       rank = decision.rank, rank_pct = decision.rank_pct,
                       cumulative_share_pct = decision.cumulative_share_pct,
                       computed_tier_id = decision.computed_tier_id, tier_id = decision.tier_id,
                       movement = decision.movement, vetoed = decision.vetoed, decided = TRUE, %s
                  FROM %s
                 WHERE line.id = decision.id AND NOT line.decided
                """,
                GRANT_COLUMNS,
                self._get_decisions_sql(rows),
            )
        )

    def _get_decisions_sql(self, rows):
        """Decisions as a table ``decision`` of a statement; numbers are exact."""
        return SQL(
            """
            jsonb_to_recordset(%s::jsonb) AS decision(
                id int, points jsonb, reasons jsonb, score numeric, rank int, rank_pct numeric,
                cumulative_share_pct numeric, computed_tier_id int, tier_id int, movement text,
                vetoed bool, has_missing bool, grants jsonb, credit_change text, credit_limit_before numeric,
                credit_limit_proposed numeric, suggested_kind text
            )
            """,
            json.dumps(rows, default=_spell),
        )


def get_movement(rank_before, rank_now):
    """How a customer moves from one tier to another, by their ranks (1 is the best; None is no tier)."""
    if rank_before is None:
        return "none" if rank_now is None else "new"
    if rank_now is None:
        return "lost"
    return "same" if rank_now == rank_before else "up" if rank_now < rank_before else "down"


def _get_result_values(result):
    """A result as the columns of a line; Decimals stay exact on their way to the database, as text."""
    standing, decision = result.standing, result.decision
    share = standing and standing.cumulative_share_pct
    return {
        "id": result.key,
        "points": result.points,
        "reasons": [{"code": code, "params": params} for code, params in decision.reasons],
        "score": result.total,
        "rank": standing and standing.rank,
        "rank_pct": standing and round(standing.rank_pct, 6),
        "cumulative_share_pct": share if share is None else round(share, 6),
        "vetoed": bool(decision.vetoes),
        "has_missing": any(code == "missing" for code, _params in decision.reasons),
        "grants": decision.grants,
        **_get_credit_values(decision.credit),
        "suggested_kind": decision.value_kind and decision.value_kind.kind,
    }


def _get_credit_values(credit):
    """A new credit limit as the columns of a line, None without one."""
    return {
        "credit_change": credit and get_credit_change(credit.current, credit.limit),
        "credit_limit_before": credit and credit.current,
        "credit_limit_proposed": credit and credit.limit,
    }


def get_credit_change(before, now):
    """What becomes of a credit limit; ``before`` is None without one."""
    if before is None:
        return "first"
    return "raise" if now > before else "lower"


def _spell(number):
    """A Decimal as text without exponent."""
    return format(number, "f")
