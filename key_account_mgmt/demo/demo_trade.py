"""Invoices, payments and orders, as a salesperson and an accountant would enter them."""

import math
from datetime import timedelta

from odoo.fields import Command, Date


def make_invoices(company, rows):
    """Post invoices, and register the payments of those that were paid.

    :param rows: ``[(customer, day, product, quantity, days until payment or None)]``
    :return: the invoices
    """
    moves = company.env["account.move"].create([_prepare_invoice(*row) for row in rows])
    moves.action_post()
    paid = [
        (move, row[1] + timedelta(days=row[-1])) for move, row in zip(moves, rows, strict=True) if row[-1] is not None
    ]
    _pay(company, paid)
    return moves


def _prepare_invoice(customer, day, product, quantity, _paid_after):
    return {
        "move_type": "out_invoice",
        "partner_id": customer.id,
        "invoice_user_id": customer.user_id.id,
        "invoice_date": day,
        "date": day,
        "invoice_payment_term_id": False,
        "invoice_date_due": day + timedelta(days=30),
        "invoice_line_ids": [Command.create({"product_id": product.id, "quantity": quantity, "tax_ids": []})],
    }


def _pay(company, paid):
    """Register a payment of each invoice on its day, all at once, and match it.

    :param paid: ``[(invoice, day)]``
    """
    journal = company.env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
    payments = company.env["account.payment"].create([_prepare_payment(journal, *one) for one in paid])
    payments.action_post()
    pairs = [move | payment.move_id for (move, _day), payment in zip(paid, payments, strict=True)]
    receivable = [pair.line_ids.filtered(lambda line: line.account_type == "asset_receivable") for pair in pairs]
    company.env["account.move.line"]._reconcile_plan(receivable)


def _prepare_payment(journal, move, day):
    return {
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id": move.partner_id.id,
        "amount": move.amount_total,
        "date": day,
        "journal_id": journal.id,
        "memo": move.name,
        "invoice_ids": [Command.set(move.ids)],
    }


def make_receipts_account(company):
    """Let payments be booked at once, so that they settle their invoices without a bank statement."""
    account = company.env["account.account"].create(
        {"name": "Outstanding Receipts", "code": "101499", "account_type": "asset_current", "reconcile": True}
    )
    journals = company.env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "bank")])
    journals.inbound_payment_method_line_ids.payment_account_id = account


def make_order(company, customer, product, worth, discount=0):
    """Return a quotation of the customer's salesperson, about as big as said before the discount."""
    quantity = max(1, math.ceil(worth / product.list_price))
    line = {"product_id": product.id, "product_uom_qty": quantity, "discount": discount, "tax_ids": [Command.clear()]}
    orders = company.env["sale.order"].with_user(customer.user_id).with_company(company)
    values = {"partner_id": customer.id, "user_id": customer.user_id.id, "order_line": [Command.create(line)]}
    order = orders.create(values)
    # As at the end of a request: else the next user would be the one who stores what the order computes.
    order.env.flush_all()
    return order


def days_of_this_year(count):
    """Return so many days, evenly spread from New Year to yesterday."""
    today = Date.today()
    start = today.replace(month=1, day=1)
    gone = (today - start).days
    return [start + timedelta(days=gone * place // (count + 1)) for place in range(1, count + 1)]
