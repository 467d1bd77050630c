"""How many files and functions of the addon four journeys run through, and how often an order is judged.

Each journey runs from the button to the commit, with caches emptied before, on a small database: what it runs through
does not depend on the number of customers. See docs/reference/benchmarks.md.
"""

import contextlib
import json
import os
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import Form

from . import journeys_scene
from .reach import Reach

ADDON = "key_account_mgmt"
DISCOUNTS = "key.account.discount"
PARTS = ("models", "rules", "wizard")


def main(env):
    scene = journeys_scene.make(env)
    evaluation, evaluate = _measure(env, scene["manager"], _evaluate)
    confirm = _measure(env, scene["user"], lambda own: own["sale.order"].browse(scene["order"]).action_confirm())[1]
    journeys = {
        "evaluation compute": evaluate,
        "order confirm": confirm,
        "award approval": _measure(env, scene["finance"], _get_approval(env, scene, evaluation))[1],
        "rule set activation": _measure(env, scene["admin"], _get_activation(env, scene))[1],
    }
    result = {"journeys": journeys, "judgements": _count_judgements(env, scene)}
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps(result, indent=1))


def _measure(env, user, work):
    """Run ``work(environment of the user)`` up to the commit.

    :return: its result, and what it ran through
    """
    with _as_request(env, user) as own, Reach(get_module_path(ADDON)).watching() as reach:
        result = work(own)
        own.cr.commit()
    return result, {"all": reach.count(), **{part: reach.count(part) for part in PARTS}}


@contextlib.contextmanager
def _as_request(env, user):
    """An environment of the user with empty caches, so that what is read first is read."""
    env.cr.commit()
    env.registry.clear_all_caches()
    env.invalidate_all()
    own = env(user=user, context={"lang": "en_US"})
    own.user.has_group("base.group_user")  # as any request does before it comes to the method
    yield own
    env.cr.commit()


# What users do


def _evaluate(env):
    wizard = env["key.account.evaluation.wizard"].create({})
    return env["key.account.evaluation"].browse(wizard.action_evaluate()["res_id"])


def _get_approval(env, scene, evaluation):
    """Return the approval of a credit limit, in an evaluation that is brought there before."""
    evaluation.action_submit()
    evaluation.with_user(scene["approver"]).action_approve()
    evaluation.action_apply()
    domain = [("evaluation_id", "=", evaluation.id), ("kind", "=", "credit")]
    awards = env["key.account.award"].search(domain, limit=1)
    if not awards:
        raise AssertionError("the evaluation of the benchmark raises no credit limit")
    return lambda own: own["key.account.award"].browse(awards.id).action_approve()


def _get_activation(env, scene):
    """Return the activation of a new version of the rule set."""
    version = journeys_scene.make_version(env(user=scene["admin"]))
    return lambda own: version.with_env(own).action_activate()


# How often an order is judged


def _count_judgements(env, scene):
    """Count for an order without and with an approval: confirming it, saving another discount, and its figures."""
    counts = {}
    for name, ask in (("without approval", False), ("with approval", True)):
        order = env["sale.order"].browse(scene["second"]).with_user(scene["user"]).copy()
        if ask:
            _approve_more(env, scene, order)
        env.cr.commit()
        counts[name] = {
            "confirm": _count(env, scene["user"], order, lambda own: own.action_confirm()),
            "save a line": _count(env, scene["user"], order, _save_line),
            "figures": _count(env, scene["user"], order, lambda own: own.get_key_account_figures({})),
        }
    return counts


def _approve_more(env, scene, order):
    order.order_line[0].discount = 50
    request = env["key.account.approval.request"].with_user(scene["user"])
    request.create({"order_id": order.id, "reason": "They buy a lot"}).action_request()
    order.with_user(scene["approver"]).action_key_account_approve()


def _save_line(order):
    with Form(order) as form, form.order_line.edit(1) as line:
        line.discount += 0.5


def _count(env, user, order, work):
    """Count the judgements of the order in one request up to the commit."""
    judged = []
    model = env.registry[DISCOUNTS]
    original = model._get_verdict

    def get_verdict(self, document, *args):
        judged.append(document._origin.id)
        return original(self, document, *args)

    model._get_verdict = get_verdict
    try:
        with _as_request(env, user) as own:
            work(order.with_env(own))
    finally:
        model._get_verdict = original
    return judged.count(order.id)
