from odoo import fields, models
from odoo.tools import SQL


class KeyAccountDiscountReport(models.Model):
    """Discount given compared with the discount caps, per line of orders that have caps."""

    _name = "key.account.discount.report"
    _description = "Discount Compliance"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order", readonly=True)
    date = fields.Datetime("Order Date", readonly=True)
    state = fields.Selection(
        [("draft", "Quotation"), ("sent", "Quotation Sent"), ("sale", "Sales Order"), ("cancel", "Cancelled")],
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    tier_id = fields.Many2one(
        "key.account.tier", "Customer Tier", readonly=True, help="The tier that the customer had when it was judged."
    )
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    rule_id = fields.Many2one("key.account.rule", "Deciding Rule", readonly=True)
    order_over = fields.Boolean("Order over Cap", readonly=True)
    over = fields.Boolean("Line over Cap", readonly=True)
    reference = fields.Monetary("Reference Value", readonly=True)
    given = fields.Monetary("Discount Given", readonly=True)
    allowed = fields.Monetary("Discount Allowed", readonly=True)
    excess = fields.Monetary("Amount over Cap", readonly=True, help="Of lines beyond their own caps.")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id,
                   line.order_id,
                   sale.date_order AS date,
                   sale.state,
                   sale.company_id,
                   company.currency_id,
                   partner.commercial_partner_id AS partner_id,
                   sale.key_account_cap_tier_id AS tier_id,
                   sale.team_id,
                   sale.user_id,
                   line.product_id,
                   template.categ_id,
                   line.key_account_cap_rule_id AS rule_id,
                   sale.key_account_over_cap AS order_over,
                   line.key_account_over_cap AS over,
                   line.key_account_reference_value AS reference,
                   line.key_account_given_amount AS given,
                   line.key_account_allowed_amount AS allowed,
                   line.key_account_excess AS excess
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN res_company company ON company.id = sale.company_id
              JOIN res_partner partner ON partner.id = sale.partner_id
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE sale.key_account_has_discount_cap AND line.display_type IS NULL
            """
        )
