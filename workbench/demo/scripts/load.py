"""One worker's share of a book's documents: posted invoices and refunds, payments settled with them, chunk by chunk."""

import json
import os
from collections import defaultdict
from pathlib import Path

from odoo.fields import Command
from odoo.service.model import retrying

from workbench.demo.shares import chunks_of

# What a bulk import leaves out: log messages and mails. Everything in the accounts is as a user would get it.
IMPORT_CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class Loader:
    def __init__(self, env, worker):
        self.env = env(context={**env.context, **IMPORT_CONTEXT})
        parameter = self.env["ir.config_parameter"].get_param(f"demo.journals.{worker}")
        self.sales, self.bank = self.env["account.journal"].browse(json.loads(parameter))
        partners = self.env["res.partner"].search([("ref", "!=", False)])
        self.partners = {partner.ref: (partner.id, partner.user_id.id) for partner in partners}
        self.products = {product.default_code: product.id for product in self.env["product.product"].search([])}

    def loaded(self):
        """Numbers of the documents that an earlier run loaded."""
        moves = self.env["account.move"].search_fetch([("move_type", "in", ("out_invoice", "out_refund"))], ["ref"])
        return set(moves.mapped("ref"))

    def load(self, chunk):
        moves = self.env["account.move"].create([self._prepare_move(row) for row in chunk])
        moves._post(soft=False)
        self._settle(dict(zip((row["number"] for row in chunk), moves, strict=True)), chunk)

    def _prepare_move(self, row):
        partner, user = self.partners[row["customer"]]
        return {
            "move_type": "out_refund" if row["is_refund"] else "out_invoice",
            "journal_id": self.sales.id,
            "partner_id": partner,
            "invoice_user_id": user,
            "ref": row["number"],
            "invoice_date": row["date"],
            "date": row["date"],
            "invoice_payment_term_id": False,
            "invoice_date_due": row["due"],
            "invoice_line_ids": [Command.create(self._prepare_line(row))],
        }

    def _prepare_line(self, row):
        return {
            "product_id": self.products[row["product"]],
            "quantity": row["quantity"],
            "price_unit": float(row["price"]),
            "tax_ids": [],
        }

    def _settle(self, moves, chunk):
        """Match each invoice with its refund and its payments."""
        owners = [(row, payment) for row in chunk for payment in row["payments"]]
        payments = self.env["account.payment"].create([self._prepare_payment(moves, *owner) for owner in owners])
        payments.action_post()
        groups = defaultdict(self.env["account.move"].browse)
        for row in chunk:
            groups[row["refund_of"] or row["number"]] |= moves[row["number"]]
        for (row, _payment), payment in zip(owners, payments, strict=True):
            groups[row["number"]] |= payment.move_id
        matches = [_receivable(group) for group in groups.values() if len(group) > 1]
        self.env["account.move.line"]._reconcile_plan(matches)

    def _prepare_payment(self, moves, row, payment):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": moves[row["number"]].partner_id.id,
            "amount": float(payment["amount"]),
            "date": payment["date"],
            "journal_id": self.bank.id,
            "memo": row["number"],
            "invoice_ids": [Command.set(moves[row["number"]].ids)],
        }


def _receivable(moves):
    return moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")


def main(env):
    worker, workers = int(os.environ["DEMO_WORKER"]), int(os.environ["DEMO_WORKERS"])
    documents = json.loads(Path(os.environ["DEMO_BOOK"]).read_text(encoding="utf-8"))["documents"]
    loader = Loader(env, worker)
    loaded = loader.loaded()
    for chunk in chunks_of(documents, worker, workers, loaded):
        retrying(lambda chunk=chunk: loader.load(chunk), env)  # it commits
        env.invalidate_all()
        with open(os.environ["DEMO_PROGRESS"], "a", encoding="utf-8") as handle:
            handle.write(f"{len(chunk)}\n")


main(env)  # noqa: F821
