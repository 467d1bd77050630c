from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..shared.numbers import get_largest_amount
from .res_company import SETTINGS


class ResCompany(models.Model):
    """What an hour of work for a customer costs."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    key_account_hour_cost = fields.Monetary(
        "Cost of an Hour",
        prefetch=SETTINGS,
        # Portal users may read companies, and it is no business of customers.
        groups="base.group_user",
        help="What an hour of somebody's work for a customer costs, in company currency. 0: hours cost nothing.",
    )

    @api.constrains("key_account_hour_cost")
    def _check_key_account_hour_cost(self):
        for company in self:
            limit = get_largest_amount(company.currency_id)
            if not 0 <= company.key_account_hour_cost <= limit:
                raise ValidationError(
                    self.env._(
                        "%(company)s: an hour cannot cost %(cost)s. Enter 0, if hours shall cost nothing, or up to"
                        " %(limit)s.",
                        company=company.display_name,
                        cost=company.key_account_hour_cost,
                        limit=f"{limit:,}",
                    )
                )
