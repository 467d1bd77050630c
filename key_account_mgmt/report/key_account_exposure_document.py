from odoo import fields, models
from odoo.tools import SQL

from ..models.credit.key_account_exposure_entry import ENTRY_KINDS


class KeyAccountExposureDocument(models.Model):
    """The single documents behind the credit that customers use; they add up to the exposure.

    One exception: the exposure converts the sum of a customer's orders and drafts in a foreign currency, this report
    converts each document.
    """

    _name = "key.account.exposure.document"
    _description = "Document that Uses Credit"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reference"

    kind = fields.Selection(ENTRY_KINDS, readonly=True)
    reference = fields.Char("Document", readonly=True)
    date = fields.Date(readonly=True)
    date_due = fields.Date("Due Date", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        "Credit Used", readonly=True, help="In company currency. Amounts that reduce the credit used are negative."
    )
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True)
    order_id = fields.Many2one("sale.order", "Sales Order", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT document.id,
                   document.kind,
                   document.reference,
                   document.date,
                   document.date_due,
                   customer.commercial_partner_id AS partner_id,
                   document.company_id,
                   company.currency_id,
                   document.amount,
                   document.move_id,
                   document.order_id
              FROM (%s) document
              JOIN res_partner customer ON customer.id = document.partner_id
              JOIN res_company company ON company.id = document.company_id
            """,
            SQL(" UNION ALL ").join(self._get_parts_sql()),
        )

    def _get_parts_sql(self):
        """Return one SELECT per table of documents; another addon may append one.

        The ids stay unique: each table uses every fourth number, and the last series is reserved for that addon.
        """
        return [self._get_items_sql(), self._get_drafts_sql(), self._get_orders_sql()]

    def _get_items_sql(self):
        return SQL(
            """
            SELECT line.id::bigint * 4 AS id,
                   CASE WHEN %(counted)s > 0 THEN 'receivable' ELSE 'unallocated' END AS kind,
                   COALESCE(line.move_name, line.ref) AS reference,
                   line.date,
                   CASE WHEN line.amount_residual > 0 THEN COALESCE(line.date_maturity, line.date) END AS date_due,
                   line.partner_id,
                   line.company_id,
                   %(counted)s AS amount,
                   line.move_id,
                   NULL::integer AS order_id
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
             WHERE line.parent_state IN ('posted', 'draft')
               AND %(counted)s <> 0
               AND account.account_type = 'asset_receivable'
            """,
            # Payments that are drafts or dated in the future do not pay the items they are matched with.
            counted=SQL(
                "CASE WHEN line.parent_state = 'draft' OR (line.balance < 0 AND line.date > %s)"
                " THEN line.amount_residual - line.balance ELSE line.amount_residual END",
                self.env["key.account.exposure"]._get_last_day(),
            ),
        )

    def _get_drafts_sql(self):
        return SQL(
            """
            SELECT move.id::bigint * 4 + 1,
                   'draft',
                   COALESCE(NULLIF(move.name, '/'), move.invoice_origin, move.ref),
                   COALESCE(move.invoice_date, move.date),
                   move.invoice_date_due,
                   move.partner_id,
                   move.company_id,
                   %(amount)s,
                   move.id,
                   NULL
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
             WHERE move.state = 'draft'
               AND move.key_account_draft_amount > 0
               AND (move.key_account_draft_from IS NULL OR move.key_account_draft_from <= %(today)s)
            """,
            amount=self._get_own_amount_sql(SQL("move.currency_id"), SQL("move.key_account_draft_amount")),
            today=self.env["key.account.exposure"]._get_last_day(),
        )

    def _get_orders_sql(self):
        """Return orders at today's rate of their company, as ``key.account.exposure`` converts them."""
        return SQL(
            """
            SELECT sale.id::bigint * 4 + 2,
                   'order',
                   sale.name,
                   sale.date_order::date,
                   NULL,
                   sale.partner_invoice_id,
                   sale.company_id,
                   %(amount)s,
                   NULL,
                   sale.id
              FROM sale_order sale
              JOIN res_company company ON company.id = sale.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
             WHERE sale.state = 'sale'
               AND sale.key_account_uninvoiced_amount > 0
            """,
            amount=self._get_own_amount_sql(SQL("sale.currency_id"), SQL("sale.key_account_uninvoiced_amount")),
        )

    def _get_own_amount_sql(self, currency_id, amount):
        """Return an amount in the currency of ``company``, as SQL."""
        return SQL(
            "CASE WHEN %(currency_id)s = company.currency_id THEN %(amount)s ELSE round(%(amount)s"
            " * COALESCE(%(own_rate)s, 1.0) / COALESCE(%(rate)s, 1.0), currency.decimal_places) END",
            currency_id=currency_id,
            amount=amount,
            own_rate=self._get_rate_sql(SQL("company.currency_id")),
            rate=self._get_rate_sql(currency_id),
        )

    def _get_rate_sql(self, currency_id):
        return self.env["key.account.exposure"]._get_rate_sql(
            currency_id, SQL("split_part(company.parent_path, '/', 1)::integer")
        )

    def action_open(self):
        """Open the document itself."""
        self.ensure_one()
        record = self.order_id or self.move_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
