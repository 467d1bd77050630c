from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

ENTRY_KINDS = [
    ("receivable", "Open Receivables"),
    ("unallocated", "Unallocated Payments and Credits"),
    ("draft", "Draft Invoices"),
    ("order", "Orders not yet Invoiced"),
]
COLUMNS = SQL("kind, partner_id, company_id, account_id, currency_id, date")
# By the database's clock, which no caller brings along. What is dated later is not worth anything before its day.
TODAY = "(now() AT TIME ZONE 'UTC')::date"
# A customer with fewer entries than this is as fast to add up as one with a single entry.
FEW_ENTRIES = 50


class Source(NamedTuple):
    """A table of documents, and what a row of it (``%(row)s``) adds to the exposure of whoever owes."""

    table: str
    columns: tuple  # those that the entries depend on
    entries: tuple  # of (condition, entry): what counts, if it does


ITEM = "%(row)s.partner_id, %(row)s.company_id, %(row)s.account_id, NULL::integer AS currency_id"
OF_POSTED = "%(row)s.parent_state = 'posted' AND %(row)s.partner_id IS NOT NULL"
# What a credit has paid of other items although its day is still to come.
PAID_EARLY = f"{OF_POSTED} AND %(row)s.balance < 0 AND %(row)s.amount_residual > %(row)s.balance"
PAID_EARLY += f" AND %(row)s.date > {TODAY}"
# Odoo leaves an entry that is reset to draft matched: what it paid is open, and what paid it is free.
MATCHED_DRAFT = (
    "%(row)s.parent_state = 'draft' AND %(row)s.partner_id IS NOT NULL AND %(row)s.balance <> 0"
    " AND %(row)s.amount_residual <> %(row)s.balance AND EXISTS (SELECT FROM account_account account"
    " WHERE account.id = %(row)s.account_id AND account.account_type = 'asset_receivable')"
)

SOURCES = [
    # What is paid, credited and matched later is worth its own sign: never a mix of both in one entry. A payment with a
    # date to come gives credit from its day: neither what is left of it nor what it is matched with is paid before.
    Source(
        "account_move_line",
        ("partner_id", "company_id", "account_id", "parent_state", "date", "balance", "amount_residual"),
        (
            (
                f"{OF_POSTED} AND %(row)s.amount_residual <> 0",
                "SELECT CASE WHEN %(row)s.amount_residual > 0 THEN 'receivable' ELSE 'unallocated' END AS kind,"
                f" {ITEM},"
                f" CASE WHEN %(row)s.amount_residual < 0 AND %(row)s.date > {TODAY} THEN %(row)s.date END AS date,"
                " abs(%(row)s.amount_residual) AS amount",
            ),
            (
                PAID_EARLY,
                f"SELECT 'receivable' AS kind, {ITEM}, NULL::date AS date,"
                " %(row)s.amount_residual - %(row)s.balance AS amount",
            ),
            (
                PAID_EARLY,
                f"SELECT 'receivable' AS kind, {ITEM}, %(row)s.date,"
                " %(row)s.balance - %(row)s.amount_residual AS amount",
            ),
            (
                MATCHED_DRAFT,
                "SELECT CASE WHEN %(row)s.amount_residual > %(row)s.balance THEN 'receivable' ELSE 'unallocated' END"
                f" AS kind, {ITEM}, NULL::date AS date, abs(%(row)s.amount_residual - %(row)s.balance) AS amount",
            ),
        ),
    ),
    # Drafts of credit notes, or below zero, give no credit: whoever sells can make one from an order of their own.
    Source(
        "account_move",
        ("partner_id", "company_id", "currency_id", "state", "key_account_draft_amount", "key_account_draft_from"),
        (
            (
                "%(row)s.state = 'draft' AND %(row)s.key_account_draft_amount > 0 AND %(row)s.partner_id IS NOT NULL",
                "SELECT 'draft' AS kind, %(row)s.partner_id, %(row)s.company_id, NULL::integer AS account_id,"
                " %(row)s.currency_id,"
                f" CASE WHEN %(row)s.key_account_draft_from > {TODAY} THEN %(row)s.key_account_draft_from END AS date,"
                " %(row)s.key_account_draft_amount AS amount",
            ),
        ),
    ),
    Source(
        "sale_order",
        ("partner_invoice_id", "company_id", "currency_id", "state", "key_account_open_amount"),
        (
            (
                "%(row)s.state = 'sale' AND %(row)s.key_account_open_amount > 0",
                "SELECT 'order' AS kind, %(row)s.partner_invoice_id AS partner_id, %(row)s.company_id,"
                " NULL::integer AS account_id, %(row)s.currency_id, NULL::date AS date,"
                " %(row)s.key_account_open_amount AS amount",
            ),
        ),
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
    currency_id = fields.Integer(
        readonly=True, help="Set for orders and drafts only; booked amounts are in company currency."
    )
    date = fields.Date(
        "Counts from",
        readonly=True,
        help="The amount counts from this day on; if empty, it has counted from the beginning.",
    )
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
        for source in self._get_sources():
            self._make_trigger(source)
        self._rebuild()

    @api.model
    def _get_sources(self):
        """Tables of documents that count; other addons add theirs."""
        return list(SOURCES)

    @api.model
    def _stop_entries(self):
        """The addon leaves: no entries any more."""
        for source in self._get_sources():
            self._drop_trigger(source)

    @api.model
    def _rebuild(self, sources=None):
        """Count all documents anew.

        :param sources: those of ``_get_sources`` that stay, while an addon leaves
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM key_account_exposure_entry"))
        for source in self._get_sources() if sources is None else sources:
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
        """The entries of every document of a table that counts, as one SELECT."""
        row = SQL("document")
        entries = [
            SQL(
                "%s FROM %s AS document WHERE %s",
                SQL(entry, row=row),
                SQL.identifier(source.table),
                SQL(condition, row=row),
            )
            for condition, entry in source.entries
        ]
        return SQL(" UNION ALL ").join(entries)

    @api.model
    def _get_sums_sql(self, table):
        """Make one entry out of all of a kind; those of which the day has come are like those without."""
        return SQL(
            """
            INSERT INTO key_account_exposure_entry (%(columns)s, amount, txid)
            SELECT %(columns)s, sum(amount), txid_current()
              FROM (
                    SELECT kind, partner_id, company_id, account_id, currency_id,
                           CASE WHEN date > %(today)s THEN date END AS date, amount
                      FROM %(table)s
                   ) one
          GROUP BY %(columns)s
            HAVING sum(amount) <> 0
            """,
            columns=COLUMNS,
            today=SQL(TODAY),
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
                    IF TG_OP <> 'INSERT' THEN
                        %(take_off)s
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        %(add)s
                    END IF;
                    RETURN NULL;
                END $$
                """,
                name=name,
                take_off=self._get_entries_sql(source, SQL("OLD"), SQL("-")),
                add=self._get_entries_sql(source, SQL("NEW"), SQL("+")),
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
    def _get_entries_sql(self, source, row, sign):
        """Statements that write the entries of a row, as far as it counts."""
        return SQL("\n").join(
            SQL(
                "IF %(condition)s THEN INSERT INTO key_account_exposure_entry (%(columns)s, amount, txid)"
                " SELECT %(columns)s, %(sign)s amount, txid_current() FROM (%(entry)s) entry; END IF;",
                condition=SQL(condition, row=row),
                columns=COLUMNS,
                sign=sign,
                entry=SQL(entry, row=row),
            )
            for condition, entry in source.entries
        )
