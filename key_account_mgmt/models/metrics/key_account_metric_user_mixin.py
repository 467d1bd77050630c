from odoo import api, models


class KeyAccountMetricUserMixin(models.AbstractModel):
    """Models that rely on metrics: while they do, a metric or one of its options cannot be deleted or change its code.

    Rooms and other addons say what they use by implementing this mixin; metrics know none of them.
    """

    _name = "key.account.metric.user.mixin"
    _description = "User of Key Account Metrics"

    @api.model
    def _get_metric_uses(self, metrics):
        """Return names of what relies on any of the metrics, in the user's language.

        Called as superuser and with archived records, so that other companies count too; only names are shown.

        :rtype: list[str]
        """
        return []

    @api.model
    def _get_used_options(self, options):
        """Return those of the options that records of this model name. Called as ``_get_metric_uses`` is."""
        return options.browse()
