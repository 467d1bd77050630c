from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..shared.statements import planned_for_many
from .sale_order_line_open import OPEN_FIELD

# Lines that are computed together: enough for the statements to cost little, few enough that memory stays flat.
BATCH_SIZE = 1000


class SaleOrderLine(models.Model):
    """What is still to be invoiced of orders that are older than the addon."""

    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _fill_key_account_open_amounts(self):
        """Fill in what was never computed, once, when the addon is installed; the exposure follows by itself."""
        self.env.flush_all()
        self.env.cr.execute(self._get_nothing_open_sql())
        for batch in split_every(BATCH_SIZE, self._get_unknown_open_ids()):
            lines = self.browse(batch)
            self.env.add_to_compute(self._fields[OPEN_FIELD], lines)
            lines.flush_recordset([OPEN_FIELD])
            # Of a long history nothing is kept.
            self.env.invalidate_all()
        with planned_for_many(self.env.cr):
            self.env.cr.execute(self._get_orders_open_sql())
        self.env.invalidate_all()

    def _get_nothing_open_sql(self):
        """Most of a long history needs no computing: what Odoo calls invoiced leaves nothing, however little.

        Not so advance payments, which take off what was not deducted yet, and what is on a draft, which may be for
        another customer.
        """
        return SQL(
            """
            UPDATE sale_order_line
               SET key_account_open_amount = 0, key_account_later_amount = 0
             WHERE key_account_open_amount IS NULL
               AND (
                    display_type IS NOT NULL
                    OR (
                        state = 'sale' AND invoice_status = 'invoiced' AND is_downpayment IS NOT TRUE
                        AND NOT EXISTS (
                            SELECT 1
                              FROM sale_order_line_invoice_rel link
                              JOIN account_move_line item ON item.id = link.invoice_line_id
                             WHERE link.order_line_id = sale_order_line.id AND item.parent_state = 'draft'
                           )
                       )
                   )
            """
        )

    def _get_unknown_open_ids(self):
        rows = self.env.execute_query(
            SQL("SELECT id FROM sale_order_line WHERE key_account_open_amount IS NULL ORDER BY order_id, id")
        )
        return [line_id for [line_id] in rows]

    def _get_orders_open_sql(self):
        """As ``_compute_key_account_open_amount`` of the order adds them up."""
        return SQL(
            """
            UPDATE sale_order
               SET key_account_open_amount = GREATEST(
                       GREATEST(COALESCE(open.amount - open.later, 0), 0) + COALESCE(open.later, 0), 0)
              FROM sale_order document
         LEFT JOIN (
                    SELECT order_id,
                           sum(key_account_open_amount) AS amount,
                           sum(COALESCE(key_account_later_amount, 0)) AS later
                      FROM sale_order_line
                  GROUP BY order_id
                   ) open ON open.order_id = document.id
             WHERE document.id = sale_order.id
               AND sale_order.key_account_open_amount IS NULL
            """
        )
