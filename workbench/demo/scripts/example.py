"""The worked example of the yearly appraisal, from the addon's own demo data."""

from odoo.fields import Command
from odoo.tools import convert_file

FILE = "demo/key_account_appraisal_demo.xml"
# Invented: both companies sell the same products, whose prices are in the first one's currency.
RATE, SINCE = 1.1, "2000-01-01"


def load_example(env, users):
    """Load it, and let the users into its company; committed."""
    convert_file(env, "key_account_mgmt", FILE, {}, mode="init", noupdate=True)
    users.company_ids = [Command.link(env.ref("key_account_mgmt.demo_company").id)]
    evaluation = env.ref("key_account_mgmt.demo_evaluation")
    _give_rates(env, env.company.currency_id, evaluation.company_id.currency_id)
    env.cr.commit()
    return {
        "company": evaluation.company_id.name,
        "lines": [[line.partner_name, f"{line.score:g}", line.tier_id.name] for line in evaluation.line_ids],
    }


def _give_rates(env, currency, other):
    """For all companies: without rates, orders with a discount could not be judged."""
    if currency == other:
        return
    env["res.currency.rate"].create(
        [
            {"currency_id": one.id, "rate": rate, "name": SINCE, "company_id": False}
            for one, rate in ((currency, 1), (other, RATE))
        ]
    )
