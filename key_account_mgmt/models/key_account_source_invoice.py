from odoo import models
from odoo.tools import SQL


class KeyAccountSourceInvoice(models.AbstractModel):
    """Posted customer invoices and credit notes, by their invoice date, in company currency at their own rate."""

    _name = "key.account.source.invoice"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Invoices"

    def _get_metric_codes(self):
        return [
            "revenue",
            "revenue_previous",
            "revenue_growth",
            "growth_pct",
            "average_month",
            "average_day",
            "margin",
            "margin_pct",
            "invoice_count",
            "active_months",
            "largest_invoice_share_pct",
            "days_since_last_invoice",
            "return_rate_pct",
            "customer_years",
        ]

    def _get_zero_codes(self):
        return [
            "revenue",
            "revenue_previous",
            "revenue_growth",
            "average_month",
            "average_day",
            "margin",
            "invoice_count",
            "active_months",
        ]

    def _get_facts_sql(self, scope):
        """Besides the metrics, ``document_count`` tells the collector who had business in the period."""
        return SQL(
            """
            SELECT total.partner_id,
                   total.document_count,
                   total.revenue,
                   total.revenue_previous,
                   total.revenue - total.revenue_previous AS revenue_growth,
                   %(growth_pct)s AS growth_pct,
                   %(average_month)s AS average_month,
                   %(average_day)s AS average_day,
                   total.margin,
                   %(margin_pct)s AS margin_pct,
                   total.invoice_count,
                   total.active_months,
                   %(largest_invoice_share_pct)s AS largest_invoice_share_pct,
                   %(date_to)s::date - total.last_invoice_date AS days_since_last_invoice,
                   %(return_rate_pct)s AS return_rate_pct,
                   -- The period ends with its last day, so that a full calendar year is a year.
                   extract(year FROM age(%(date_to)s::date + 1, total.first_invoice_date)) AS customer_years
              FROM (%(totals)s) total
            """,
            totals=self._get_totals_sql(scope),
            date_to=scope.date_to,
            growth_pct=self._get_percentage_sql(
                SQL("(total.revenue - total.revenue_previous)"), SQL("total.revenue_previous")
            ),
            average_month=self._get_average_month_sql(scope),
            average_day=self._get_ratio_sql(SQL("total.revenue"), SQL("%s", scope.day_count)),
            margin_pct=self._get_percentage_sql(SQL("total.margin"), SQL("total.revenue")),
            largest_invoice_share_pct=self._get_percentage_sql(SQL("total.largest_invoice"), SQL("total.revenue")),
            return_rate_pct=self._get_percentage_sql(SQL("total.refunded"), SQL("total.invoiced")),
        )

    def _get_average_month_sql(self, scope):
        """Revenue ÷ months. A period that is not made of whole months counts by its days, of which a month has
        365 ÷ 12: else two weeks across the turn of a month would be two months."""
        if scope.is_whole_months:
            return self._get_ratio_sql(SQL("total.revenue"), SQL("%s", scope.month_count))
        return self._get_ratio_sql(SQL("total.revenue"), SQL("%s", 12 * scope.day_count), factor=365)

    def _get_totals_sql(self, scope):
        """Sums of the documents with the cost of what was sold, per customer."""
        return SQL(
            """
            SELECT document.*,
                   round(document.revenue - COALESCE(cost.cost, 0), %(decimals)s) AS margin
              FROM (%(documents)s) document
         LEFT JOIN (%(costs)s) cost ON cost.partner_id = document.partner_id
            """,
            documents=self._get_documents_sql(scope),
            costs=self._get_costs_sql(scope),
            decimals=scope.company.currency_id.decimal_places,
        )

    def _get_documents_sql(self, scope):
        """One pass over the documents up to the period's end: the period, the one before, the first and the last."""
        previous_from, previous_to = scope.previous_period
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   count(*) FILTER (WHERE move.invoice_date >= %(date_from)s) AS document_count,
                   COALESCE(sum(move.amount_untaxed_signed)
                       FILTER (WHERE move.invoice_date >= %(date_from)s), 0) AS revenue,
                   COALESCE(sum(move.amount_untaxed_signed)
                       FILTER (WHERE move.invoice_date BETWEEN %(previous_from)s AND %(previous_to)s), 0
                   ) AS revenue_previous,
                   sum(move.amount_untaxed_signed) FILTER (WHERE %(invoice_of_period)s) AS invoiced,
                   COALESCE(-sum(move.amount_untaxed_signed)
                       FILTER (WHERE move.invoice_date >= %(date_from)s AND move.move_type = 'out_refund'), 0
                   ) AS refunded,
                   count(*) FILTER (WHERE %(invoice_of_period)s) AS invoice_count,
                   max(move.amount_untaxed_signed) FILTER (WHERE %(invoice_of_period)s) AS largest_invoice,
                   max(move.invoice_date) FILTER (WHERE move.move_type = 'out_invoice') AS last_invoice_date,
                   min(move.invoice_date) FILTER (WHERE move.move_type = 'out_invoice') AS first_invoice_date,
                   count(DISTINCT date_trunc('month', move.invoice_date::timestamp))
                       FILTER (WHERE %(invoice_of_period)s) AS active_months
              FROM account_move move
                   %(customer)s
             WHERE move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date <= %(date_to)s
          GROUP BY customer.commercial_partner_id
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            invoice_of_period=SQL("move.invoice_date >= %s AND move.move_type = 'out_invoice'", scope.date_from),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
            previous_from=previous_from,
            previous_to=previous_to,
        )

    def _get_customers_sql(self, scope):
        """Just who has an invoice or credit note in the period."""
        return SQL(
            """
            SELECT DISTINCT customer.commercial_partner_id AS partner_id
              FROM (
                    SELECT DISTINCT commercial_partner_id
                      FROM account_move
                     WHERE company_id = %(company_id)s
                       AND state = 'posted'
                       AND move_type IN ('out_invoice', 'out_refund')
                       AND invoice_date BETWEEN %(date_from)s AND %(date_to)s
                   ) move
                   %(customer)s
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_costs_sql(self, scope):
        """What the goods on the period's invoices cost, less what came back, in company currency.

        Only lines with a product or a sale order behind them can have a cost. The entry's own cost lines of
        perpetual stock valuation are of another display type.
        """
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   sum(CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * line.quantity
                       * COALESCE(%(sale_cost)s, %(product_cost)s, 0)) AS cost
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
               AND (line.product_id IS NOT NULL OR link.order_line_id IS NOT NULL)
               AND line.is_downpayment IS NOT TRUE
               AND move.company_id = %(company_id)s
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date BETWEEN %(date_from)s AND %(date_to)s
          GROUP BY customer.commercial_partner_id
            """,
            customer=self._get_customer_join_sql(scope, SQL("move.commercial_partner_id")),
            sale_cost=self._get_sale_cost_sql(),
            product_cost=self._get_product_cost_sql(scope),
            links=self._get_sale_links_sql(),
            company_id=scope.company.id,
            date_from=scope.date_from,
            date_to=scope.date_to,
        )

    def _get_sale_links_sql(self):
        """Sale lines of an invoice line, with their number: the cost of a line made of several is their mean."""
        return SQL(
            """
            SELECT invoice_line_id, order_line_id, count(*) OVER (PARTITION BY invoice_line_id) AS link_count
              FROM sale_order_line_invoice_rel
            """
        )

    def _get_sale_cost_sql(self):
        """Cost of one unit of the invoice line as recorded on the sale line, at the order's own rate."""
        return SQL(
            """
            sale_line.purchase_price::numeric
            / CASE WHEN sale.currency_rate > 0 THEN sale.currency_rate::numeric ELSE 1 END
            / link.link_count
            * %s
            """,
            self._get_unit_factor_sql("sale_uom"),
        )

    def _get_product_cost_sql(self, scope):
        """Cost of one unit of the invoice line from the product's cost in the company, as it is now."""
        product = self.env["product.product"].with_company(scope.company)
        return SQL(
            "%s::numeric * %s",
            product._field_to_sql("product", "standard_price"),
            self._get_unit_factor_sql("product_uom"),
        )

    def _get_unit_factor_sql(self, alias):
        """How many units of ``alias`` one unit of the invoice line is; lines without a unit are in that unit."""
        return SQL(
            "CASE WHEN line_uom.id <> %(unit)s.id THEN line_uom.factor::numeric / %(unit)s.factor::numeric ELSE 1 END",
            unit=SQL.identifier(alias),
        )
