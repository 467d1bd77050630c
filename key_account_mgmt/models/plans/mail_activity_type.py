from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Days of a leap year.
LONGEST_HOURS = 366 * 24


class MailActivityType(models.Model):
    """The work that an activity of the type takes, where it serves a customer."""

    _inherit = "mail.activity.type"

    key_account_hours = fields.Float(
        "Hours to Serve",
        # Without fixed digits: 20 minutes are a third of an hour.
        digits=False,
        help="The time that such an activity takes. Done activities on customers, their orders, invoices and"
        " opportunities count toward the cost to serve with these hours. 0: they do not count.",
    )

    @api.constrains("key_account_hours")
    def _check_key_account_hours(self):
        for activity_type in self:
            if not 0 <= activity_type.key_account_hours <= LONGEST_HOURS:
                raise ValidationError(
                    self.env._(
                        "%(type)s: an activity cannot take %(hours)s hours. Enter 0 to leave it out of the cost to"
                        " serve, or a number up to %(limit)s.",
                        type=activity_type.display_name,
                        hours=activity_type.key_account_hours,
                        limit=f"{LONGEST_HOURS:,}",
                    )
                )
