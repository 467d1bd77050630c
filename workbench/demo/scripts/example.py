"""The worked example of the yearly appraisal, from the addon's own demo data."""

from odoo.fields import Command
from odoo.tools import convert_file

FILE = "demo/key_account_appraisal_demo.xml"


def load_example(env, users):
    """Load it, and let the users into its company; committed."""
    convert_file(env, "key_account_mgmt", FILE, {}, mode="init", noupdate=True)
    users.company_ids = [Command.link(env.ref("key_account_mgmt.demo_company").id)]
    evaluation = env.ref("key_account_mgmt.demo_evaluation")
    env.cr.commit()
    return {
        "company": evaluation.company_id.name,
        "lines": [[line.partner_name, f"{line.score:g}", line.tier_id.name] for line in evaluation.line_ids],
    }
