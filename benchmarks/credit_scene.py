"""Customers with few and many open documents, and an order of 20 lines for each, the same in every database.

from benchmarks import credit_scene
credit_scene.make(env)     # {"user": id, "orders": {number of open documents: id of the order}}
"""

from odoo.fields import Command
from odoo.tools import SQL

from . import orders_scene

DOCUMENTS = (10, 1_000, 20_000)
# Never reached: confirming must succeed everywhere.
LIMIT = 1e9
# What OCA's addon counts; all of it, as ours does.
OCA_PARTS = ("invoice_draft", "invoice_open", "invoice_unpaid", "sale_order")


def make(env):
    """Half of the open documents are confirmed orders not invoiced, half are unpaid invoices."""
    scene = orders_scene.make(env, capped=False)
    env.company.account_use_credit_limit = True
    if "key_account_credit_policy" in env.company._fields:
        env.company.key_account_credit_policy = "block"
    orders = {number: _make_customer(env, number, scene) for number in DOCUMENTS}
    env.flush_all()
    if "key.account.exposure.entry" in env:
        # So many documents are not opened in a day: Odoo's daily clean-up has come by.
        env["key.account.exposure.entry"]._gc_entries()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return {"user": scene["user"], "orders": orders}


def _make_customer(env, number, scene):
    customer = env["res.partner"].create({"name": f"Customer of {number}", "credit_limit": LIMIT})
    if "risk_total" in customer._fields:
        customer.update({f"risk_{part}_include": True for part in OCA_PARTS})
    values = {"partner_id": customer.id, "partner_invoice_id": customer.id}
    order = env["sale.order"].browse(scene["order"]).with_user(scene["user"]).copy(values)
    _make_documents(env, customer, number // 2, order)
    return order.id


def _make_documents(env, customer, count, like):
    """One of each made by Odoo, the others copies of its rows."""
    product = like.order_line[0].product_id
    line = {"product_id": product.id, "price_unit": 50}
    order = env["sale.order"].create({"partner_id": customer.id, "order_line": [Command.create(line)]})
    order.action_confirm()
    invoice = env["account.move"].create(
        {"move_type": "out_invoice", "partner_id": customer.id, "invoice_line_ids": [Command.create(line)]}
    )
    invoice.action_post()
    env.flush_all()
    copy_document(env, "sale_order", "sale_order_line", "order_id", order, count - 1)
    copy_document(env, "account_move", "account_move_line", "move_id", invoice, count - 1)


def copy_document(env, table, line_table, link, record, count):
    """Rows of a document and of its lines, so often, with names of their own."""
    name = SQL("name || '-' || number")
    ids = _copy_rows(env, table, SQL("document.id = %s", record.id), {"name": name}, range(count))
    _copy_rows(env, line_table, SQL("document.%s = %s", SQL.identifier(link), record.id), {link: SQL("number")}, ids)


def _copy_rows(env, table, condition, changed, numbers):
    """Each row that fits, once for each number.

    :param changed: ``{column: SQL of the row and its ``number``}``
    :return: the new ids
    """
    columns = [name for (name,) in env.execute_query(_get_columns_sql(table))]
    values = [changed.get(name, SQL.identifier("document", name)) for name in columns]
    rows = env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s document, unnest(%s::int[]) number WHERE %s RETURNING id",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(values),
            SQL.identifier(table),
            list(numbers),
            condition,
        )
    )
    return [record_id for (record_id,) in rows]


def _get_columns_sql(table):
    return SQL(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name NOT IN ('id', 'access_token') AND is_generated = 'NEVER'",
        table,
    )
