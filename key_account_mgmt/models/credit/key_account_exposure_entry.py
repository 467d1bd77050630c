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
# By the database's clock, which callers cannot set. Amounts with a later date count for nothing before that day.
TODAY = "(now() AT TIME ZONE 'UTC')::date"
# Adding up fewer entries than this is as fast as reading a single one.
FEW_ENTRIES = 50


class ExposureSource(NamedTuple):
    """A table of documents, and what one of its rows (``%(row)s``) adds to the exposure of the customer."""

    table: str
    columns: tuple  # columns that the entries depend on
    entries: tuple  # of (condition, entry): the entry counts if the condition holds


ITEM = "%(row)s.partner_id, %(row)s.company_id, %(row)s.account_id, NULL::integer AS currency_id"
OF_POSTED = "%(row)s.parent_state = 'posted' AND %(row)s.partner_id IS NOT NULL"
# The amount that a credit with a future date has paid of other items.
PAID_EARLY = f"{OF_POSTED} AND %(row)s.balance < 0 AND %(row)s.amount_residual > %(row)s.balance"
PAID_EARLY += f" AND %(row)s.date > {TODAY}"
# Odoo keeps the matches of an entry reset to draft: items that it paid are open, credits that paid it are free.
MATCHED_DRAFT = (
    "%(row)s.parent_state = 'draft' AND %(row)s.partner_id IS NOT NULL AND %(row)s.balance <> 0"
    " AND %(row)s.amount_residual <> %(row)s.balance AND EXISTS (SELECT FROM account_account account"
    " WHERE account.id = %(row)s.account_id AND account.account_type = 'asset_receivable')"
)

EXPOSURE_SOURCES = [
    # Later payments, credits and matches count with their own sign: one entry never mixes both signs. A payment with a
    # future date gives credit from that day: before, neither its remainder nor the items matched with it are paid.
    ExposureSource(
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
    # Draft credit notes and negative drafts give no credit: salespeople can create them from their own orders.
    ExposureSource(
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
    ExposureSource(
        "sale_order",
        ("partner_invoice_id", "company_id", "currency_id", "state", "key_account_uninvoiced_amount"),
        (
            (
                "%(row)s.state = 'sale' AND %(row)s.key_account_uninvoiced_amount > 0",
                "SELECT 'order' AS kind, %(row)s.partner_invoice_id AS partner_id, %(row)s.company_id,"
                " NULL::integer AS account_id, %(row)s.currency_id, NULL::date AS date,"
                " %(row)s.key_account_uninvoiced_amount AS amount",
            ),
        ),
    ),
]


class KeyAccountExposureEntry(models.Model):
    """The changes of customers' exposures, so that a customer with 20,000 open documents is added up at once.

    The database writes entries in the same statement that changes a document, whatever changes it: one entry deducts
    what the document counted before, another adds what it counts now. So the sum of a contact's entries always equals
    the sum of its documents, in the reader's own snapshot. Two transactions never wait for each other, as they would
    with one total per customer. A scheduled action merges entries of a contact from time to time, which changes no
    sum. Updating the addon counts all documents again.

    Measured with 20,000 open documents: 0.5 ms, instead of 5 to 7 ms for adding up the documents from covering indexes.
    """

    _name = "key.account.exposure.entry"
    _description = "Credit Exposure Entry"
    _log_access = False
    _rec_name = "kind"

    kind = fields.Selection(ENTRY_KINDS, required=True, readonly=True)
    # Plain numbers, not references: when users merge contacts, the entries move with the documents.
    partner_id = fields.Integer("Contact", required=True, readonly=True)
    company_id = fields.Integer(required=True, readonly=True)
    account_id = fields.Integer(readonly=True)
    currency_id = fields.Integer(
        readonly=True, help="Set for orders and drafts only; booked amounts are in company currency."
    )
    date = fields.Date(
        "Counts from",
        readonly=True,
        help="The amount counts from this day. Empty: it always counts.",
    )
    amount = fields.Float(required=True, readonly=True, digits=0)
    # Distinguishes a transaction's own changes from others (``_get_locked_exposures``). A number without bounds, since
    # these ids outgrow the integers of the ORM.
    txid = fields.Float("Transaction", readonly=True, digits=0, help="The database transaction that created the entry.")

    _contact_idx = models.Index("(partner_id, company_id)")

    def init(self):
        self.pool.post_init(self._start_entries)

    @api.model
    def _start_entries(self):
        """Install the triggers that write entries from now on, and count the existing documents."""
        for source in self._get_sources():
            self._make_trigger(source)
        self._rebuild()

    @api.model
    def _get_sources(self):
        """Return the tables of documents that count; other addons add theirs."""
        return list(EXPOSURE_SOURCES)

    @api.model
    def _stop_entries(self):
        """Remove the triggers, when the addon is uninstalled."""
        for source in self._get_sources():
            self._drop_trigger(source)

    @api.model
    def _rebuild(self, sources=None):
        """Count all documents again.

        :param sources: the remaining ones of ``_get_sources``, while an addon is uninstalled
        """
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM key_account_exposure_entry"))
        for source in self._get_sources() if sources is None else sources:
            self.env.cr.execute(self._get_sums_sql(SQL("(%s) document", self._get_documents_sql(source))))

    @api.autovacuum
    def _gc_entries(self):
        """Merge the entries of contacts with many entries. All sums stay the same at any time."""
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
        """Select the entries of all counted documents of a table, in one statement."""
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
        """Return the statement that merges all entries of a kind; entries whose day has come count as undated."""
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
        """Return the statements that write the entries of a row, as far as it counts."""
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
