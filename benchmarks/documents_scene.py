"""Invoices to post and to pay, and open items to reconcile, the same in a database with the addon and in one without.

from benchmarks import documents_scene
documents_scene.make(env)     # {"user": id, "draft": id, "posted": id, "items": [ids]}
"""

from odoo.fields import Command

from . import orders_scene
from .credit_scene import LIMIT, copy_document

ITEMS = 200
AMOUNT = 50
ACCOUNTANT = ("base.group_user", "account.group_account_invoice", "sales_team.group_sale_salesman_all_leads")


def make(env):
    """An order of 20 lines is invoiced twice; with the addon under caps that judge every line, and with limits."""
    scene = orders_scene.make(env)
    env.company.account_use_credit_limit = True
    if "key_account_credit_policy" in env.company._fields:
        env.company.key_account_credit_policy = "block"
    order = env["sale.order"].browse(scene["order"])
    order.partner_id.credit_limit = LIMIT
    draft, posted = _make_invoice(env, order), _make_invoice(env, order)
    posted.action_post()
    items = _make_items(env, order.partner_id)
    user = env["res.users"].create(
        {
            "name": "Accountant",
            "login": "bench_accountant",
            "group_ids": [Command.set([env.ref(group).id for group in ACCOUNTANT])],
        }
    )
    env.flush_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return {"user": user.id, "draft": draft.id, "posted": posted.id, "items": items}


def _make_invoice(env, order):
    copy = order.copy()
    copy.action_confirm()
    return copy._create_invoices()


def _make_items(env, customer):
    """Half of the items are invoices, half are entries that the customer's money makes: one by Odoo, the others copies.

    :return: ids of the journal items on the receivable account
    """
    line = Command.create({"name": "Goods", "price_unit": AMOUNT, "tax_ids": []})
    invoice = env["account.move"].create(
        {"move_type": "out_invoice", "partner_id": customer.id, "invoice_line_ids": [line]}
    )
    receivable = invoice.line_ids.filtered(lambda one: one.display_type == "payment_term").account_id
    other = env["account.account"].search([("account_type", "=", "asset_current")], limit=1)
    sides = [{"account_id": receivable.id, "credit": AMOUNT}, {"account_id": other.id, "debit": AMOUNT}]
    money = env["account.move"].create(
        {"move_type": "entry", "line_ids": [Command.create({"partner_id": customer.id, **side}) for side in sides]}
    )
    moves = invoice | money
    moves.action_post()
    env.flush_all()
    for move in moves:
        copy_document(env, "account_move", "account_move_line", "move_id", move, ITEMS // 2 - 1)
    domain = [
        ("partner_id", "=", customer.id),
        ("account_id", "=", receivable.id),
        ("balance", "in", [AMOUNT, -AMOUNT]),
    ]
    return env["account.move.line"].search(domain).ids
