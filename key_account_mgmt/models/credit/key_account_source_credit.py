from odoo import models
from odoo.tools import SQL


class KeyAccountSourceCredit(models.AbstractModel):
    """Measures the credit that customers use at the time of the evaluation, whatever its period."""

    _name = "key.account.source.credit"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Credit"

    def _get_metric_codes(self):
        return ["exposure", "credit_use_pct"]

    def _get_zero_codes(self):
        return ["exposure"]

    def _get_facts_sql(self, scope):
        # A customer without exposure uses 0 % of its limit, so every customer has a row here.
        narrowed = SQL()
        if scope.partner_ids is not None:
            narrowed = SQL("AND customer.id = ANY(%s)", list(scope.partner_ids))
        exposure = SQL("COALESCE(exposure.used, 0)")
        return SQL(
            """
            SELECT customer.id AS partner_id,
                   %(exposure)s AS exposure,
                   %(use_pct)s AS credit_use_pct
              FROM res_partner customer
         LEFT JOIN (%(exposures)s) exposure ON exposure.partner_id = customer.id
             WHERE customer.id = customer.commercial_partner_id %(narrowed)s
            """,
            exposure=exposure,
            use_pct=self._get_percentage_sql(exposure, self._get_limit_sql(scope.company)),
            exposures=self.env["key.account.exposure"]._get_used_sql(scope.company, scope.partner_ids),
            narrowed=narrowed,
        )

    def _get_limit_sql(self, company):
        """Return the limit of ``customer``; NULL if it has none. Limits of zero or less give no percentage either."""
        if not company._get_key_account_credit_facts().uses_credit:
            return SQL("NULL::numeric")
        return self.env["res.partner"]._get_key_account_limit_sql(company, "customer")
