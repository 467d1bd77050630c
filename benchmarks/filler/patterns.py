"""One document of each sort, made by Odoo's own code, as the pattern for millions written by SQL.

Whatever columns the installed version and addons have, the pattern has them filled as they would be.
"""

from datetime import date

DAY = date(2025, 1, 15)
PRICE = 100.0


def take(env, product):
    """The rows of one document of each sort: {name: (table, row as JSON text)}. Leaves nothing in the database."""
    env = env(context={**env.context, "tracking_disable": True, "mail_create_nosubscribe": True})
    savepoint = env.cr.savepoint()
    try:
        records = _make_documents(env, product)
        env.flush_all()
        return {name: (record._table, _row(record)) for name, record in records.items()}
    finally:
        savepoint.close(rollback=True)
        # Posting schedules work for after the commit, on records that are gone now.
        env.cr.postcommit.clear()


def _row(record):
    record.ensure_one()
    cr = record.env.cr
    cr.execute(f'SELECT to_jsonb(pattern)::text FROM "{record._table}" pattern WHERE id = %s', [record.id])
    return cr.fetchone()[0]


def _make_documents(env, product):
    customer = env["res.partner"].create({"name": "Pattern", "is_company": True, "customer_rank": 1})
    contact = env["res.partner"].create({"name": "Contact", "parent_id": customer.id})
    order = _make_order(env, customer, product)
    invoice, paid, refund = (
        _make_invoice(env, customer, product, kind) for kind in ("out_invoice", "out_invoice", "out_refund")
    )
    records = {"customer": customer, "contact": contact, "order": order, "order_line": order.order_line}
    return records | _parts("invoice", invoice) | _parts("refund", refund) | _payment_parts(_pay(paid))


def _make_order(env, customer, product):
    line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": PRICE, "tax_ids": []}
    order = env["sale.order"].create({"partner_id": customer.id, "order_line": [(0, 0, line)]})
    order.action_confirm()
    invoice = order._create_invoices()
    invoice.invoice_date = DAY
    invoice.action_post()
    return order


def _make_invoice(env, customer, product, move_type):
    line = {"product_id": product.id, "quantity": 1, "price_unit": PRICE, "tax_ids": []}
    move = env["account.move"].create(
        {
            "move_type": move_type,
            "partner_id": customer.id,
            "invoice_date": DAY,
            "date": DAY,
            "invoice_payment_term_id": env.ref("account.account_payment_term_30days").id,
            "invoice_line_ids": [(0, 0, line)],
        }
    )
    move.action_post()
    return move


def _pay(invoice):
    register = invoice.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
    return register.create({"payment_date": DAY})._create_payments()


def _parts(name, move):
    product = move.line_ids.filtered(lambda line: line.display_type == "product")
    return {name: move, f"{name}_product": product, f"{name}_term": move.line_ids - product}


def _payment_parts(payment):
    receivable = payment.move_id.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
    partial = receivable.matched_debit_ids
    return {
        "payment": payment,
        "payment_move": payment.move_id,
        "payment_bank": payment.move_id.line_ids - receivable,
        "payment_term": receivable,
        "partial": partial,
        "full": partial.full_reconcile_id,
    }
