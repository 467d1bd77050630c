from odoo import fields, models
from odoo.tools import SQL


class KeyAccountMetric(models.Model):
    _inherit = "key.account.metric"  # pylint: disable=consider-merging-classes-inherited

    source = fields.Selection(selection_add=[("profile", "Profiles")], ondelete={"profile": "cascade"})


class KeyAccountSourceProfile(models.AbstractModel):
    """How well customers fit the industry profile and the customer profile of the company (``rules/fit.py``).

    It looks at contacts and entered choices only, so that it knows prospects as well as customers.
    """

    _name = "key.account.source.profile"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Profiles"

    _offers_prospects = True

    def _get_metric_codes(self):
        return ["fit_score", "industry_fit_pct", "customer_profile_points"]

    def _get_facts_sql(self, scope):
        """Without an industry in the profile there is no score, nor without a customer profile."""
        rows = self.env["key.account.customer.profile"]._get_rows_of(scope.company)
        return SQL(
            """
            SELECT partner.id AS partner_id,
                   industry.fit_pct AS industry_fit_pct,
                   %(points)s AS customer_profile_points,
                   round(industry.fit_pct * %(points)s * 0.01, 12) AS fit_score
              FROM res_partner partner
                   %(customer)s
         LEFT JOIN (%(industries)s) industry ON industry.industry_id = partner.industry_id
         LEFT JOIN (%(points_by_customer)s) profile ON profile.partner_id = partner.id
             WHERE partner.commercial_partner_id = partner.id
            """,
            points=SQL("COALESCE(profile.points, 0)") if rows else SQL("NULL::numeric"),
            customer=self._get_customer_join_sql(scope, SQL("partner.id")),
            industries=self._get_industries_sql(scope),
            points_by_customer=self._get_points_sql(scope, rows),
        )

    def _get_points_sql(self, scope, rows):
        """The best matching row of each feature, added up: at most 100."""
        return SQL(
            """
            SELECT best.partner_id, LEAST(sum(best.points), 100) AS points
              FROM (
                    SELECT match.partner_id, match.feature, max(match.points) AS points
                      FROM (%(matches)s) match
                  GROUP BY match.partner_id, match.feature
                   ) best
          GROUP BY best.partner_id
            """,
            matches=self._get_matches_sql(scope, rows),
        )

    def _get_industries_sql(self, scope):
        rows = self.env["key.account.industry.profile"]._get_rows_of(scope.company)
        return SQL(
            "SELECT industry_id, round(fit_pct::numeric, 6) AS fit_pct FROM key_account_industry_profile"
            " WHERE id = ANY(%s)",
            rows.ids,
        )

    def _get_prospects_sql(self, scope):
        """Who may be evaluated without business: whose industry is in the industry profile.

        Not who is no customer to be: companies of this database and their employees, pure suppliers, contacts of
        another company and archived ones.
        """
        return SQL(
            """
            SELECT partner.id AS partner_id
              FROM res_partner partner
                   %(customer)s
              JOIN (%(industries)s) industry ON industry.industry_id = partner.industry_id
             WHERE partner.commercial_partner_id = partner.id
               AND partner.active
               AND (partner.company_id IS NULL OR partner.company_id = ANY(%(company_ids)s))
               AND NOT (COALESCE(partner.supplier_rank, 0) > 0 AND COALESCE(partner.customer_rank, 0) = 0)
               AND NOT EXISTS (SELECT 1 FROM res_company own WHERE own.partner_id = partner.id)
               AND NOT EXISTS (SELECT 1 FROM res_users employee WHERE employee.partner_id = partner.id
                                  AND employee.share IS NOT TRUE)
            """,
            customer=self._get_customer_join_sql(scope, SQL("partner.id")),
            industries=self._get_industries_sql(scope),
            company_ids=scope.company.parent_ids.ids,
        )
