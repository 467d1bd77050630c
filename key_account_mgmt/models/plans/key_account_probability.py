from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..shared.numbers import exact_text


class KeyAccountProbability(models.Model):
    """A name for the probability of an expectation, and its weight in per cent."""

    _name = "key.account.probability"
    _description = "Probability Level"
    _inherit = ["key.account.company.mixin"]
    _order = "percentage desc, id"

    name = fields.Char(required=True, translate=True)
    percentage = fields.Float("Probability (%)", digits=False, min_display_digits=0, required=True, aggregator=None)
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company may use it.")
    active = fields.Boolean(default=True)

    @api.constrains("percentage")
    def _check_percentage(self):
        for level in self:
            if not 0 <= level.percentage <= 100:
                raise ValidationError(
                    self.env._(
                        "Probability level “%(level)s” has %(percentage)s %%. Enter a percentage from 0 to 100.",
                        level=level.name,
                        percentage=exact_text(level.percentage),
                    )
                )
