from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

ENTRY_KINDS = [
    ("receivable", "Open Receivables"),
    ("unallocated", "Unallocated Payments and Credits"),
    ("draft", "Draft Invoices"),
    ("order", "Orders not yet Invoiced"),
]
COLUMNS = SQL("kind, partner_id, company_id, account_id, currency_id")
# A customer with fewer entries than this is as fast to add up as one with a single entry.
FEW_ENTRIES = 50


class Source(NamedTuple):
    """A table of documents, and what a row of it (``%(row)s``) adds to the exposure of whoever owes."""

    table: str
    columns: tuple  # those that the entry depends on
    condition: str
    entry: str


SOURCES = [
    # What is paid, credited and matched later is worth its own sign: never a mix of both in one entry.
    Source(
        "account_move_line",
        ("partner_id", "company_id", "account_id", "parent_state", "amount_residual"),
        "%(row)s.parent_state = 'posted' AND %(row)s.amount_residual <> 0 AND %(row)s.partner_id IS NOT NULL",
        "CASE WHEN %(row)s.amount_residual > 0 THEN 'receivable' ELSE 'unallocated' END AS kind,"
        " %(row)s.partner_id, %(row)s.company_id, %(row)s.account_id, NULL::integer AS currency_id,"
        " abs(%(row)s.amount_residual) AS amount",
    ),
    # Drafts of credit notes, or below zero, give no credit: whoever sells can make one from an order of their own.
    Source(
        "account_move",
        ("commercial_partner_id", "company_id", "state", "move_type", "amount_total_signed"),
        "%(row)s.state = 'draft' AND %(row)s.move_type IN ('out_invoice', 'out_receipt')"
        " AND %(row)s.amount_total_signed > 0 AND %(row)s.commercial_partner_id IS NOT NULL",
        "'draft' AS kind, %(row)s.commercial_partner_id AS partner_id, %(row)s.company_id, NULL::integer AS account_id,"
        " NULL::integer AS currency_id, %(row)s.amount_total_signed AS amount",
    ),
    Source(
        "sale_order",
        ("partner_invoice_id", "company_id", "currency_id", "state", "key_account_open_amount"),
        "%(row)s.state = 'sale' AND %(row)s.key_account_open_amount > 0",
        "'order' AS kind, %(row)s.partner_invoice_id AS partner_id, %(row)s.company_id, NULL::integer AS account_id,"
        " %(row)s.currency_id, %(row)s.key_account_open_amount AS amount",
    ),
]


class KeyAccountExposureEntry(models.Model):
    """What changed in customers' exposures, so that a customer with 20,000 open documents is added up at once.

    The database writes an entry in the same statement that changes a document, whatever changes it: an entry takes
    off what the document counted before, and another one adds what it counts now. The sum of the entries of a contact
    is thereby always what a count of the documents gives, in the reader's own snapshot, and two transactions never
    wait for each other, as they would with one total per customer. Entries of a contact are put together from time
    to time, which changes no sum. Updating the addon counts all documents anew.

    Measured with 20,000 open documents: 0.5 ms, instead of 5 to 7 ms for adding up the documents from covering indexes.
    """

    _name = "key.account.exposure.entry"
    _description = "Credit Exposure Entry"
    _log_access = False
    _rec_name = "kind"

    kind = fields.Selection(ENTRY_KINDS, required=True, readonly=True)
    # Plain numbers, not references: when contacts are merged their documents move, and the entries with the documents.
    partner_id = fields.Integer("Contact", required=True, readonly=True)
    company_id = fields.Integer(required=True, readonly=True)
    account_id = fields.Integer(readonly=True)
    currency_id = fields.Integer(readonly=True, help="Of orders; everything else is in company currency.")
    amount = fields.Float(required=True, readonly=True, digits=0)
    # Tells a transaction's own changes from those of others (``key_account_exposure_turn``). A number without bounds:
    # these ids outgrow the integers of the ORM.
    txid = fields.Float("Transaction", readonly=True, digits=0, help="Of the database, in which the entry was made.")

    _contact_idx = models.Index("(partner_id, company_id)")

    def init(self):
        self.pool.post_init(self._start_entries)

    @api.model
    def _start_entries(self):
        """Have the database write entries from now on, and count what is there."""
        for source in SOURCES:
            self._make_trigger(source)
        self._rebuild()

    @api.model
    def _stop_entries(self):
        """The addon leaves: no entries any more."""
        for source in SOURCES:
            self._drop_trigger(source)

    @api.model
    def _rebuild(self):
        """Count all documents anew."""
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM key_account_exposure_entry"))
        for source in SOURCES:
            self.env.cr.execute(self._get_sums_sql(SQL("(%s) document", self._get_documents_sql(source))))

    @api.autovacuum
    def _gc_entries(self):
        """Put the entries of contacts that have many together. Sums stay what they are at any moment."""
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM key_account_exposure_entry
                     WHERE (partner_id, company_id) IN (
                               SELECT partner_id, company_id
                                 FROM key_account_exposure_entry
                             GROUP BY partner_id, company_id
                               HAVING count(*) >= %s
                           )
                 RETURNING *
                )
                %s
                """,
                FEW_ENTRIES,
                self._get_sums_sql(SQL("gone")),
            )
        )

    # -------------------------------------------------------------------------
    # Statements
    # -------------------------------------------------------------------------

    @api.model
    def _get_documents_sql(self, source):
        """The entry of every document of a table that counts, as one SELECT."""
        return SQL(
            "SELECT %s FROM %s AS document WHERE %s",
            SQL(source.entry, row=SQL("document")),
            SQL.identifier(source.table),
            SQL(source.condition, row=SQL("document")),
        )

    @api.model
    def _get_sums_sql(self, table):
        """Make one entry out of all of a kind."""
        return SQL(
            """
            INSERT INTO key_account_exposure_entry (%(columns)s, amount, txid)
            SELECT %(columns)s, sum(amount), txid_current()
              FROM %(table)s
          GROUP BY %(columns)s
            HAVING sum(amount) <> 0
            """,
            columns=COLUMNS,
            table=table,
        )

    @api.model
    def _make_trigger(self, source):
        self._drop_trigger(source)
        name = self._get_function_name(source)
        self.env.cr.execute(
            SQL(
                """
                CREATE FUNCTION %(name)s() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP <> 'INSERT' AND %(old_counts)s THEN
                        %(take_off)s;
                    END IF;
                    IF TG_OP <> 'DELETE' AND %(new_counts)s THEN
                        %(add)s;
                    END IF;
                    RETURN NULL;
                END $$
                """,
                name=name,
                old_counts=SQL("(%s)", SQL(source.condition, row=SQL("OLD"))),
                take_off=self._get_entry_sql(source, SQL("OLD"), SQL("-")),
                new_counts=SQL("(%s)", SQL(source.condition, row=SQL("NEW"))),
                add=self._get_entry_sql(source, SQL("NEW"), SQL("+")),
            )
        )
        self.env.cr.execute(
            SQL(
                "CREATE TRIGGER key_account_exposure AFTER INSERT OR DELETE OR UPDATE OF %s ON %s"
                " FOR EACH ROW EXECUTE FUNCTION %s()",
                SQL(", ").join(map(SQL.identifier, source.columns)),
                SQL.identifier(source.table),
                name,
            )
        )

    @api.model
    def _drop_trigger(self, source):
        self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS key_account_exposure ON %s", SQL.identifier(source.table)))
        self.env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s()", self._get_function_name(source)))

    @api.model
    def _get_function_name(self, source):
        return SQL.identifier(f"key_account_exposure_{source.table}")

    @api.model
    def _get_entry_sql(self, source, row, sign):
        return SQL(
            "INSERT INTO key_account_exposure_entry (%(columns)s, amount, txid)"
            " SELECT %(columns)s, %(sign)s amount, txid_current() FROM (SELECT %(entry)s) entry",
            columns=COLUMNS,
            sign=sign,
            entry=SQL(source.entry, row=row),
        )
