from odoo import models
from odoo.tools import SQL


class KeyAccountSourceProfile(models.AbstractModel):
    """Fit of customers with the company's industry profile and customer profile (``rules/methods/fit.py``).

    It reads contacts and entered choices only, so that it covers prospects as well as customers.
    """

    _name = "key.account.source.profile"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Profiles"

    _offers_prospects = True

    def _get_metric_codes(self):
        return ["fit_score", "industry_fit_pct", "customer_profile_points"]

    def _get_facts_sql(self, scope):
        """Return the facts; the score is missing without an industry in the profile, or without a customer profile."""
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
        """Return the points of the best matching row of each feature, added up: at most 100."""
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
        """Return contacts that may be evaluated without business: those with an industry in the industry profile.

        Contacts that cannot become customers are excluded: companies of this database and their employees, pure
        suppliers, contacts of another company and archived ones.
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

    # -------------------------------------------------------------------------
    # Matching rows of the customer profile, and features without a known value
    # -------------------------------------------------------------------------

    def _get_matches_sql(self, scope, rows):
        """Return the matching rows of the profile: ``partner_id``, ``row_id``, ``feature``, ``points``.

        :param rows: the ``key.account.customer.profile`` records that count for the company
        """
        return SQL(
            """
              WITH profile AS (%(rows)s)
            SELECT value.partner_id, profile.id AS row_id, profile.feature, profile.points
              FROM (%(choices)s) value
              JOIN profile ON profile.option_id = value.option_id
         UNION ALL
            SELECT partner.id, profile.id, profile.feature, profile.points
              FROM (%(partners)s) partner
              JOIN profile ON profile.country_id = partner.country_id
               AND (profile.state_id IS NULL OR profile.state_id = partner.state_id)
         UNION ALL
            -- Once, though several tags of a customer may be below the one that a row looks for.
            SELECT DISTINCT tagged.partner_id, sought.id, sought.feature, sought.points
              FROM (%(tags)s) tagged
              JOIN (
                    SELECT profile.id, profile.feature, profile.points, below.id AS category_id
                      FROM profile
                      JOIN res_partner_category category ON category.id = profile.category_id
                      JOIN res_partner_category below ON starts_with(below.parent_path, category.parent_path)
                   ) sought ON sought.category_id = tagged.category_id
            """,
            rows=self._get_rows_sql(rows),
            choices=self._get_choices_sql(scope, rows),
            partners=self._get_partners_sql(scope),
            tags=self._get_tags_sql(scope),
        )

    def _get_rows_sql(self, rows):
        return SQL(
            """
            SELECT entry.id, entry.option_id, entry.country_id, entry.state_id, entry.category_id,
                   CASE entry.feature WHEN 'choice' THEN 'choice.' || metric.code ELSE entry.feature END AS feature,
                   round(entry.points::numeric, 6) AS points
              FROM key_account_customer_profile entry
         LEFT JOIN key_account_metric metric ON metric.id = entry.metric_id
             WHERE entry.id = ANY(%s)
            """,
            rows.ids,
        )

    def _get_partners_sql(self, scope):
        return SQL(
            "SELECT partner.id, partner.country_id, partner.state_id FROM res_partner partner %s"
            " WHERE partner.commercial_partner_id = partner.id",
            self._get_customer_join_sql(scope, SQL("partner.id")),
        )

    def _get_choices_sql(self, scope, rows):
        """Return the latest choice of each customer and metric: features of a customer do not expire with the year.

        Of the values whose period has begun by the end of the evaluation's, the one that begins last counts.
        """
        return SQL(
            """
            SELECT DISTINCT ON (customer.commercial_partner_id, entry.metric_id)
                   customer.commercial_partner_id AS partner_id,
                   'choice.' || metric.code AS feature,
                   entry.option_id
              FROM key_account_metric_value entry
                   %(customer)s
              JOIN key_account_metric metric ON metric.id = entry.metric_id
             WHERE entry.company_id = %(company_id)s
               AND entry.metric_id = ANY(%(metric_ids)s)
               AND entry.date_from <= %(date_to)s
          ORDER BY customer.commercial_partner_id, entry.metric_id,
                   entry.date_from DESC, entry.date_to DESC, entry.id DESC
            """,
            customer=self._get_customer_join_sql(scope, SQL("entry.partner_id")),
            company_id=scope.company.id,
            metric_ids=rows.metric_id.ids,
            date_to=scope.date_to,
        )

    def _get_tags_sql(self, scope):
        """Return the tags of the commercial partners.

        Archived tags do not count, since a contact does not show them.
        """
        return SQL(
            """
            SELECT partner.id AS partner_id, chosen.category_id
              FROM res_partner partner
                   %(customer)s
              JOIN res_partner_res_partner_category_rel chosen ON chosen.partner_id = partner.id
              JOIN res_partner_category category ON category.id = chosen.category_id AND category.active
             WHERE partner.commercial_partner_id = partner.id
            """,
            customer=self._get_customer_join_sql(scope, SQL("partner.id")),
        )

    # -------------------------------------------------------------------------
    # For explanations
    # -------------------------------------------------------------------------

    def _get_inputs_sql(self, scope):
        """Return the inputs of a score: ``partner_id`` and ``fit``.

        ``fit`` is jsonb of the industry, the ids of the matching rows and the features without a known value.
        """
        rows = self.env["key.account.customer.profile"]._get_rows_of(scope.company)
        features = list(dict.fromkeys(row._get_feature_key() for row in rows))
        return SQL(
            """
            SELECT partner.id AS partner_id,
                   jsonb_build_object(
                       'industry', partner.industry_id,
                       'rows', COALESCE(matching.row_ids, '[]'),
                       'unknown', to_jsonb(ARRAY(
                           SELECT feature FROM unnest(%(features)s::text[]) feature
                            WHERE feature <> ALL(COALESCE(known.features, '{}'))
                       ))
                   ) AS fit
              FROM res_partner partner
                   %(customer)s
         LEFT JOIN (
                    SELECT match.partner_id, jsonb_agg(match.row_id ORDER BY match.row_id) AS row_ids
                      FROM (%(matches)s) match
                  GROUP BY match.partner_id
                   ) matching ON matching.partner_id = partner.id
         LEFT JOIN (
                    SELECT known_features.partner_id, array_agg(known_features.feature) AS features
                      FROM (%(known)s) known_features
                  GROUP BY known_features.partner_id
                   ) known ON known.partner_id = partner.id
             WHERE partner.commercial_partner_id = partner.id
            """,
            features=features,
            customer=self._get_customer_join_sql(scope, SQL("partner.id")),
            matches=self._get_matches_sql(scope, rows),
            known=self._get_known_sql(scope, rows),
        )

    def _get_known_sql(self, scope, rows):
        """Return the features with a known value: ``partner_id`` and ``feature``.

        If the profile lists states of a country, the country alone is not enough: the state must be known.
        """
        narrowed = rows.filtered("state_id").country_id
        return SQL(
            """
            SELECT choice.partner_id, choice.feature FROM (%(choices)s) choice
             UNION
            SELECT tagged.partner_id, 'tag' FROM (%(tags)s) tagged
             UNION
            SELECT partner.id, 'region'
              FROM (%(partners)s) partner
             WHERE partner.country_id IS NOT NULL
               AND (partner.state_id IS NOT NULL OR partner.country_id <> ALL(%(narrowed)s))
            """,
            choices=self._get_choices_sql(scope, rows),
            tags=self._get_tags_sql(scope),
            partners=self._get_partners_sql(scope),
            narrowed=narrowed.ids,
        )
