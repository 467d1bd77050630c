from odoo import api, fields, models

from ...models.awards.evaluation_effects import EvaluationEffects
from ...models.evaluations.evaluation_summary import get_list_html


class KeyAccountEvaluationStep(models.TransientModel):
    """Shows the effects of applying or reverting an evaluation, and asks Finance if Finance has to consent."""

    _name = "key.account.evaluation.step"
    _description = "Apply or Revert an Evaluation"

    evaluation_id = fields.Many2one("key.account.evaluation", required=True, readonly=True, ondelete="cascade")
    step = fields.Selection(
        [("apply", "Apply"), ("revert", "Revert"), ("consent", "Consent to Reverting")], required=True, readonly=True
    )
    effects_html = fields.Html("Effects", compute="_compute_effects", sanitize=False)
    needs_consent = fields.Boolean(compute="_compute_effects")
    requested_by_id = fields.Many2one(related="evaluation_id.revert_requested_by_id")
    revert_reason = fields.Text(related="evaluation_id.revert_reason")
    reason = fields.Text()

    @api.depends("evaluation_id", "step")
    def _compute_effects(self):
        for wizard in self:
            evaluation = wizard.evaluation_id
            effects = EvaluationEffects(evaluation)
            sentences = effects.of_applying() if wizard.step == "apply" else effects.of_reverting()
            wizard.effects_html = get_list_html(sentences)
            wizard.needs_consent = wizard.step == "revert" and evaluation._needs_consent()

    def action_apply(self):
        self.ensure_one()
        self.evaluation_id.action_apply()
        return {"type": "ir.actions.act_window_close"}

    def action_revert(self):
        self.ensure_one()
        self.evaluation_id.action_revert()
        return {"type": "ir.actions.act_window_close"}

    def action_request(self):
        self.ensure_one()
        self.evaluation_id.action_request_revert(self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_consent(self):
        self.ensure_one()
        self.evaluation_id.action_consent_revert()
        return {"type": "ir.actions.act_window_close"}

    def action_refuse(self):
        self.ensure_one()
        self.evaluation_id.action_refuse_revert(self.reason)
        return {"type": "ir.actions.act_window_close"}
