from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# What entries are made from, and what the statements read: written to the database first.
READ_FIELDS = {
    "res.partner": ["commercial_partner_id"],
    "sale.order": ["partner_invoice_id", "company_id", "currency_id", "state", "key_account_open_amount"],
    "account.move": [
        "partner_id",
        "company_id",
        "currency_id",
        "state",
        "key_account_draft_amount",
        "key_account_draft_from",
    ],
    "account.move.line": [
        "partner_id",
        "company_id",
        "account_id",
        "parent_state",
        "date",
        "balance",
        "amount_residual",
    ],
    "account.account": ["account_type"],
}


class KeyAccountExposure(models.AbstractModel):
    """The statements that tell exposures, from entries."""

    _inherit = "key.account.exposure"

    @api.model
    def _flush_read(self):
        for model, names in self._get_read_fields().items():
            self.env[model].flush_model(names)

    @api.model
    def _get_read_fields(self):
        """``{model: names of fields}``; other addons add theirs."""
        return READ_FIELDS

    @api.model
    def _get_totals_sql(self, company, partner_ids=None, entries=None):
        """Totals as exact text: ``partner_id, kind, currency_id, amount``; the currency of orders and drafts only.

        :param partner_ids: of commercial partners; None for all
        :param entries: condition on ``entry``; None for all entries
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   entry.kind,
                   entry.currency_id,
                   sum(entry.amount)::text AS amount
              FROM res_partner customer
              JOIN key_account_exposure_entry entry ON entry.partner_id = customer.id
             WHERE entry.company_id = ANY(%(company_ids)s)
               AND (entry.account_id IS NULL OR entry.account_id IN (%(accounts)s))
               AND (entry.date IS NULL OR entry.date <= %(today)s)
               AND %(entries)s
                   %(narrowed)s
          GROUP BY customer.commercial_partner_id, entry.kind, entry.currency_id
            """,
            company_ids=list(company._get_key_account_credit_facts().tree_ids),
            accounts=self._get_accounts_sql(),
            today=self._get_last_day(),
            entries=SQL("TRUE") if entries is None else entries,
            narrowed=self._get_narrowed_sql(partner_ids),
        )

    @api.model
    def _get_last_day(self):
        """The last date that has begun anywhere: who enters a payment there calls it today."""
        return (fields.Datetime.now() + timedelta(hours=14)).date()

    @api.model
    def _get_used_sql(self, company, partner_ids=None):
        """``partner_id, used`` of every customer with anything open, as numbers, for statements of others."""
        return SQL(
            """
            SELECT total.partner_id,
                   sum(CASE WHEN total.kind = 'unallocated' THEN -total.amount::numeric
                            WHEN total.currency_id IS NULL OR total.currency_id = %(currency_id)s
                                THEN total.amount::numeric
                            ELSE round(total.amount::numeric * COALESCE(%(own_rate)s, 1.0) / COALESCE(%(rate)s, 1.0),
                                %(decimals)s)
                       END) AS used
              FROM (%(totals)s) total
          GROUP BY total.partner_id
            """,
            currency_id=company.currency_id.id,
            own_rate=self._get_rate_sql(SQL("%s", company.currency_id.id), SQL("%s", company.root_id.id)),
            rate=self._get_rate_sql(SQL("total.currency_id"), SQL("%s", company.root_id.id)),
            decimals=company.currency_id.decimal_places,
            totals=self._get_totals_sql(company, partner_ids),
        )

    @api.model
    def _get_rate_sql(self, currency_id, root_company_id):
        """Odoo's rate of a currency on the server's date: the last one up to it, else the first; NULL without any."""
        rate = SQL(
            "SELECT rate FROM res_currency_rate WHERE currency_id = %s AND (company_id IS NULL OR company_id = %s)",
            currency_id,
            root_company_id,
        )
        return SQL(
            "COALESCE((%(rate)s AND name <= %(today)s ORDER BY company_id, name DESC LIMIT 1),"
            " (%(rate)s ORDER BY company_id, name LIMIT 1))",
            rate=rate,
            today=fields.Date.today(),
        )

    @api.model
    def _get_accounts_sql(self):
        return SQL("SELECT id FROM account_account WHERE account_type = 'asset_receivable'")

    @api.model
    def _get_narrowed_sql(self, partner_ids):
        """Contacts belong to their commercial partner of today, with all that they were ever invoiced."""
        if partner_ids is None:
            return SQL()
        return SQL("AND customer.commercial_partner_id = ANY(%s)", list(partner_ids))
