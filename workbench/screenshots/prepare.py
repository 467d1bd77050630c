"""Runs in an Odoo shell: choose what the pictures show, and write it to the file named by PLAN."""

import json
import os
from pathlib import Path

env = globals()["env"]  # given by the shell
language = os.environ["LANGUAGE"]

env["res.lang"]._activate_lang(language)
env["ir.module.module"].search([("name", "=", "key_account_mgmt")])._update_translations([language], overwrite=True)
env["ir.module.module"].search([("state", "=", "installed")])._update_translations([language])
env.ref("base.user_admin").lang = language

evaluation = env["key.account.evaluation"].search(
    [("line_ids", "!=", False)], order="date_to desc, date_from, id desc", limit=1
)
lines = evaluation.line_ids
vetoed = lines.filtered("vetoed").sorted("rank")[:1] or lines.sorted("rank")[:1]
best = lines.filtered(lambda line: line.rank == 1)[:1]
ruleset = env["key.account.ruleset"].search([("state", "=", "active")], limit=1)
veto = ruleset.rule_ids.filtered(lambda rule: rule.kind == "veto")[:1]

Path(os.environ["PLAN"]).write_text(
    json.dumps(
        {
            "suffix": language.split("_")[0],
            "evaluation": evaluation.id,
            "vetoed_line": vetoed.id,
            "ruleset": ruleset.id,
            "veto": veto.name,
            "customer": best.partner_id.id,
        }
    )
)
env.cr.commit()
