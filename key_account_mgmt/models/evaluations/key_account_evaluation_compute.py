from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import Book, Evaluator, FactError, Policy


class KeyAccountEvaluation(models.Model):
    """Collect, survey, decide and record: from documents to frozen lines."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    # Customers per batch: decided together and recorded by one statement.
    _compute_batch_size = 5000

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
            limit=self._compute_batch_size,
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


def get_exact_column(column):
    """Numbers of frozen facts, which are text, as the core wants them."""
    return [None if value is None else Decimal(value) for value in column]
