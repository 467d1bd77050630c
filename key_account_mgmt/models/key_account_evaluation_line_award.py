from odoo import fields, models


class KeyAccountEvaluationLine(models.Model):
    """What a line grants beside its tier, as the core decided it."""

    _inherit = "key.account.evaluation.line"  # pylint: disable=consider-merging-classes-inherited

    grants = fields.Json(readonly=True, copy=False)
