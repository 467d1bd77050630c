from odoo.tools import SQL

from .key_account_source import DIVISION_DECIMALS


class InvoiceLines:
    """The cost of goods on the invoices of a period, and the goods that were returned.

    A credit note need not be a return: Odoo turns a partial invoice below its down payment into a credit note, with
    goods in negative quantities; a credit note may refund a price difference, which leaves the goods and their cost
    with the customer; and an invoice may be reversed to be issued anew.
    """

    def __init__(self, source, scope):
        self.source = source
        self.scope = scope

    def get_sums_sql(self, rewritten_ids):
        """Return the sums of the lines of the period, in company currency, per customer.

        ``cost``: goods sold less goods returned; ``returned``: untaxed value of the returned goods; ``taken_off``: the
        part of it that invoices deducted themselves, as negative quantities.

        :param rewritten_ids: ids of credit notes for invoices that were issued anew
        """
        return SQL(
            """
            SELECT line.partner_id,
                   sum(line.balance) FILTER (WHERE line.is_return AND %(own)s) AS returned,
                   sum(line.balance) FILTER (
                       WHERE line.is_return AND line.move_type = 'out_invoice' AND %(own)s
                   ) AS taken_off,
                   sum(round(line.goods * line.unit_cost * line.weight, %(precise)s) / line.links)
                       FILTER (WHERE NOT line.is_difference) AS cost
              FROM (%(judged)s) line
          GROUP BY line.partner_id
            """,
            own=SQL("line.place = 1 AND NOT (line.move_id = ANY(%s::int[]))", list(rewritten_ids)),
            judged=self._get_judged_lines_sql(),
            precise=DIVISION_DECIMALS,
        )

    def _get_judged_lines_sql(self):
        """Return the classified lines: ``is_return`` for returned goods, ``is_difference`` for a price difference."""
        return SQL(
            """
            SELECT line.*,
                   line.goods < 0 AND NOT line.is_difference AND (NOT line.is_service OR line.balance < 0) AS is_return
              FROM (
                    SELECT line.*,
                           CASE WHEN line.goods < 0 AND line.balance > 0
                                THEN COALESCE(%(less_than_invoiced)s, %(less_than_cost)s)
                                ELSE FALSE
                           END AS is_difference
                      FROM (%(lines)s) line
                   ) line
            """,
            less_than_invoiced=self._get_less_than_invoiced_sql(),
            # Without a product the goods are unknown: a line without a reversed invoice counts as goods.
            less_than_cost=SQL(
                "CASE WHEN line.product_id IS NULL THEN line.reversed_entry_id IS NOT NULL"
                " ELSE 2 * line.balance < line.unit_cost * -line.goods END"
            ),
            lines=self._get_goods_lines_sql(),
        )

    def _get_less_than_invoiced_sql(self):
        """Return whether a line credits less than half of the price that the reversed invoice charged for these goods.

        NULL without a reversed invoice, or with one that lacks these goods. Evaluated for credit lines only, one by one
        through an index.
        """
        return SQL(
            """
            CASE WHEN line.reversed_entry_id IS NOT NULL THEN (
                SELECT 2 * line.balance * sum(sold.quantity * COALESCE((
                           SELECT unit.factor::numeric FROM uom_uom unit WHERE unit.id = sold.product_uom_id
                       ), 1))
                       < -sum(sold.balance) * -line.goods * line.unit_factor
                  FROM account_move_line sold
                 WHERE sold.move_id = line.reversed_entry_id
                   AND sold.display_type = 'product'
                   AND sold.is_downpayment IS NOT TRUE
                   AND sold.product_id IS NOT DISTINCT FROM line.product_id
                   AND sold.quantity > 0
            ) END
            """
        )

    def _get_goods_lines_sql(self):
        """Return the lines of the period with a cost or a possible return; ``goods``: the quantity received.

        Only lines with a product or a sale order behind them can have a cost. The entry's own cost lines of perpetual
        stock valuation have another display type. An invoice line made of several sale lines has one row per sale line;
        the first row has ``place`` 1. Its cost is their mean: ``unit_cost × weight ÷ links`` over all rows.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   move.id AS move_id,
                   move.move_type,
                   move.reversed_entry_id,
                   line.product_id,
                   line.balance,
                   CASE move.move_type WHEN 'out_refund' THEN -line.quantity ELSE line.quantity END AS goods,
                   COALESCE(line_uom.factor::numeric, 1) AS unit_factor,
                   COALESCE(template.type = 'service', FALSE) AS is_service,
                   COALESCE(line.key_account_unit_cost, %(sale_cost)s, %(product_cost)s, 0) AS unit_cost,
                   COALESCE(link.place, 1) AS place,
                   CASE WHEN line.key_account_unit_cost IS NULL THEN COALESCE(link.link_count, 1) ELSE 1 END AS links,
                   CASE WHEN line.key_account_unit_cost IS NOT NULL AND link.place > 1 THEN 0 ELSE 1 END AS weight
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
                   %(customer)s
         LEFT JOIN (%(links)s) link ON link.invoice_line_id = line.id
         LEFT JOIN sale_order_line sale_line ON sale_line.id = link.order_line_id
         LEFT JOIN sale_order sale ON sale.id = sale_line.order_id
         LEFT JOIN uom_uom sale_uom ON sale_uom.id = sale_line.product_uom_id
         LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom product_uom ON product_uom.id = template.uom_id
             WHERE line.display_type = 'product'
               AND (line.product_id IS NOT NULL OR link.order_line_id IS NOT NULL
                    OR move.move_type = 'out_refund' OR line.quantity < 0)
               AND line.is_downpayment IS NOT TRUE
               AND move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date BETWEEN %(date_from)s AND %(date_to)s
            """,
            customer=self.source._get_customer_join_sql(self.scope, SQL("move.commercial_partner_id")),
            sale_cost=self._get_sale_cost_sql(),
            product_cost=self._get_product_cost_sql(),
            links=self._get_sale_links_sql(),
            company_id=self.scope.company.id,
            date_from=self.scope.date_from,
            date_to=self.scope.date_to,
        )

    def _get_sale_links_sql(self):
        """Return the sale lines of an invoice line, counted and numbered: with several, the cost is their mean."""
        return SQL(
            """
            SELECT invoice_line_id,
                   order_line_id,
                   count(*) OVER (PARTITION BY invoice_line_id) AS link_count,
                   row_number() OVER (PARTITION BY invoice_line_id ORDER BY order_line_id) AS place
              FROM sale_order_line_invoice_rel
            """
        )

    def _get_sale_cost_sql(self):
        """Return the cost of one unit of the invoice line as recorded on the sale line, at the order's own rate."""
        return SQL(
            """
            sale_line.purchase_price::numeric
            / CASE WHEN sale.currency_rate > 0 THEN sale.currency_rate::numeric ELSE 1 END
            * %s
            """,
            self._get_unit_factor_sql("sale_uom"),
        )

    def _get_product_cost_sql(self):
        """Return the cost of one unit of the invoice line from the product's current cost in the company."""
        product = self.source.env["product.product"].with_company(self.scope.company)
        return SQL(
            "%s::numeric * %s",
            product._field_to_sql("product", "standard_price"),
            self._get_unit_factor_sql("product_uom"),
        )

    def _get_unit_factor_sql(self, alias):
        """Return how many units of ``alias`` one unit of the invoice line is: 1 for a line without a unit."""
        return SQL(
            "CASE WHEN line_uom.id <> %(unit)s.id THEN line_uom.factor::numeric / %(unit)s.factor::numeric ELSE 1 END",
            unit=SQL.identifier(alias),
        )
