from decimal import Decimal

from odoo import api, models

from ...rules import CapDecision, judge
from .key_account_discount_value import ZERO
from .key_account_exchange import MissingRate

NOTHING = CapDecision(None, ZERO, None, ())


class KeyAccountDiscount(models.AbstractModel):
    """Orders in a currency without any rate, which cannot be compared with what goods are worth in the company's."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _needs_no_rate(self, lines, table):
        """Whether nothing of an order can be over, whatever its currency is worth.

        Nothing of it is capped, or it gives no discount: each line costs what the customer's own pricelist, which is
        in the order's currency, asks for it. Pricelists are made by those who decide about prices; another one than
        the customer's would be the salesperson's choice. A margin floor compares with costs in another currency.

        :param list[PricedLine] lines: of one order
        """
        own = self.env["key.account.discount.value"]._get_in_own_currency(lines)
        return self._has_no_cap(own, table) or (not table.has_floor and self._gives_nothing(own))

    @api.model
    def _has_no_cap(self, lines, table):
        """Whether no line has a cap; not known where rows of the table ask for the amount of the order."""
        if "order_amount" in table.metrics:
            return False
        valued = self.env["key.account.discount.value"]._get_values(lines, reference=None)
        return all(one.cap is None and one.margin_floor is None for one in self._decide(lines, valued, table))

    @api.model
    def _gives_nothing(self, lines):
        """Whether lines keep a cap of 0, measured in the currency of their order against the customer's pricelist."""
        document = lines[0].document
        try:
            valued = self.env["key.account.discount.value"]._get_values(lines, "pricelist")
        except MissingRate:
            # That pricelist is in another currency.
            return False
        capped = [self._prepare_line(line, value, NOTHING) for line, value in zip(lines, valued, strict=True)]
        return not judge(capped, Decimal(repr(document.currency.rounding))).over
