"""(f) What accountants feel: posting an invoice of 20 lines that was made from an order, registering its payment, and
reconciling 200 open items of a customer.

Two databases, one with the addon, caps and credit limits in force, one without it, in this one process and by turns,
as in ``orders``.
"""

import json
import os
from pathlib import Path

from . import documents_scene
from .comparison import compare
from .side import Side, alternate


class DocumentSide(Side):
    """A database with documents to work on."""

    def __init__(self, database):
        super().__init__(database, documents_scene.make)

    def post(self):
        return self.measure([("account.move", "action_post", [[self.scene["draft"]]], {})])

    def pay(self):
        return self.measure_work(self._pay)

    def _pay(self, env):
        context = {"active_model": "account.move", "active_ids": [self.scene["posted"]]}
        env["account.payment.register"].with_context(**context).create({}).action_create_payments()

    def reconcile(self):
        return self.measure_work(lambda env: env["account.move.line"].browse(self.scene["items"]).reconcile())


ACTIONS = (DocumentSide.post, DocumentSide.pay, DocumentSide.reconcile)


def main(env):
    sides = {name: DocumentSide(os.environ[f"BENCH_{name.upper()}"]) for name in ("without", "with")}
    for side in sides.values():
        _check(side)
    rounds = int(os.environ["BENCH_ROUNDS"])
    result = {"lines": documents_scene.orders_scene.LINES, "items": documents_scene.ITEMS, "rounds": rounds}
    for action in ACTIONS:
        taken = alternate(sides, action, rounds)
        result[action.__name__] = compare(taken["without"], taken["with"])
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps(result, indent=1))


def _check(side):
    """A comparison of work that does nothing would say nothing."""
    with side.environment() as env:
        items = env["account.move.line"].browse(side.scene["items"])
        if len(items) != documents_scene.ITEMS:
            raise AssertionError(f"{len(items)} open items instead of {documents_scene.ITEMS}")
        items.reconcile()
        side._pay(env)
        posted = env["account.move"].browse(side.scene["posted"])
        if any(items.mapped("amount_residual")) or posted.amount_residual:
            raise AssertionError("the benchmark's items stay open")
        if "key.account.discount" in env:
            draft = env["account.move"].browse(side.scene["draft"])
            table = env["key.account.cap.table"]._get_table(draft.company_id)
            if not table or len(draft.invoice_line_ids.sale_line_ids) != documents_scene.orders_scene.LINES:
                raise AssertionError("the benchmark's invoice is not judged by caps")
