from odoo import api, models


class KeyAccountMetricUserMixin(models.AbstractModel):
    """Models that use metrics. Metrics and options in use cannot be deleted, nor can their codes change.

    Rooms and other addons report their uses by implementing this mixin; metrics know none of these models.
    """

    _name = "key.account.metric.user.mixin"
    _description = "User of Key Account Metrics"

    @api.model
    def _get_metric_uses(self, metrics):
        """Return the names of what uses any of the metrics, in the user's language.

        Called as superuser and with archived records, so that other companies count too; only names are shown.

        :rtype: list[str]
        """
        return []

    @api.model
    def _get_used_options(self, options):
        """Return the options that records of this model use. Called in the same way as ``_get_metric_uses``."""
        return options.browse()
