"""(d) What salespeople feel: confirming an order of 20 lines, and editing one of its lines in the form.

Two databases, one with the addon and caps on every line, one without it, in this one process and by turns, so that a
machine that gets busier does so for both. Each call is made as the web client makes it, with an empty cache, up to
the moment before the commit, and rolled back.
"""

import contextlib
import gc
import json
import os
import time
from pathlib import Path

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import call_kw
from odoo.tests import Form

from . import orders_scene
from .comparison import compare, summarize

WARM_UP = 5
NEW_DISCOUNT = 3.5


class Side:
    """One of the two databases."""

    def __init__(self, database):
        self.registry = Registry(database)
        with self.registry.cursor() as cr:
            self.scene = orders_scene.make(api.Environment(cr, api.SUPERUSER_ID, {}))
        self.edits = self._record_edits()

    @contextlib.contextmanager
    def environment(self):
        """A transaction of the salesperson that leaves nothing behind."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, self.scene["user"], {"lang": "en_US"})
            cr.rollback()

    def confirm(self):
        return self._measure([("sale.order", "action_confirm", [[self.scene["order"]]], {})])

    def edit(self):
        return self._measure(self.edits)

    def figures(self):
        """The call that the form makes after its own work, with the addon only."""
        changes = {"order_line": [(1, self.scene["line"], {"discount": NEW_DISCOUNT})]}
        return self._measure([("sale.order", "get_key_account_figures", [[self.scene["order"]], changes], {})])

    def _measure(self, calls):
        """:return: milliseconds and queries"""
        seconds = queries = 0
        for call in calls:
            one = self._measure_call(*call)
            seconds, queries = seconds + one[0], queries + one[1]
        return seconds * 1000, queries

    def _measure_call(self, model, method, args, context):
        with self.environment() as env:
            env.user.has_group("base.group_user")  # as any request does before it comes to the method
            gc.collect()
            before, start = env.cr.sql_log_count, time.perf_counter()
            call_kw(env[model], method, args, {"context": context})
            env.cr.flush()
            return time.perf_counter() - start, env.cr.sql_log_count - before

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
    sides = {name: Side(os.environ[f"BENCH_{name.upper()}"]) for name in ("without", "with")}
    _check(sides["with"])
    rounds = int(os.environ["BENCH_ROUNDS"])
    result = {"lines": orders_scene.LINES, "rounds": rounds}
    for action in ("confirm", "edit"):
        result[action] = compare(*_alternate(sides, action, rounds))
    result["figures"] = summarize([sides["with"].figures() for _number in range(WARM_UP + rounds)][WARM_UP:])
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


def _alternate(sides, action, rounds):
    """:return: measurements without and with, as many each"""
    taken = {name: [] for name in sides}
    for number in range(WARM_UP + rounds):
        # Who comes second may find warmer caches, so they take turns at that as well.
        for name in sorted(sides, reverse=number % 2):
            taken[name].append(getattr(sides[name], action)())
    return [taken[name][WARM_UP:] for name in ("without", "with")]
