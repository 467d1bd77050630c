from odoo import api, fields, models

from .key_account_cap_vocabulary import CUSTOMER_KINDS
from .key_account_grant_vocabulary import VALUE_KINDS


class KeyAccountRule(models.Model):
    """A row that suggests what kind of value a customer looks for."""

    _inherit = "key.account.rule"

    value_kind = fields.Selection(
        CUSTOMER_KINDS,
        string="Suggested Kind",
        default="intrinsic",
        help="Suggested for customers for whom the row holds. Nothing is written on them until somebody confirms it.",
    )

    @api.depends("value_kind")
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _prepare_rule_values(self):
        if self.kind != VALUE_KINDS:
            return super()._prepare_rule_values()
        return {
            "key": self.key,
            "name": self.name or "",
            "value_kind": self.value_kind or "",
            "conditions": [
                *self._prepare_tier_conditions(),
                *(condition._prepare_condition_values() for condition in self.condition_ids),
            ],
        }
