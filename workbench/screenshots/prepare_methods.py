"""Runs in an Odoo shell: evaluate the demo's customers by each of its drafts from templates, for the methods' pages."""

import json
import os
from pathlib import Path

env = globals()["env"]  # given by the shell

env.ref("base.user_admin").lang = os.environ["LANGUAGE"]
example = env.ref("key_account_mgmt.demo_evaluation")
last = env["key.account.evaluation"].search(
    [("state", "=", "applied"), ("company_id", "!=", example.company_id.id)], order="date_to desc, id desc", limit=1
)
drafts = env["key.account.ruleset"].search([("state", "=", "draft"), ("company_id", "=", last.company_id.id)])
# The place of the customer whose scorecard is shown: good, and not the best in everything.
PLACE = 3


def evaluate(template):
    """By the demo's draft of the template, which has to be in force for that."""
    draft = drafts.filtered(lambda ruleset: ruleset.name == template.name)[:1]
    draft.action_activate()
    evaluation = env["key.account.evaluation"].create(
        {
            "name": f"{template.name} {last.date_to.year}",
            "company_id": last.company_id.id,
            "ruleset_id": draft.id,
            "date_from": last.date_from,
            "date_to": last.date_to,
        }
    )
    evaluation.with_prospects = evaluation._get_prospect_sources()
    evaluation.action_compute()
    return describe(evaluation)


def describe(evaluation):
    """What the browser opens: the evaluation, a line of it, and that of the best prospect where there are any."""
    lines = evaluation.line_ids.filtered("in_population").sorted("rank")
    prospects = lines.filtered(lambda line: line.revenue == 0)
    shown = (prospects or lines[PLACE:] or lines)[0]
    return {"evaluation": evaluation.id, "line": shown.id, "company": evaluation.company_id.id}


methods = {Path(template.path).stem: evaluate(template) for template in env["key.account.template"].search([])}
methods["yearly_appraisal"] = describe(example)
Path(os.environ["PLAN"]).write_text(json.dumps({"suffix": "en", "methods": methods}))
env.cr.commit()
