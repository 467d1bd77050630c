"""Run in an Odoo shell: make what people make with the addon, which refers to what the addon brought along."""

for template in env["key.account.template"].search([]):  # noqa: F821
    template._create_draft(env.company)  # noqa: F821

# Saved filters and an export template; what names nothing of the addon must outlive it.
for name, model, domain in (
    ("By tier", "res.partner", "[('key_account_tier_id', '!=', False)]"),
    ("Of whose customer", "sale.order", "[('partner_id.key_account_tier_id.code', '=', 'A')]"),
    ("Posted", "key.account.award", "[('state', '=', 'posted')]"),
    ("Of others", "res.partner", "[('name', 'ilike', 'key account')]"),
):
    env["ir.filters"].create({"name": name, "model_id": model, "domain": domain})  # noqa: F821
columns = [(0, 0, {"name": name}) for name in ("name", "key_account_tier_id/code")]
env["ir.exports"].create({"name": "Of others", "resource": "res.partner", "export_fields": columns})  # noqa: F821
env.cr.commit()  # noqa: F821
