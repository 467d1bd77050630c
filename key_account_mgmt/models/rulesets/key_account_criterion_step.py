from odoo import api, fields, models


class KeyAccountCriterionStep(models.Model):
    """One row of a scale: a band with its lower bound, or a grade with its option."""

    _name = "key.account.criterion.step"
    _description = "Key Account Criterion Step"
    _inherit = ["key.account.ruleset.part", "key.account.metric.user.mixin"]
    _order = "criterion_id, lower_bound, sequence, id"

    criterion_id = fields.Many2one("key.account.criterion", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="criterion_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    lower_bound = fields.Float("From (included)", digits=False, min_display_digits=1)
    option_id = fields.Many2one("key.account.metric.option", string="Grade", ondelete="restrict")
    points = fields.Float(required=True, digits=False, min_display_digits=1)

    _grade_unique = models.UniqueIndex(
        "(criterion_id, option_id) WHERE option_id IS NOT NULL",
        "A criterion gives points to each grade once only.",
    )

    def _get_rulesets(self):
        return self.criterion_id.ruleset_id

    @api.model
    def _get_used_options(self, options):
        return self.search([("option_id", "in", options.ids)]).option_id
