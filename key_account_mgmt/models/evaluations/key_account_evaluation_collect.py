from odoo import models
from odoo.tools import SQL


class KeyAccountEvaluation(models.Model):
    """The population becomes lines, each with its facts as they are now."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _collect_lines(self):
        """Freeze the facts of the whole population as lines, in one transaction.

        The statements read accounting documents without asking for rights on them: managers may evaluate customers
        without being accountants. What comes out are totals per customer, only for managers of the company
        (checked when the work starts), only of a company they are in.
        """
        self._check_manager()
        scope = self._get_scope()
        collector = self.env["key.account.collector"]
        statement = self._get_collect_sql(collector._get_facts_query(scope))
        with collector._planned(scope):
            self.env.cr.execute(statement)
            if self.population == "all":
                self.env.cr.execute(self._get_lost_sql())
        self.env.cr.execute(SQL("ANALYZE key_account_evaluation_line"))
        self._set_workflow_values({"missing_counts": self._count_missing()})

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
            "evaluation": self.id,
            "company": self.company_id.id,
            "company_key": str(self.company_id.id),
        }
