"""The yearly evaluation as users do it: one opens the wizard and submits, another approves and applies.

Each year before the last is evaluated too, so that the last one shows who moved.
"""

import json
import os
import time
from datetime import date
from pathlib import Path

from odoo.fields import Command
from odoo.tests import Form

from workbench.demo.scripts.compare import compare
from workbench.demo.scripts.example import load_example
from workbench.demo.scripts.life import count_life, find_untranslated
from workbench.demo.scripts.methods import compare_methods
from workbench.demo.scripts.outcome import outcome
from workbench.demo.scripts.people import enter
from workbench.demo.scripts.selling import try_selling

SMALL = 1_000  # customers, up to which a further evaluation to look at takes no time


def main(env):
    years = [int(year) for year in os.environ["DEMO_YEARS"].split(",")]
    generated = bool(os.environ["DEMO_GENERATED"])
    manager, approver = _make_user(env, "key_manager", "Kim Manager"), _make_user(env, "key_approver", "Robin Approver")
    finance = _make_user(env, "key_finance", "Toni Finance", "key_account_mgmt.group_key_account_finance")
    _make_quiet(env)
    # The demo shows everything.
    env["key.account.demo"]._switch_on(env.company)
    env.cr.commit()
    if generated:
        enter(env, years[-1])
    for year in years:
        if generated and year == years[-1]:
            _grant_more(env)
        started = time.monotonic()
        evaluation = _evaluate(env, manager, {"period": "year", "year": year})
        seconds = time.monotonic() - started
        _apply(env, evaluation, manager, approver)
    if generated:
        env["key.account.demo"]._make_life(evaluation, manager, finance)
        env.cr.commit()
    result = {
        **outcome(evaluation.with_user(manager), seconds),
        "comparison": compare(env, manager, evaluation),
        "methods": compare_methods(env, manager, evaluation),
        "example": load_example(env, manager | approver),
        "sale": try_selling(env),
    }
    if len(result["rows"]) <= SMALL:
        _leave_one_in_review(env, manager, years[-1])
    result["life"] = count_life(env) if generated else {}
    result["names"] = find_untranslated(env, "zh_CN")
    Path(os.environ["DEMO_RESULT"]).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _make_quiet(env):
    """The demo database writes no mails and asks no services while somebody looks at it."""
    own = env["ir.model"]._get("key.account.evaluation")
    env["ir.cron"].search([("model_id", "!=", own.id)]).active = False
    # On a phone, the greeting of Odoo's bot would cover the first page.
    env["res.users"].search([]).odoobot_state = "disabled"


def _grant_more(env):
    """From now on a tier is worth something: the rules of the last year have caps, credit limits and rewards."""
    ruleset = env["key.account.ruleset"].search([("state", "=", "active"), ("company_id", "=", env.company.id)])
    env["key.account.demo"]._make_granting_version(ruleset)
    env.cr.commit()


def _make_user(env, login, name, group="key_account_mgmt.group_key_account_manager"):
    """The login is the password too."""
    groups = env.ref(group) | env.ref("account.group_account_readonly")
    values = {
        "name": name,
        "login": login,
        "password": login,
        # A demo sends no emails.
        "notification_type": "inbox",
        "group_ids": [Command.link(group.id) for group in groups],
    }
    return env["res.users"].with_context(no_reset_password=True).create(values)


def _evaluate(env, user, values):
    """Through the wizard, and through the background where the evaluation is big."""
    form = Form(env["key.account.evaluation.wizard"].with_user(user))
    for name, value in values.items():
        form[name] = value
    wizard = form.save()
    evaluation = wizard.env["key.account.evaluation"].browse(wizard.action_evaluate()["res_id"])
    _work_off(env, evaluation)
    return evaluation


def _work_off(env, evaluation):
    """What the scheduler does while a server runs."""
    env.cr.commit()
    while evaluation.job:
        env["key.account.evaluation"]._cron_process_jobs()
        env.cr.commit()
        evaluation.invalidate_recordset()


def _apply(env, evaluation, manager, approver):
    evaluation.with_user(manager).action_submit()
    evaluation.with_user(approver).action_approve()
    evaluation.with_user(approver).action_apply()
    _work_off(env, evaluation)


def _leave_one_in_review(env, user, year):
    """Something to review, override and approve when the demo database is opened."""
    period = {"period": "free", "date_from": date(year, 7, 1), "date_to": date(year, 12, 31)}
    _evaluate(env, user, period).action_submit()
    env.cr.commit()


main(env)  # noqa: F821
