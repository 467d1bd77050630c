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
        """Create the draft and open it, and switch on the parts of the addon that the method needs.

        :raise UserError: a needed part is off, and the user may not change the settings
        """
        self.ensure_one()
        needed = self.template_id._get_off_parts()[self.template_id]
        self.env["key.account.part"]._switch_on(needed)
        draft = self.template_id._create_draft(self.company_id)
        if needed:
            # A page of its own, so that the menus of these parts appear.
            return {"type": "ir.actions.act_url", "target": "self", "url": f"/odoo/key-account-rule-sets/{draft.id}"}
        return {
            "type": "ir.actions.act_window",
            "res_model": draft._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }
