"""Runs in an Odoo shell: after all crashes, each award was made and posted exactly once, and the ledger adds up."""

import os

AWARDS = int(os.environ["CRASH_AWARDS"])

env = env  # noqa: F821 (the shell's)
company = env.ref("base.main_company")
evaluation = env["key.account.evaluation"].search([("name", "=", "Crash")])
awards = env["key.account.award"].search([("evaluation_id", "=", evaluation.id)])
entries = env["key.account.credit.entry"].search([("company_id", "=", company.id)], order="id")
faults = []


def expect(what, got, wanted):
    if got != wanted:
        faults.append(f"{what}: {got} instead of {wanted}")


expect("state of the evaluation", evaluation.state, "applied")
expect("awards", len(awards), AWARDS)
expect("customers with an award", len(awards.partner_id), AWARDS)
expect("names of awards", len(set(awards.mapped("name"))), AWARDS)
expect("states of awards", set(awards.mapped("state")), {"posted"})
posted = entries.filtered(lambda entry: entry.source == "award")
expect("postings", len(posted), AWARDS)
expect("awards posted", len(posted.award_id), AWARDS)
notes = env["mail.message"].search_count(
    [("model", "=", "res.partner"), ("res_id", "in", awards.partner_id.ids), ("body", "like", "by award")]
)
expect("notes on customers", notes, AWARDS)
limits = {}
for entry in entries:
    before = limits.get(entry.partner_id, (0.0, False))
    expect(f"old limit of {entry.partner_name}", (entry.old_limit, entry.was_limited), before)
    limits[entry.partner_id] = (entry.new_limit, entry.is_limited)
for award in awards:
    customer = award.partner_id.with_company(company)
    expect(f"limit of {customer.name}", customer.credit_limit, 10000.0 + customer.id)
    expect(f"ledger of {customer.name}", limits[award.partner_id], (10000.0 + customer.id, True))
if faults:
    raise SystemExit("\n".join([f"{len(faults)} faults", *faults[:20]]))
print(f"{AWARDS} awards posted once each; the ledger of {len(limits)} customers adds up")
