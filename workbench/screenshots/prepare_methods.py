"""Runs in an Odoo shell: evaluate the demo's customers by every template, for the pictures of the methods' pages.

What people enter is made up here, the same in every run: grades, targets and expectations of the biggest customers.
"""

import json
import os
from itertools import cycle
from pathlib import Path

env = globals()["env"]  # given by the shell

env.ref("base.user_admin").lang = os.environ["LANGUAGE"]
last = env["key.account.evaluation"].search([("state", "=", "applied")], order="date_to desc, id desc", limit=1)
company = last.company_id
period = {"date_from": last.date_from, "date_to": last.date_to}
biggest = last.line_ids.filtered("in_population").sorted("revenue", reverse=True)[:60]
# Levels of the steps through options, coprime to their number, so that neighbours differ.
STRIDE = 7
# A customer in this place of its list: in the middle of the levels, where a picture shows most.
PLACE = 3


def enter_grades():
    metrics = env["key.account.metric"].search([("source", "=", "manual"), ("kind", "=", "choice")])
    env["key.account.metric.value"].create(
        [
            {
                "partner_id": line.partner_id.id,
                "company_id": company.id,
                "metric_id": metric.id,
                "option_id": metric.option_ids[(number * STRIDE + place) % len(metric.option_ids)].id,
                **period,
            }
            for place, metric in enumerate(metrics)
            for number, line in enumerate(biggest)
        ]
    )


def enter_plans():
    """Targets around what was bought, and more business expected of every third customer."""
    year = {"company_id": company.id, "year": last.date_to.year}
    targets = [
        {**year, "partner_id": line.partner_id.id, "amount": round(line.revenue * share / 100, -3) or 1000}
        for line, share in zip(biggest, cycle((90, 125, 105, 140)), strict=False)
    ]
    env["key.account.target"].create(targets)
    levels = env["key.account.probability"].search([])
    expectations = [
        {
            **year,
            "partner_id": line.partner_id.id,
            "additional_volume": round(line.revenue / 4, -3),
            "probability_id": levels[number % len(levels)].id,
        }
        for number, line in enumerate(biggest[::3])
    ]
    prospects = env["res.partner"].create(
        [
            {"name": name, "is_company": True}
            for name in ("Nordhafen Bau AG", "Tiendas Miralba S.L.", "Aubrac Outillage")
        ]
    )
    expectations += [
        {
            **year,
            "partner_id": prospect.id,
            "market_potential": potential,
            "share_pct": share,
            "probability_id": level.id,
        }
        for prospect, potential, share, level in zip(
            prospects, (2_000_000, 900_000, 400_000), (15, 30, 20), levels, strict=False
        )
    ]
    env["key.account.expectation"].create(expectations)


def evaluate(template):
    """By the template's rules, which have to be in force for that."""
    draft = template._create_draft(company)
    draft.action_activate()
    evaluation = env["key.account.evaluation"].create(
        {
            "name": f"{template.name} {last.date_to.year}",
            "company_id": company.id,
            "ruleset_id": draft.id,
            "with_prospects": "expected_value" in draft._get_policy_metrics().mapped("code"),
            **period,
        }
    )
    evaluation.action_compute()
    while evaluation.job:
        env["key.account.evaluation"]._cron_process_jobs()
        evaluation.invalidate_recordset()
    return {"evaluation": evaluation.id, "line": evaluation.line_ids.sorted("rank")[PLACE].id}


enter_grades()
enter_plans()
templates = env["key.account.template"].search([])
methods = {Path(template.path).stem: evaluate(template) for template in templates}
Path(os.environ["PLAN"]).write_text(json.dumps({"suffix": "en", "methods": methods}))
env.cr.commit()
