from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """What an hour of work for a customer costs."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    key_account_hour_cost = fields.Monetary(
        "Cost of an Hour",
        help="What an hour of somebody's work for a customer costs, in company currency. 0: hours cost nothing.",
    )

    @api.constrains("key_account_hour_cost")
    def _check_key_account_hour_cost(self):
        for company in self:
            if company.key_account_hour_cost < 0:
                raise ValidationError(
                    self.env._(
                        "%(company)s: an hour cannot cost %(cost)s. Enter 0, if hours shall cost nothing, or more.",
                        company=company.display_name,
                        cost=company.key_account_hour_cost,
                    )
                )
