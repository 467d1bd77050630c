from odoo import fields, models


class KeyAccountEvaluationWizard(models.TransientModel):
    _name = "key.account.evaluation.wizard"
    _description = "Evaluate Customers"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
