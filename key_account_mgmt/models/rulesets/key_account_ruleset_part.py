from decimal import ROUND_HALF_UP, Context, Decimal

from odoo import api, models

# Enough for the largest float there is with 6 decimals.
_ANY_FLOAT = Context(prec=400)
_FINEST = Decimal("0.000001")


def exact_text(value):
    """A number of a form as exact text. What people typed has at most 6 decimals, and its shortest spelling gives
    back those digits, where the float's own digits would not (0.1 is 0.1000000000000000055…). The fields themselves
    have no fixed digits, since Odoo would then round them as floats: 10^15 would become 1000000000000000.9."""
    number = Decimal(repr(value or 0.0))
    if not number.is_finite():
        return str(number)
    # Half up, as PostgreSQL rounds: what a statement counts with and what explanations show must be the same.
    plain = format(number.quantize(_FINEST, ROUND_HALF_UP, _ANY_FLOAT), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


class KeyAccountRulesetPart(models.AbstractModel):
    """What all rows of rule sets share: they change in drafts only.

    Everybody who was sorted by a rule set must be able to read the very rules that sorted him. So there is no way
    round this, not even for the superuser or by a context key, which any caller over RPC could bring along.
    """

    _name = "key.account.ruleset.part"
    _description = "Part of a Key Account Rule Set"

    def _get_rulesets(self):
        """The rule sets that these records belong to."""
        return self.ruleset_id

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_rulesets()._check_draft()
        return records

    def write(self, vals):
        before = self._get_rulesets()
        before._check_draft()
        result = super().write(vals)
        (self._get_rulesets() - before)._check_draft()
        return result

    def unlink(self):
        if not self.env["key.account.ruleset"]._is_uninstalling():
            self._get_rulesets()._check_draft()
        return super().unlink()
