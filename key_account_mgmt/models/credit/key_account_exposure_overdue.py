from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..discounts.key_account_discount_value import ZERO

# What tells what is open, due and matched by a day: written to the database first.
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
    """What is overdue: the one definition for the metric, the stop on orders and the screens.

    Overdue = what was due before a day and is open at the end of a day, less what the customer has to its credit then
    (payments, credit notes and other credits that are not matched with anything), never below zero.
    ``_get_open_items_sql`` tells the items, ``_get_overdue_sum_sql`` adds them up.

    An entry without due date, such as an opening balance, is due on its own date. What is dated or matched after the
    day has not happened yet: a payment dated in 90 days covers nothing today, and an evaluation of last year says the
    same whenever it runs. A foreign item is open at its own rate, whenever an exchange difference was booked.
    """

    _inherit = "key.account.exposure"

    @api.model
    def _get_overdue(self, customers, company, days=0):
        """What was due more than ``days`` days ago by the server's date, and nothing covers yet.

        :return: ``{commercial partner: Decimal}`` in company currency, zero for who owes nothing
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
        """``partner_id, amount`` (exact text) by the server's date."""
        today = fields.Date.today()
        return SQL(
            "SELECT item.partner_id, (%(overdue)s)::text FROM (%(items)s) item GROUP BY item.partner_id",
            overdue=self._get_overdue_sum_sql(today - timedelta(days=days)),
            items=self._get_open_items_sql(company, self._get_last_day(), self._get_narrowed_sql(partner_ids)),
        )

    @api.model
    def _get_overdue_sum_sql(self, due_before):
        """Aggregate of the rows ``item`` of ``_get_open_items_sql`` of one customer: what is overdue, a number.

        :param due_before: date; what is due on it is not overdue
        """
        return SQL(
            "GREATEST(COALESCE(sum(item.amount) FILTER (WHERE item.amount < 0 OR item.due_date < %s), 0), 0)",
            due_before,
        )

    @api.model
    def _get_open_items_sql(self, company, day, narrowed):
        """Posted items on receivable accounts that were open at the end of ``day``, with how much of them was.

        Rows ``line_id, move_id, partner_id, due_date, amount``: ``partner_id`` is the commercial partner of today;
        ``amount`` in company currency, below zero for what the customer has to its credit. What is open now is read by
        an index, what was matched after the day by its matches, of which there are next to none after today.

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
        # Exchange differences have no amount in the currency of what they belong to.
        return SQL(
            "line.company_id = %s AND line.parent_state = 'posted' AND line.date <= %s AND line.amount_currency <> 0"
            " AND line.account_id IN (%s)",
            company.id,
            day,
            self._get_accounts_sql(),
        )
