from decimal import Decimal

from odoo import api, models

from ..discounts.key_account_discount_value import ZERO
from ..shared.holding import HOLDING


class KeyAccountCredit(models.AbstractModel):
    """What customers pay for an order online is no credit, although Odoo books it only after it confirmed the order.

    So whoever gets nothing on credit can pay in advance.
    """

    _inherit = "key.account.credit"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_company_claims(self, company, orders):
        claims = super()._get_company_claims(company, orders)
        if not HOLDING.get():
            return claims
        return {
            order: claim.with_use(used=claim.used - self._get_just_paid(order, company))
            for order, claim in claims.items()
        }

    @api.model
    def _get_just_paid(self, order, company):
        """What was paid for an order and is not booked yet, in company currency; reserved money does not count."""
        done = order.transaction_ids.filtered(lambda one: one.state == "done" and not one.payment_id)
        exposure, paid = self.env["key.account.exposure"], ZERO
        for currency, transactions in done.grouped("currency_id").items():
            amount = sum((Decimal(repr(one.amount)) for one in transactions), ZERO)
            paid += exposure._get_value_today(amount, currency, company)
        return paid
