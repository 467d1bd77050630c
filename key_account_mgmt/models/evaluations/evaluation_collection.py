"""Turn the population of an evaluation into lines, each with its facts at this moment."""

from odoo.tools import SQL

# What results are later compared by, frozen with the facts: columns of the line, and of the query below.
DIMENSION_COLUMNS = SQL("user_id, team_id, country_id, industry_id")
DIMENSION_VALUES = SQL("partner.user_id, team.id, partner.country_id, partner.industry_id")


class LineCollection:
    """The collection of facts for one evaluation and its rules."""

    def __init__(self, evaluation, evaluator):
        self.evaluation = evaluation
        self.evaluator = evaluator
        self.env = evaluation.env
        self.scope = evaluation._get_scope()

    def collect(self):
        """Freeze the facts of the whole population as lines, in one transaction.

        The statements read accounting documents without checking the user's rights on them: managers may evaluate
        customers without being accountants. The result is totals per customer, only for managers of the company
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
        """Return the INSERT, ordered by customer: awards are numbered in this order, not in that of the query plan."""
        return SQL(
            """
            INSERT INTO key_account_evaluation_line (
                        evaluation_id, company_id,
                        partner_id, partner_name, %(dimensions)s, in_population, decided, facts, revenue,
                        previous_tier_id
                   )
            SELECT %(evaluation)s, %(company)s,
                   partner.id, COALESCE(partner.complete_name, partner.name), %(dimension_values)s,
                   TRUE, FALSE, collected.facts, (collected.facts->>'revenue')::numeric, tier.id
              FROM (%(facts_query)s) collected
              JOIN res_partner partner ON partner.id = collected.partner_id
         LEFT JOIN (%(teams)s) team ON team.user_id = partner.user_id
         LEFT JOIN key_account_tier tier ON tier.id = (partner.key_account_tier_id->>%(company_key)s)::int
              ORDER BY partner.id
            """,
            facts_query=facts_query,
            **self._get_line_parameters(),
        )

    def _get_lost_sql(self):
        """Return the INSERT for customers with a tier but no business: they lose the tier and are not ranked."""
        return SQL(
            """
            INSERT INTO key_account_evaluation_line (
                        evaluation_id, company_id,
                        partner_id, partner_name, %(dimensions)s, in_population, decided, facts, points, reasons,
                        revenue, vetoed, has_missing, previous_tier_id, movement
                   )
            SELECT %(evaluation)s, %(company)s,
                   partner.id, COALESCE(partner.complete_name, partner.name), %(dimension_values)s,
                   FALSE, TRUE, '{}', '{}', '[]', 0, FALSE, FALSE, tier.id, 'lost'
              FROM res_partner partner
         LEFT JOIN (%(teams)s) team ON team.user_id = partner.user_id
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
            "dimensions": DIMENSION_COLUMNS,
            "dimension_values": DIMENSION_VALUES,
            "teams": self._get_teams_sql(),
        }

    def _get_teams_sql(self):
        """Return one team per salesperson: of several teams, one of the company itself, then the first in the list."""
        return SQL(
            """
            SELECT DISTINCT ON (member.user_id) member.user_id, team.id
              FROM crm_team_member member
              JOIN crm_team team ON team.id = member.crm_team_id
             WHERE member.active AND team.active AND COALESCE(team.company_id, %(company)s) = %(company)s
          ORDER BY member.user_id, team.company_id IS NULL, team.sequence, team.id
            """,
            company=self.evaluation.company_id.id,
        )

    def _count_missing(self):
        """Count the lines without a value, by metric that the rules use; metrics without gaps are left out."""
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
    # Freeze the profiles at the moment of computing, for rules that use the fit
    # -------------------------------------------------------------------------

    def _freeze_profiles(self):
        if self._looks_at_fit():
            self.evaluation._set_workflow_values(
                {
                    "profile_snapshot": self.env["key.account.fit.explanation"]._get_profile_snapshot(
                        self.evaluation.company_id
                    )
                }
            )
            with self.env["key.account.collector"]._planned(self.scope):
                self.env.cr.execute(self._get_fit_sql())

    def _looks_at_fit(self):
        if not self.env["key.account.part"]._is_on("profiles"):
            return False
        codes = self.env["key.account.source.profile"]._get_metric_codes()
        return not self.evaluator.metrics.isdisjoint(codes)

    def _get_fit_sql(self):
        """Return the INSERT of the basis of each fit score: same transaction as the facts, hence the same moment."""
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
