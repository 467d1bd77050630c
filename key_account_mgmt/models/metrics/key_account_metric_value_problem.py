import re

from odoo import api, models
from odoo.exceptions import ValidationError

from ..shared.numbers import is_number

# Beyond this a float does not hold cents, and no business has such figures.
LARGEST_VALUE = 10**15


class KeyAccountMetricValue(models.Model):
    """What is refused as a value, and why."""

    _inherit = "key.account.metric.value"  # pylint: disable=consider-merging-classes-inherited

    def _check_number(self, vals):
        """Refuse numbers that later arithmetic could not hold, before they reach the database."""
        if is_number(vals["value"], LARGEST_VALUE):
            return
        partner = self.env["res.partner"].browse(vals.get("partner_id")) or self[:1].partner_id
        metric = self.env["key.account.metric"].browse(vals.get("metric_id")) or self[:1].metric_id
        raise ValidationError(
            self.env._(
                "%(customer)s: %(value)s cannot be entered for %(metric)s. Enter a number between -%(limit)s and"
                " %(limit)s.",
                customer=partner.display_name,
                metric=metric.name,
                value=vals["value"],
                limit=f"{LARGEST_VALUE:,}",
            )
        )

    @api.model
    def _get_twice_message(self, diagnostics):
        """Which value is there already, from what the database says of it."""
        found = re.search(r"=\((\d+), \d+, (\d+), (\S+), (\S+)\)", diagnostics.message_detail or "")
        if not found:
            return self.env._("A customer has one value of a metric for a period. Change the one that is there.")
        partner_id, metric_id, date_from, date_to = found.groups()
        return self.env._(
            "%(customer)s has a value of %(metric)s from %(date_from)s to %(date_to)s already. Change that one; or, if"
            " you merge customers, delete one of them first.",
            customer=self.env["res.partner"].browse(int(partner_id)).display_name,
            metric=self.env["key.account.metric"].browse(int(metric_id)).name,
            date_from=date_from,
            date_to=date_to,
        )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for value in self:
            if value.date_from > value.date_to:
                raise ValidationError(
                    self.env._(
                        "The period of %(value)s ends on %(date_to)s, before it begins on %(date_from)s. Correct its"
                        " dates.",
                        value=value.display_name,
                        date_from=value.date_from,
                        date_to=value.date_to,
                    )
                )

    @api.constrains("metric_id", "value", "option_id")
    def _check_value(self):
        for value in self:
            message = value._get_value_problem()
            if message:
                raise ValidationError(message)

    def _get_value_problem(self):
        """What is wrong with the value for its metric, as a sentence; None if nothing is."""
        self.ensure_one()
        if self.metric_id.source != "manual":
            return self.env._(
                "Metric %(metric)s is filled by the system: no values are entered for it.", metric=self.metric_id.name
            )
        if self.metric_kind == "choice":
            return self._get_option_problem()
        if self.option_id:
            return self.env._(
                "%(value)s has a grade, but its metric takes a number. Remove the grade.", value=self.display_name
            )
        if self.metric_kind == "count" and (self.value < 0 or self.value != int(self.value)):
            return self.env._(
                "%(value)s is a count: enter a whole number from 0, not %(number)s.",
                value=self.display_name,
                number=self.value,
            )
        return None

    def _get_option_problem(self):
        options = self.metric_id.option_ids
        if self.option_id in options:
            return None
        return self.env._(
            "%(value)s needs a grade of its metric: %(options)s.",
            value=self.display_name,
            options=", ".join(options.mapped("name")) or self.env._("none has been defined yet"),
        )
