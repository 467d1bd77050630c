"""The population of an evaluation becomes lines, each with its facts as they are now."""

from odoo.tools import SQL


class LineCollection:
    """What is collected for one evaluation and the rules that it is computed by."""

    def __init__(self, evaluation, evaluator):
        self.evaluation = evaluation
        self.evaluator = evaluator
        self.env = evaluation.env
        self.scope = evaluation._get_scope()

    def collect(self):
        """Freeze the facts of the whole population as lines, in one transaction.

        The statements read accounting documents without asking for rights on them: managers may evaluate customers
        without being accountants. What comes out are totals per customer, only for managers of the company
        (checked by the run), only of a company they are in.
        """
        collector = self.env["key.account.collector"]
        statement = self._get_collect_sql(collector._get_facts_query(self.scope))
        with collector._planned(self.scope):
            self.env.cr.execute(statement)
            if self.evaluation.population == "all":
                self.env.cr.execute(self._get_lost_sql())
        self.env.cr.execute(SQL("ANALYZE key_account_evaluation_line"))
        self.evaluation._set_workflow_values({"missing_counts": self._count_missing()})
        self._freeze_profiles()

    def _get_collect_sql(self, facts_query):
        """In the order of customers, as awards are numbered later: the plan must not decide that."""
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
              ORDER BY partner.id
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
          ORDER BY partner.id
            """,
            **self._get_line_parameters(),
        )

    def _get_line_parameters(self):
        return {
            "evaluation": self.evaluation.id,
            "company": self.evaluation.company_id.id,
            "company_key": str(self.evaluation.company_id.id),
        }

    def _count_missing(self):
        """How many lines have no value, by metric that the rules use; metrics without gaps are left out."""
        codes = sorted(self.evaluator.metrics - self.evaluator.optional)
        if not codes:
            return {}
        [counts] = self.env.execute_query(
            SQL(
                "SELECT %s FROM key_account_evaluation_line WHERE evaluation_id = %s AND in_population",
                SQL(", ").join(SQL("COUNT(*) FILTER (WHERE facts->>%s IS NULL)", code) for code in codes),
                self.evaluation.id,
            )
        )
        return {code: count for code, count in zip(codes, counts, strict=True) if count}

    # -------------------------------------------------------------------------
    # The profiles as they were when the evaluation was computed, for rules that look at the fit
    # -------------------------------------------------------------------------

    def _freeze_profiles(self):
        if self._looks_at_fit():
            self.evaluation._set_workflow_values(
                {"fit_tables": self.env["key.account.fit"]._get_tables(self.evaluation.company_id)}
            )
            with self.env["key.account.collector"]._planned(self.scope):
                self.env.cr.execute(self._get_fit_sql())

    def _looks_at_fit(self):
        codes = self.env["key.account.source.profile"]._get_metric_codes()
        return not self.evaluator.metrics.isdisjoint(codes)

    def _get_fit_sql(self):
        """Keep what each score came from: in the transaction that froze the facts, so of the same moment."""
        return SQL(
            """
            UPDATE key_account_evaluation_line line
               SET fit = input.fit
              FROM (%(inputs)s) input
             WHERE line.evaluation_id = %(evaluation)s
               AND line.partner_id = input.partner_id
               AND line.in_population
            """,
            inputs=self.env["key.account.source.profile"]._get_inputs_sql(self.scope),
            evaluation=self.evaluation.id,
        )
