from decimal import Decimal

from odoo import api, fields, models


class ResPartner(models.Model):
    """How much credit a customer has in a company: no limit and a limit of zero are not the same."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    key_account_zero_limit = fields.Boolean(
        "Nothing on Credit",
        company_dependent=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The customer pays in advance: its limit is zero. Without this mark a limit of 0 is no limit.",
    )

    def _get_key_account_limit(self):
        """The limit of one commercial partner in the company of the environment."""
        if self.key_account_zero_limit:
            return Decimal(0)
        return max(Decimal(repr(self.credit_limit)), Decimal(0)) if self.credit_limit else None

    @api.model
    def _prepare_key_account_limit(self, limit):
        """What to write on a commercial partner, in the right company, so that it has that limit.

        :param limit: Decimal in company currency, zero for nothing on credit, None for no limit
        """
        return {"credit_limit": float(limit or 0), "key_account_zero_limit": limit is not None and not limit}
