from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..discounts.key_account_discount_value import ZERO

# Fields that entries are made from and that the statements read: flushed to the database first.
READ_FIELDS = {
    "res.partner": ["commercial_partner_id"],
    "sale.order": ["partner_invoice_id", "company_id", "currency_id", "state", "key_account_uninvoiced_amount"],
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
# Fields that determine which items are open, due and matched on a day: flushed to the database first.
OPEN_ITEM_FIELDS = {
    "account.move.line": [
        "partner_id",
        "company_id",
        "account_id",
        "parent_state",
        "date",
        "date_maturity",
        "balance",
        "amount_currency",
        "amount_residual",
        "amount_residual_currency",
    ],
    "account.partial.reconcile": [
        "debit_move_id",
        "credit_move_id",
        "debit_amount_currency",
        "credit_amount_currency",
        "max_date",
    ],
}


class KeyAccountExposure(models.AbstractModel):
    """Builds the SQL statements that compute exposures from entries."""

    _inherit = "key.account.exposure"

    @api.model
    def _flush_read(self):
        for model, names in self._get_read_fields().items():
            self.env[model].flush_model(names)

    @api.model
    def _get_read_fields(self):
        """Return ``{model: names of fields}``; other addons add theirs."""
        return READ_FIELDS

    @api.model
    def _get_totals_sql(self, company, partner_ids=None, entries=None):
        """Select totals ``partner_id, kind, currency_id, amount`` (exact text); a currency for orders and drafts only.

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
        """Return the latest date that has begun in any time zone: a user there may date a payment on it."""
        return (fields.Datetime.now() + timedelta(hours=14)).date()

    @api.model
    def _get_used_sql(self, company, partner_ids=None):
        """Select ``partner_id, used`` of every customer with open documents, as numbers, for other statements."""
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
        """Return Odoo's rate on the server's date: the latest up to it, else the first; NULL if there is none."""
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
        """Return the condition on customers. All documents of a contact count for its current commercial partner."""
        if partner_ids is None:
            return SQL()
        return SQL("AND customer.commercial_partner_id = ANY(%s)", list(partner_ids))

    # -------------------------------------------------------------------------
    # Overdue amounts: the single definition for the metric, the stop on orders and the screens
    # -------------------------------------------------------------------------

    @api.model
    def _get_overdue(self, customers, company, days=0):
        """Return amounts due more than ``days`` days ago by the server's date and not yet covered by credits.

        :return: ``{commercial partner: Decimal}`` in company currency, zero for customers who owe nothing
        """
        customers = customers.commercial_partner_id
        overdue = dict.fromkeys(customers, ZERO)
        self._flush_open_items()
        rows = self.env.execute_query(self._get_overdue_sql(customers.ids, company, days)) if customers else ()
        return overdue | {customers.browse(customer_id): Decimal(amount) for customer_id, amount in rows}

    @api.model
    def _flush_open_items(self):
        self._flush_read()
        for model, names in OPEN_ITEM_FIELDS.items():
            self.env[model].flush_model(names)

    @api.model
    def _get_overdue_sql(self, partner_ids, company, days):
        """Select overdue ``partner_id, amount`` (exact text) by the server's date."""
        today = fields.Date.today()
        return SQL(
            "SELECT item.partner_id, (%(overdue)s)::text FROM (%(items)s) item GROUP BY item.partner_id",
            overdue=self._get_overdue_sum_sql(today - timedelta(days=days)),
            items=self._get_open_items_sql(company, self._get_last_day(), self._get_narrowed_sql(partner_ids)),
        )

    @api.model
    def _get_overdue_sum_sql(self, due_before):
        """Return the aggregate of one customer's rows ``item`` of ``_get_open_items_sql``: its overdue amount (number).

        :param due_before: date; an item due on this date is not overdue
        """
        return SQL(
            "GREATEST(COALESCE(sum(item.amount) FILTER (WHERE item.amount < 0 OR item.due_date < %s), 0), 0)",
            due_before,
        )

    @api.model
    def _get_open_items_sql(self, company, day, narrowed):
        """Select posted items on receivable accounts that were open at the end of ``day``, with their open amounts.

        Rows ``line_id, move_id, partner_id, due_date, amount``: ``partner_id`` is the current commercial partner;
        ``amount`` is in company currency, negative for the customer's credits. Items open now are read by an index,
        items matched after the day through their matches, of which almost none are dated after today.

        :param day: date
        :param SQL narrowed: condition on ``customer``, such as ``_get_narrowed_sql`` makes it
        """
        return SQL(
            """
            SELECT part.line_id,
                   part.move_id,
                   part.partner_id,
                   part.due_date,
                   round(sum(part.open) * part.balance / part.amount_currency, %(decimals)s) AS amount
              FROM (%(now)s UNION ALL %(debits)s UNION ALL %(credits)s) part
          GROUP BY part.line_id, part.move_id, part.partner_id, part.due_date, part.balance, part.amount_currency
            """,
            decimals=company.currency_id.decimal_places,
            now=self._get_open_now_sql(company, day, narrowed),
            debits=self._get_matched_later_sql(company, day, narrowed, "debit", SQL("+")),
            credits=self._get_matched_later_sql(company, day, narrowed, "credit", SQL("-")),
        )

    @api.model
    def _get_open_now_sql(self, company, day, narrowed):
        return SQL(
            """
            SELECT %(columns)s, line.amount_residual_currency AS open
              FROM res_partner customer
              JOIN account_move_line line ON line.partner_id = customer.id
             WHERE line.amount_residual <> 0 AND %(condition)s %(narrowed)s
            """,
            columns=self._get_item_columns_sql(),
            condition=self._get_item_condition_sql(company, day),
            narrowed=narrowed,
        )

    @api.model
    def _get_matched_later_sql(self, company, day, narrowed, side, sign):
        return SQL(
            """
            SELECT %(columns)s, %(sign)s match.%(amount)s
              FROM account_partial_reconcile match
              JOIN account_move_line line ON line.id = match.%(line)s
              JOIN res_partner customer ON customer.id = line.partner_id
             WHERE match.max_date > %(day)s AND %(condition)s %(narrowed)s
            """,
            columns=self._get_item_columns_sql(),
            sign=sign,
            amount=SQL.identifier(f"{side}_amount_currency"),
            line=SQL.identifier(f"{side}_move_id"),
            day=day,
            condition=self._get_item_condition_sql(company, day),
            narrowed=narrowed,
        )

    @api.model
    def _get_item_columns_sql(self):
        return SQL(
            "line.id AS line_id, line.move_id, customer.commercial_partner_id AS partner_id,"
            " COALESCE(line.date_maturity, line.date) AS due_date, line.balance, line.amount_currency"
        )

    @api.model
    def _get_item_condition_sql(self, company, day):
        # Exchange differences have no amount in the currency of their item.
        return SQL(
            "line.company_id = %s AND line.parent_state = 'posted' AND line.date <= %s AND line.amount_currency <> 0"
            " AND line.account_id IN (%s)",
            company.id,
            day,
            self._get_accounts_sql(),
        )
