import json
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..rules import Book, Evaluator, FactError, Policy

# Customers per batch: enough that the statements cost little, few enough that memory stays flat.
BATCH_SIZE = 5000


class KeyAccountEvaluation(models.Model):
    """Collect, survey, decide and record: from documents to frozen lines."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def action_compute(self):
        """Make a line for every customer of the population, and decide it by the rules of today."""
        self.ensure_one()
        self._claim("draft")
        customers = self.env["key.account.collector"]._count(self._get_scope())
        if not customers:
            raise UserError(self._get_nobody_message())
        self._freeze_policy()
        self._run_or_queue("compute", customers)
        return True

    def _freeze_policy(self):
        """Keep the rules with the evaluation, so that it can be explained and replayed whatever becomes of them."""
        if self.ruleset_id.state not in ("active", "retired"):
            raise UserError(
                self.env._(
                    "Rule set “%(ruleset)s” is not active, so it can be previewed only. Activate it, or choose"
                    " another.",
                    ruleset=self.ruleset_id.display_name,
                )
            )
        policy = self.ruleset_id._get_policy()
        self._set_workflow_values({"policy": policy.dump(), "policy_hash": policy.content_hash})

    # -------------------------------------------------------------------------
    # The job
    # -------------------------------------------------------------------------

    def _job_compute(self):
        """Batches of the computation; what cannot be used is told in the user's words."""
        try:
            yield from self._compute_batches()
        except FactError as error:
            raise UserError(self._get_fact_message(error)) from error

    def _get_fact_message(self, error):
        line = self.env["key.account.evaluation.line"].browse(error.key)
        metric = self.env["key.account.metric"].with_context(active_test=False).search([("code", "=", error.metric)])
        return self.env._(
            "%(customer)s has a value of %(metric)s that cannot be used: %(value)s. Correct it and compute again.",
            customer=line.partner_name,
            metric=metric.name or error.metric,
            value=error.got,
        )

    def _compute_batches(self):
        """What was collected before a crash is used again, and so are decided lines."""
        if not self._has_lines():
            self._collect_lines()
            yield 1
        evaluator, population = self._survey()
        tiers = self._get_tier_places()
        for book, lines in self._read_books(evaluator, SQL("AND NOT decided")):
            self._record_decisions(self._get_decision_rows(evaluator, population, book, lines, tiers))
            yield 1
        self._finish_compute()

    def _has_lines(self):
        return bool(
            self.env.execute_query(
                SQL("SELECT 1 FROM key_account_evaluation_line WHERE evaluation_id = %s LIMIT 1", self.id)
            )
        )

    def _get_evaluator(self):
        """The frozen rules at work."""
        return Evaluator(Policy.load(self.policy))

    def _survey(self):
        """Look at the whole population once: what rank a customer has depends on everybody.

        :return: the evaluator of the frozen rules and the population
        """
        evaluator = self._get_evaluator()
        return evaluator, evaluator.survey(book for book, _lines in self._read_books(evaluator))

    def _finish_compute(self):
        self.env["key.account.evaluation.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        self._finish_job(
            {"state": "computed"},
            self.env._(
                "Computed by rule set “%(ruleset)s”. %(summary)s",
                ruleset=self.ruleset_id.display_name,
                summary=self._get_counts_text(),
            ),
        )

    # -------------------------------------------------------------------------
    # Collect
    # -------------------------------------------------------------------------

    def _collect_lines(self):
        """Freeze the facts of the whole population as lines, in one transaction.

        The statements read accounting documents without asking for rights on them: managers may evaluate customers
        without being accountants. What comes out are totals per customer, only for managers of the company
        (checked when the work starts), only of a company they are in.
        """
        self._check_manager()
        scope = self._get_scope()
        self.env.cr.execute(self._get_collect_sql(self.env["key.account.collector"]._get_facts_query(scope)))
        if self.population == "all":
            self.env.cr.execute(self._get_lost_sql())
        self.env.cr.execute(SQL("ANALYZE key_account_evaluation_line"))
        self._set_workflow_values({"missing_counts": self._count_missing()})

    def _get_collect_sql(self, facts_query):
        return SQL(
            """
            INSERT INTO key_account_evaluation_line (
                        evaluation_id, company_id,
                        partner_id, partner_name, in_population, decided, facts, revenue, previous_tier_id
                   )
            SELECT %(evaluation)s, %(company)s,
                   partner.id, COALESCE(partner.complete_name, partner.name), TRUE, FALSE, collected.facts,
                   (collected.facts->>'revenue')::numeric, tier.id
              FROM (%(facts_query)s) collected
              JOIN res_partner partner ON partner.id = collected.partner_id
         LEFT JOIN key_account_tier tier ON tier.id = (partner.key_account_tier_id->>%(company_key)s)::int
            """,
            facts_query=facts_query,
            **self._get_line_parameters(),
        )

    def _get_lost_sql(self):
        """Customers who hold a tier and had no business: they lose it, and do not count in the ranks."""
        return SQL(
            """
            INSERT INTO key_account_evaluation_line (
                        evaluation_id, company_id,
                        partner_id, partner_name, in_population, decided, facts, points, reasons, revenue, vetoed,
                        has_missing, previous_tier_id, movement
                   )
            SELECT %(evaluation)s, %(company)s,
                   partner.id, COALESCE(partner.complete_name, partner.name), FALSE, TRUE, '{}', '{}', '[]', 0, FALSE,
                   FALSE, tier.id, 'lost'
              FROM res_partner partner
              JOIN key_account_tier tier ON tier.id = (partner.key_account_tier_id->>%(company_key)s)::int
             WHERE partner.key_account_tier_id IS NOT NULL
               AND partner.commercial_partner_id = partner.id
               AND NOT EXISTS (
                   SELECT 1
                     FROM key_account_evaluation_line line
                    WHERE line.evaluation_id = %(evaluation)s AND line.partner_id = partner.id
                   )
            """,
            **self._get_line_parameters(),
        )

    def _get_line_parameters(self):
        return {
            "evaluation": self.id,
            "company": self.company_id.id,
            "company_key": str(self.company_id.id),
        }

    # -------------------------------------------------------------------------
    # Survey and decide
    # -------------------------------------------------------------------------

    def _read_books(self, evaluator, condition=None):
        """The frozen facts in batches, only the metrics that the rules use.

        :param condition: which lines, as SQL that goes on with AND; by default the whole population
        :return: iterator of (book whose keys are line ids, {line id: (previous tier id, override tier id)})
        """
        choices = evaluator.policy.choices
        codes = sorted(evaluator.metrics)
        last_id = 0
        while rows := self.env.execute_query(self._get_facts_sql(codes, last_id, condition)):
            ids, previous_ids, override_ids, *columns = zip(*rows, strict=True)
            last_id = ids[-1]
            yield (
                Book(
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
            evaluation=self.id,
            last_id=last_id,
            condition=condition or SQL(""),
            limit=BATCH_SIZE,
        )

    def _count_missing(self):
        """How many lines have no value, by metric that the rules use; metrics without gaps are left out."""
        evaluator = self._get_evaluator()
        codes = sorted(evaluator.metrics - evaluator.optional)
        if not codes:
            return {}
        [counts] = self.env.execute_query(
            SQL(
                "SELECT %s FROM key_account_evaluation_line WHERE evaluation_id = %s AND in_population",
                SQL(", ").join(SQL("COUNT(*) FILTER (WHERE facts->>%s IS NULL)", code) for code in codes),
                self.id,
            )
        )
        return {code: count for code, count in zip(codes, counts, strict=True) if count}

    def _get_tier_places(self):
        """Tiers by the code that the frozen rules use, and the rank of every tier there is.

        :rtype: tuple[dict[str, int], dict[int, int]]
        """
        tiers = self.env["key.account.tier"].with_context(active_test=False)
        tiers = tiers.search([("company_id", "in", [False, self.company_id.id])])
        of_ruleset = {tier.code: tier.id for tier in self.ruleset_id.tier_ids}
        frozen_ranks = {of_ruleset[tier["code"]]: tier["rank"] for tier in self.policy["tiers"]}
        return of_ruleset, {tier.id: tier.rank for tier in tiers} | frozen_ranks

    # -------------------------------------------------------------------------
    # Record
    # -------------------------------------------------------------------------

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
                   SET points = decision.points, reasons = decision.reasons, score = decision.score,
                       rank = decision.rank, rank_pct = decision.rank_pct,
                       cumulative_share_pct = decision.cumulative_share_pct,
                       computed_tier_id = decision.computed_tier_id, tier_id = decision.tier_id,
                       movement = decision.movement, vetoed = decision.vetoed, has_missing = decision.has_missing,
                       grants = decision.grants, credit_change = decision.credit_change,
                       credit_limit_before = decision.credit_limit_before,
                       credit_limit_proposed = decision.credit_limit_proposed,
                       suggested_kind = decision.suggested_kind,
                       decided = TRUE
                  FROM %s
                 WHERE line.id = decision.id AND NOT line.decided
                """,
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


def get_exact_column(column):
    """Numbers of frozen facts, which are text, as the core wants them."""
    return [None if value is None else Decimal(value) for value in column]


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
