from odoo import fields, models


class KeyAccountTemplateWizard(models.TransientModel):
    """Asks for a method and a company, and creates a draft to adapt. It activates nothing."""

    _name = "key.account.template.wizard"
    _description = "New Key Account Rule Set from a Template"

    template_id = fields.Many2one(
        "key.account.template", required=True, default=lambda self: self.env["key.account.template"].search([], limit=1)
    )
    description = fields.Text(related="template_id.description")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)

    def action_create(self):
        """Create the draft and open it."""
        self.ensure_one()
        draft = self.template_id._create_draft(self.company_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": draft._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }
