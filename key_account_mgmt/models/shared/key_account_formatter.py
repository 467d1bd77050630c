from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from functools import reduce

from odoo import api, models
from odoo.tools.misc import get_lang

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
MAX_DIGITS = 12


class KeyAccountFormatter(models.AbstractModel):
    """Format exact numbers for the user. Odoo's own formatting uses floats, which hold only 15 digits."""

    _name = "key.account.formatter"
    _description = "Formatter of Key Account Values"

    @api.model
    def _format_number(self, value, digits=None, trim=False):
        """Return ``value`` (Decimal, or its text) with the separators of the user's language.

        :param digits: decimals to round to; None shows all decimals
        :param trim: leave out trailing zeros of the decimals
        """
        value = Decimal(value)
        if not value.is_finite():
            return str(value)
        if digits is not None:
            value = self._round(value, digits)
        whole, _point, decimals = format(abs(value), "f").partition(".")
        decimals = decimals.rstrip("0") if trim or digits is None else decimals
        lang = self.env["res.lang"].browse(get_lang(self.env).id)
        text = lang.format("%d", int(whole), grouping=True)
        if decimals:
            text += lang.decimal_point + decimals
        return f"-{text}" if value < 0 else text

    @api.model
    def _format_amount(self, value, currency, digits=None, trim=False):
        """Return ``value`` as money; whole amounts have no decimals when ``trim``."""
        value = Decimal(value)
        places = currency.decimal_places if currency else 2
        digits = max(places, digits or 0)
        if trim and value == value.to_integral_value():
            digits = 0
        number = self._format_number(value, digits)
        if not currency:
            return number
        if currency.position == "after":
            return f"{number}\N{NO-BREAK SPACE}{currency.symbol}"
        return f"{currency.symbol}\N{NO-BREAK SPACE}{number}"

    @api.model
    def _format_list(self, parts):
        """Return the parts joined with the comma of the user's language: Chinese has its own."""
        parts = list(parts) or [""]
        return reduce(lambda before, after: self.env._("%(before)s, %(after)s", before=before, after=after), parts)

    @api.model
    def _format_percentage(self, value, digits=None):
        return self.env._("%(number)s %%", number=self._format_number(value, digits, trim=True))

    @api.model
    def _round(self, value, digits):
        return value.quantize(Decimal(1).scaleb(-digits), context=EXACT)

    @api.model
    def _round_up(self, value, currency):
        """Return a missing amount, rounded up to a step of the currency: 0.001 of a dollar is not zero, but 0.01."""
        return value.quantize(Decimal(1).scaleb(-currency.decimal_places), ROUND_CEILING, EXACT)

    @api.model
    def _get_telling_digits(self, value, digits, thresholds):
        """Return the fewest decimals, starting at ``digits``, that keep ``value`` on the right side of every threshold.

        69.9999 against 70 must not read "70 %, which is less than 70 %".
        """
        value = Decimal(value)
        for places in range(digits, MAX_DIGITS):
            shown = self._round(value, places)
            if all((shown > limit) == (value > limit) and (shown < limit) == (value < limit) for limit in thresholds):
                return places
        return MAX_DIGITS
