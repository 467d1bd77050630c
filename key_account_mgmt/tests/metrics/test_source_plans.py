from odoo.tests import tagged
from odoo.tools import SQL

from ..common import KeyAccountCommon

FEW = 150
ALL = "all sources together"


@tagged("post_install", "-at_install")
class TestSourcePlans(KeyAccountCommon):
    """How much a statement reads grows with the customers, not with their square, whatever PostgreSQL guesses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.env["key.account.collector"]
        customer = cls.make_customer(credit_limit=1000)
        invoice = cls.make_invoice(customer, 10, "2024-05-01")
        order = cls.make_order(customer, 10, "2024-05-01")
        cls.env.flush_all()
        cls.documents = {"res_partner": customer, "account_move": invoice, "sale_order": order}

    # --- What there is ---

    def _make_copies(self, count):
        """So many more customers, each with an invoice and an order, with no word to PostgreSQL's statistics."""
        customers = self._copy(
            self.documents["res_partner"], count, commercial_partner_id=SQL("new_id"), complete_name=SQL("new_id::text")
        )
        partner = SQL("(%s::int[])[number]", customers)
        moves = self._copy(
            self.documents["account_move"],
            count,
            partner_id=partner,
            commercial_partner_id=partner,
            name=SQL("new_id::text"),
        )
        for line in self.documents["account_move"].line_ids:
            self._copy(line, count, move_id=SQL("(%s::int[])[number]", moves), partner_id=partner)
        self._copy(
            self.documents["sale_order"],
            count,
            partner_id=partner,
            partner_invoice_id=partner,
            name=SQL("new_id::text"),
        )

    def _copy(self, record, count, **changed):
        """Rows like the record's; a changed column may use ``new_id`` and ``number``, which begins with 1."""
        columns = self.env.execute_query(
            SQL(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = %s AND column_name NOT IN ('id', 'access_token') AND is_generated = 'NEVER'",
                record._table,
            )
        )
        names = [name for (name,) in columns]
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO %(table)s (id, %(names)s)
                SELECT new_id, %(values)s
                  FROM (
                        SELECT nextval(pg_get_serial_sequence(%(text)s, 'id')) AS new_id, number
                          FROM generate_series(1, %(count)s) number
                       ) copy
                  JOIN %(table)s document ON document.id = %(id)s
             RETURNING id
                """,
                table=SQL.identifier(record._table),
                text=record._table,
                names=SQL(", ").join(map(SQL.identifier, names)),
                values=SQL(", ").join(changed.get(name, SQL.identifier("document", name)) for name in names),
                count=count,
                id=record.id,
            )
        )
        return [row_id for (row_id,) in rows]

    # --- What is read ---

    def _get_statements(self):
        scope = self.make_scope()
        invoices = self.collector._get_source("invoice")._get_facts_sql(scope)
        statements = {ALL: self.collector._get_facts_query(scope)}
        for source in self.collector._get_metrics_by_source():
            statements[source] = SQL(
                "WITH %s AS (%s) %s",
                self.collector._get_alias("invoice"),
                invoices,
                self.collector._get_source(source)._get_facts_sql(scope),
            )
        profiles = self.env["key.account.source.profile"]
        return {**statements, "fit": profiles._get_inputs_sql(scope), "prospects": profiles._get_prospects_sql(scope)}

    def _count_rows(self):
        """``{statement: rows that pass through its plan}``, as it is executed for a whole company."""
        counts = {}
        for name, statement in self._get_statements().items():
            with self.collector._planned(self.make_scope()):
                [[plans]] = self.env.execute_query(SQL("EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) %s", statement))
            counts[name] = sum(self._get_rows(plans[0]["Plan"]))
        return counts

    def _get_rows(self, node):
        names = (
            "Actual Rows",
            "Rows Removed by Filter",
            "Rows Removed by Join Filter",
            "Rows Removed by Index Recheck",
        )
        yield sum(node.get(name, 0) for name in names) * node["Actual Loops"]
        for child in node.get("Plans", ()):
            yield from self._get_rows(child)

    def _count_twice(self):
        """Rows for few customers and for as many more."""
        self._make_copies(FEW)
        few = self._count_rows()
        self._make_copies(FEW)
        return few, self._count_rows()

    def test_what_a_statement_reads_grows_with_the_customers_only(self):
        few, more = self._count_twice()
        self.assertGreater(min(few[name] for name in (ALL, "invoice", "payment", "credit", "service")), FEW)
        self.assertEqual({name: (few[name], more[name]) for name in few if more[name] > 2.5 * few[name] + 1000}, {})
