from odoo import models
from odoo.tools import SQL

# A corrected invoice follows its reversal within so many days.
DAYS_TO_REWRITE = 7


class KeyAccountSourceInvoice(models.AbstractModel):
    """Invoices that were reversed and written anew: the first one and its credit note are a mistake put right, neither
    a purchase nor a return."""

    _inherit = "key.account.source.invoice"

    def _get_rewritten(self, scope):
        """Which credit notes of the period cancelled an invoice that was written anew by its end.

        Odoo keeps no link from the new invoice to the old one, so it is told by what it is: an invoice to the same
        customer about some of the same goods, entered after a credit note that took back all of the old one, and dated
        at most a week after it.

        Each invoice is looked up by index, in a scalar subquery: no join whose size could be guessed wrong.

        :return: ids of the cancelled invoices, and of their credit notes
        :rtype: tuple[list[int], list[int]]
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT old.id, credit.id
                  FROM account_move credit
                       %(customer)s
                  JOIN account_move old ON old.id = credit.reversed_entry_id
                 WHERE credit.company_id = %(company_id)s
                   AND credit.state = 'posted'
                   AND credit.move_type = 'out_refund'
                   AND credit.invoice_date BETWEEN %(date_from)s AND %(date_to)s
                   AND old.state = 'posted'
                   AND old.move_type = 'out_invoice'
                   AND old.currency_id = credit.currency_id
                   AND old.amount_total = credit.amount_total
                   AND (%(anew)s) IS NOT NULL
                """,
                customer=self._get_customer_join_sql(scope, SQL("credit.commercial_partner_id")),
                anew=self._get_anew_sql(scope),
                company_id=scope.company.id,
                date_from=scope.date_from,
                date_to=scope.date_to,
            )
        )
        return [invoice_id for invoice_id, _credit_id in rows], [credit_id for _invoice_id, credit_id in rows]

    def _get_anew_sql(self, scope):
        """The invoice that was written instead of ``old`` after ``credit``."""
        return SQL(
            """
            SELECT anew.id
              FROM account_move anew
             WHERE anew.commercial_partner_id = credit.commercial_partner_id
               AND anew.company_id = credit.company_id
               AND anew.state = 'posted'
               AND anew.move_type = 'out_invoice'
               AND anew.invoice_date BETWEEN old.invoice_date
                   AND LEAST(credit.invoice_date + %(days)s, %(date_to)s::date)
               AND anew.id > credit.id
               AND (
                    SELECT first.id
                      FROM account_move_line first
                      JOIN account_move_line second
                        ON second.move_id = anew.id
                       AND second.display_type = 'product'
                       AND second.product_id IS NOT DISTINCT FROM first.product_id
                     WHERE first.move_id = old.id AND first.display_type = 'product'
                     LIMIT 1
                   ) IS NOT NULL
             LIMIT 1
            """,
            days=DAYS_TO_REWRITE,
            date_to=scope.date_to,
        )

    def _get_valid_sql(self, invoice_ids):
        """Whether ``move`` is none of the invoices that were written anew."""
        return SQL("NOT (move.id = ANY(%s::int[]))", list(invoice_ids)) if invoice_ids else SQL("TRUE")
