"""(e) What the credit check costs when an order of 20 lines is confirmed, by how many documents its customer has open.

Plain Odoo, Odoo with the addon, and Odoo with OCA's sale_financial_risk, each in a database of its own, in this one
process and by turns.
"""

import json
import os
from pathlib import Path

from . import credit_scene
from .comparison import compare, summarize
from .side import Side, alternate

SIDES = ("plain", "addon", "oca")


def main(env):
    sides = {name: Side(os.environ[f"BENCH_{name.upper()}"], credit_scene.make) for name in SIDES}
    for number in credit_scene.DOCUMENTS:
        _check_addon(sides["addon"], number)
        _check_oca(sides["oca"], number)
    rounds = int(os.environ["BENCH_ROUNDS"])
    measured = {number: _measure(sides, number, rounds) for number in credit_scene.DOCUMENTS}
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps({"rounds": rounds, "documents": measured}, indent=1))


def _measure(sides, number, rounds):
    def confirm(side):
        return side.measure([("sale.order", "action_confirm", [[side.scene["orders"][number]]], {})])

    taken = alternate(sides, confirm, rounds)
    return {
        **{name: summarize(side) for name, side in taken.items()},
        "over_plain": compare(taken["plain"], taken["addon"])["more_pct"],
        "over_oca": compare(taken["oca"], taken["addon"])["more_pct"],
    }


def _check_addon(side, number):
    """A comparison in which nothing is checked would say nothing."""
    with side.environment() as env:
        order = env["sale.order"].browse(side.scene["orders"][number])
        verdict = next(iter(env["key.account.credit"]._judge_orders(order).values()))
        if verdict.over or verdict.used <= 0:
            raise AssertionError(f"the credit of {number} documents is not checked: {verdict}")


def _check_oca(side, number):
    with side.environment() as env:
        customer = env["sale.order"].browse(side.scene["orders"][number]).partner_invoice_id.sudo()
        if not 0 < customer.risk_total < customer.credit_limit:
            raise AssertionError(f"OCA's addon does not check {number} documents: {customer.risk_total}")
