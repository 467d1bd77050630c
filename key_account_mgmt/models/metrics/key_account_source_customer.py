from odoo import models
from odoo.tools import SQL


class KeyAccountSourceCustomer(models.AbstractModel):
    """Facts stored on the customer itself, in the evaluated company, at the time of the evaluation."""

    _name = "key.account.source.customer"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Customers"

    def _get_metric_codes(self):
        return ["credit_limit", "account_value_type"]

    def _get_facts_sql(self, scope):
        # sudo: managers evaluate customers without being accountants, as with all other documents; see the collector
        customers = self.env["res.partner"].sudo().with_company(scope.company)
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   %(credit_limit)s AS credit_limit,
                   %(account_value_type)s AS account_value_type
              FROM res_partner partner
                   %(customer)s
             WHERE partner.commercial_partner_id = partner.id
            """,
            customer=self._get_customer_join_sql(scope, SQL("partner.id")),
            credit_limit=customers._get_key_account_limit_sql(scope.company, "customer"),
            account_value_type=customers._field_to_sql("customer", "key_account_value_type"),
        )
