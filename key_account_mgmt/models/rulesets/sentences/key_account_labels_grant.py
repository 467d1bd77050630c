from odoo import api, models

from ..key_account_cap_vocabulary import NO_TIER
from ..key_account_grant_vocabulary import TIER
from .key_account_labels import MetricLabel


class KeyAccountLabels(models.AbstractModel):
    """The tier that was decided, as a metric: credit limits and rewards ask for it."""

    _inherit = "key.account.labels"

    @api.model
    def _get_labels(self, policy_values, metric_codes=(), reasons=()):
        labels = super()._get_labels(policy_values, metric_codes, reasons)
        labels.metrics.setdefault(TIER, self._get_decided_tier_label(labels.tiers))
        return labels

    @api.model
    def _get_decided_tier_label(self, tiers):
        """:param dict tiers: names by code"""
        return MetricLabel(self.env._("Tier"), kind="choice", options={**tiers, NO_TIER: self.env._("none")})
