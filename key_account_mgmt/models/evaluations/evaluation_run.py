"""Survey, decide and record: from frozen facts and rules to the frozen columns of each line."""

import json
from functools import cached_property

from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import Evaluator, FactBatch, Policy
from ..shared.numbers import get_exact_column, to_plain_text
from .evaluation_collection import LineCollection

MOVEMENTS = [
    ("new", "New"),
    ("up", "Up"),
    ("same", "Unchanged"),
    ("down", "Down"),
    ("lost", "Lost"),
    ("none", "No Tier"),
]
# What a line grants and why: written when the line is decided, and again when its tier is overridden.
GRANT_COLUMNS = SQL(
    """
    reasons = decision.reasons, has_missing = decision.has_missing, grants = decision.grants,
    credit_change = decision.credit_change, credit_limit_before = decision.credit_limit_before,
    credit_limit_proposed = decision.credit_limit_proposed, suggested_value_type = decision.suggested_value_type
    """
)


class EvaluationRun:
    """The frozen rules of one evaluation, applied to its lines: for computing, overrides and the replay."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env

    @cached_property
    def evaluator(self):
        """Return the evaluator of the frozen rules."""
        return Evaluator(Policy.load(self.evaluation.policy))

    def freeze_rules(self):
        """Store the rules with the evaluation, so that it can be explained and replayed whatever happens to them."""
        ruleset = self.evaluation.ruleset_id
        if ruleset.state not in ("active", "retired"):
            raise UserError(
                self.env._(
                    "Rule set “%(ruleset)s” is not active, so it can be previewed only. Activate it, or choose"
                    " another.",
                    ruleset=ruleset.display_name,
                )
            )
        policy = ruleset._get_policy()
        self.evaluation._set_workflow_values({"policy": policy.dump(), "policy_hash": policy.content_hash})

    def collect(self):
        """Freeze the facts of the whole population as lines; check that the user is a manager before any read."""
        self.evaluation._check_manager()
        LineCollection(self.evaluation, self.evaluator).collect()

    def has_lines(self):
        return bool(
            self.env.execute_query(
                SQL("SELECT 1 FROM key_account_evaluation_line WHERE evaluation_id = %s LIMIT 1", self.evaluation.id)
            )
        )

    def get_fact_message(self, error):
        """Return in the user's words which value cannot be used."""
        line = self.env["key.account.evaluation.line"].browse(error.key)
        metric = self.env["key.account.metric"].with_context(active_test=False).search([("code", "=", error.metric)])
        return self.env._(
            "%(customer)s has a value of %(metric)s that cannot be used: %(value)s. Correct it and compute again.",
            customer=line.partner_name,
            metric=metric.name or error.metric,
            value=error.got,
        )

    @cached_property
    def population(self):
        """Return the survey of the whole population: the rank of a customer depends on all others."""
        return self.evaluator.rank_population(batch for batch, _lines in self.read_batches())

    @cached_property
    def tiers(self):
        """Return the tier ids by the code that the frozen rules use, and the rank of every tier.

        :rtype: tuple[dict[str, int], dict[int, int]]
        """
        tiers = self.env["key.account.tier"].with_context(active_test=False)
        tiers = tiers.search([("company_id", "in", [False, self.evaluation.company_id.id])])
        of_ruleset = {tier.code: tier.id for tier in self.evaluation.ruleset_id.tier_ids}
        frozen_ranks = {of_ruleset[tier["code"]]: tier["rank"] for tier in self.evaluation.policy["tiers"]}
        return of_ruleset, {tier.id: tier.rank for tier in tiers} | frozen_ranks

    def read_batches(self, condition=None):
        """Yield the frozen facts in batches, only the metrics that the rules use.

        :param condition: SQL that restricts the lines, appended with AND; by default the whole population
        :return: iterator of (batch whose keys are line ids, {line id: (previous tier id, override tier id)})
        """
        choices = self.evaluator.policy.choices
        codes = sorted(self.evaluator.metrics)
        last_id = 0
        while rows := self.env.execute_query(self._get_facts_sql(codes, last_id, condition)):
            ids, previous_ids, override_ids, *columns = zip(*rows, strict=True)
            last_id = ids[-1]
            yield (
                FactBatch(
                    ids,
                    {
                        code: column if code in choices else get_exact_column(column)
                        for code, column in zip(codes, columns, strict=True)
                    },
                ),
                dict(zip(ids, zip(previous_ids, override_ids, strict=True), strict=True)),
            )

    def _get_facts_sql(self, codes, last_id, condition):
        return SQL(
            """
            SELECT id, previous_tier_id, override_tier_id %(columns)s
              FROM key_account_evaluation_line
             WHERE evaluation_id = %(evaluation)s AND id > %(last_id)s AND in_population %(condition)s
          ORDER BY id
             LIMIT %(limit)s
            """,
            columns=SQL("").join(SQL(", facts->>%s", code) for code in codes),
            evaluation=self.evaluation.id,
            last_id=last_id,
            condition=condition or SQL(""),
            limit=self.evaluation._compute_batch_size,
        )

    def decide(self, batch, lines):
        """Return the decisions on a batch, per line a dict by column name.

        :param lines: as yielded by ``read_batches`` with the batch; an overridden tier determines the grants
        """
        tier_ids, ranks = self.tiers
        codes = {tier_id: code for code, tier_id in tier_ids.items()}
        given = {line_id: codes[override_id] for line_id, (_previous_id, override_id) in lines.items() if override_id}
        rows = []
        for result in self.evaluator.decide(batch, self.population, given):
            previous_id, override_id = lines[result.key]
            row = _get_result_values(result)
            row["computed_tier_id"] = tier_ids.get(result.decision.tier)
            row["tier_id"] = override_id or row["computed_tier_id"]
            row["movement"] = get_movement(ranks.get(previous_id), ranks.get(row["tier_id"]))
            rows.append(row)
        return rows

    def record(self, rows):
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
                get_decisions_sql(rows),
            )
        )

    def record_grants(self, rows):
        """Write the grants of decided lines and their reasons, with one statement; all other columns are frozen."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET %s
                  FROM %s
                 WHERE line.id = decision.id
                """,
                GRANT_COLUMNS,
                get_decisions_sql(rows),
            )
        )


def get_decisions_sql(rows):
    """Return the decisions as a table ``decision`` of a statement; numbers are exact."""
    return SQL(
        """
        jsonb_to_recordset(%s::jsonb) AS decision(
            id int, points jsonb, reasons jsonb, score numeric, rank int, rank_pct numeric,
            cumulative_share_pct numeric, computed_tier_id int, tier_id int, movement text,
            vetoed bool, has_missing bool, grants jsonb, credit_change text, credit_limit_before numeric,
            credit_limit_proposed numeric, suggested_value_type text
        )
        """,
        json.dumps(rows, default=to_plain_text),
    )


def get_movement(rank_before, rank_now):
    """Return how a customer moves between two tiers, by their ranks (1 is the best; None is no tier)."""
    if rank_before is None:
        return "none" if rank_now is None else "new"
    if rank_now is None:
        return "lost"
    return "same" if rank_now == rank_before else "up" if rank_now < rank_before else "down"


def _get_result_values(result):
    """Return a result as the columns of a line; Decimals are passed as text, so that they stay exact."""
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
        "suggested_value_type": decision.value_type and decision.value_type.value_type,
    }


def _get_credit_values(credit):
    """Return a new credit limit as the columns of a line, None without one."""
    return {
        "credit_change": credit and get_credit_change(credit.current, credit.limit),
        "credit_limit_before": credit and credit.current,
        "credit_limit_proposed": credit and credit.limit,
    }


def get_credit_change(before, now):
    """Return how a credit limit changes; ``before`` is None without a limit."""
    if before is None:
        return "first"
    return "raise" if now > before else "lower"
