from odoo import models
from odoo.tools import SQL


class KeyAccountSourceTerritory(models.AbstractModel):
    """Goods delivered outside the territory, by the delivery addresses of the period's invoices.

    An address without a country is unknown. So is an address without a state, where the territory lists states of its
    country. Invoices to unknown places are left out.
    """

    _name = "key.account.source.territory"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Territories"

    def _get_metric_codes(self):
        return ["outside_territory_pct"]

    def _get_facts_sql(self, scope):
        outside = SQL("COALESCE(sum(delivery.amount) FILTER (WHERE NOT delivery.inside), 0)")
        return SQL(
            """
            SELECT delivery.partner_id, %(outside_pct)s AS outside_territory_pct
              FROM (%(deliveries)s) delivery
             WHERE delivery.inside IS NOT NULL
          GROUP BY delivery.partner_id
            """,
            outside_pct=self._get_percentage_sql(outside, SQL("sum(delivery.amount)")),
            deliveries=self._get_deliveries_sql(scope),
        )

    def _get_deliveries_sql(self, scope):
        """Return the posted invoices of customers with a territory; ``inside`` is NULL where the place is unknown."""
        invoices = self.env["key.account.source.invoice"]
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   move.amount_untaxed_signed AS amount,
                   CASE WHEN address.country_id IS NULL THEN NULL
                        WHEN country.country_id IS NULL THEN FALSE
                        WHEN narrowed.state_ids IS NULL THEN TRUE
                        ELSE address.state_id = ANY(narrowed.state_ids)
                   END AS inside
              FROM account_move move
                   %(customer)s
              JOIN res_partner owner ON owner.id = customer.commercial_partner_id
              JOIN key_account_territory territory ON territory.id = %(territory)s
              JOIN res_partner address ON address.id = COALESCE(move.partner_shipping_id, move.partner_id)
         LEFT JOIN key_account_territory_country_rel country
                ON country.territory_id = territory.id AND country.country_id = address.country_id
         LEFT JOIN (%(states)s) narrowed
                ON narrowed.territory_id = territory.id AND narrowed.country_id = address.country_id
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type = 'out_invoice'
               AND move.invoice_date BETWEEN %(date_from)s AND %(date_to)s
               AND %(valid)s
               AND territory.id IN (SELECT territory_id FROM key_account_territory_country_rel)
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            territory=self._get_territory_sql(scope),
            states=self._get_states_sql(),
            valid=invoices._get_valid_sql(invoices._get_rewritten(scope)[0]),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_territory_sql(self, scope):
        # sudo: managers evaluate customers whatever their own rights on territories, as with all documents; see the
        # collector
        customers = self.env["res.partner"].sudo().with_company(scope.company)
        return customers._field_to_sql("owner", "key_account_territory_id")

    def _get_states_sql(self):
        """Return the states to which a territory narrows one of its countries."""
        return SQL(
            """
            SELECT chosen.territory_id, state.country_id, array_agg(state.id) AS state_ids
              FROM key_account_territory_state_rel chosen
              JOIN res_country_state state ON state.id = chosen.state_id
          GROUP BY chosen.territory_id, state.country_id
            """
        )
