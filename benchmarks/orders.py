"""(d) What salespeople feel: confirming an order of 20 lines, and editing one of its lines in the form.

Two databases, one with the addon and caps on every line, one without it, in this one process and by turns, so that a
machine that gets busier does so for both. Each call is made as the web client makes it, with an empty cache, up to
the moment before the commit, and rolled back.
"""

import contextlib
import json
import os
from pathlib import Path

from odoo.tests import Form

from . import orders_scene
from .comparison import compare, summarize
from .side import Side, alternate

NEW_DISCOUNT = 3.5


class OrderSide(Side):
    """A database with an order of 20 lines."""

    def __init__(self, database):
        super().__init__(database, orders_scene.make)
        self.edits = self._record_edits()

    def confirm(self):
        return self.measure([("sale.order", "action_confirm", [[self.scene["order"]]], {})])

    def edit(self):
        return self.measure(self.edits)

    def figures(self):
        """The call that the form makes after its own work, with the addon only."""
        changes = {"order_line": [(1, self.scene["line"], {"discount": NEW_DISCOUNT})]}
        return self.measure([("sale.order", "get_key_account_figures", [[self.scene["order"]], changes], {})])

    def _record_edits(self):
        """The calls that the form makes when one line gets another discount, with all that its view shows."""
        with self.environment() as env:
            order = env["sale.order"].browse(self.scene["order"])
            index = order.order_line.ids.index(self.scene["line"])
            form = Form(order)
            calls = []
            with _recording(env, calls), form.order_line.edit(index) as line:
                line.discount = NEW_DISCOUNT
            return calls


@contextlib.contextmanager
def _recording(env, calls):
    """Keep the arguments of each ``onchange``."""
    model = env.registry["base"]
    original = model.onchange

    def onchange(self, values, names, spec):
        calls.append((self._name, "onchange", [self.ids, values, names, spec], dict(self.env.context)))
        return original(self, values, names, spec)

    model.onchange = onchange
    try:
        yield
    finally:
        model.onchange = original


def main(env):
    sides = {name: OrderSide(os.environ[f"BENCH_{name.upper()}"]) for name in ("without", "with")}
    _check(sides["with"])
    rounds = int(os.environ["BENCH_ROUNDS"])
    result = {"lines": orders_scene.LINES, "rounds": rounds}
    for action in (OrderSide.confirm, OrderSide.edit):
        taken = alternate(sides, action, rounds)
        result[action.__name__] = compare(taken["without"], taken["with"])
    figures = alternate({"with": sides["with"]}, OrderSide.figures, rounds)
    result["figures"] = summarize(figures["with"])
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps(result, indent=1))


def _check(side):
    """A comparison without caps at work would say nothing."""
    with side.environment() as env:
        order = env["sale.order"].browse(side.scene["order"])
        verdict = next(iter(env["key.account.discount"]._judge_orders(order).values()))
        if len(verdict.lines) != orders_scene.LINES or any(line.line.cap is None for line in verdict.lines.values()):
            raise AssertionError("the caps of the benchmark do not judge every line")
        if verdict.over:
            raise AssertionError("the order of the benchmark is over its caps")
