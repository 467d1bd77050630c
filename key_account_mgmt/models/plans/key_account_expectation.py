from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import added_value, prospect_value
from ..shared.numbers import exact_text


class KeyAccountExpectation(models.Model):
    """The expected value of a customer in a fiscal year, or in a quarter of it.

    Market potential and share apply to a prospect; the additional volume adds to the current business of a customer.
    Users never enter the current business: it is the revenue of the period.
    """

    _name = "key.account.expectation"
    _description = "Key Account Expectation"
    _inherit = ["key.account.plan.mixin", "key.account.internal.thread"]

    market_potential = fields.Monetary(
        tracking=True, help="For a prospect: its purchases of such goods from all suppliers, in company currency."
    )
    share_pct = fields.Float(
        "Expected Share (%)",
        digits=False,
        min_display_digits=0,
        aggregator=None,
        tracking=True,
        help="For a prospect: the share of its market potential that it may buy from your company.",
    )
    additional_volume = fields.Monetary(
        tracking=True,
        help="For an existing customer: what it may buy in addition to today's volume, in company currency.",
    )
    probability_id = fields.Many2one(
        "key.account.probability",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    probability_pct = fields.Float(related="probability_id.percentage")
    prospect_value = fields.Monetary(
        "Value as a Prospect",
        compute="_compute_values",
        store=True,
        precompute=True,
        help="Market potential × expected share × probability: the expected value while there is no business.",
    )
    added_value = fields.Monetary(
        "Value of Additional Volume",
        compute="_compute_values",
        store=True,
        precompute=True,
        help="Additional volume × probability: with the current business, the expected value of a customer.",
    )

    @api.depends(
        "market_potential", "share_pct", "additional_volume", "probability_id.percentage", "company_id.currency_id"
    )
    def _compute_values(self):
        for row in self:
            rounding = Decimal(repr(row.currency_id.rounding or 0.01))
            potential, share, volume, probability = (
                Decimal(exact_text(number))
                for number in (
                    row.market_potential,
                    row.share_pct,
                    row.additional_volume,
                    row.probability_id.percentage,
                )
            )
            row.prospect_value = float(prospect_value(potential, share, probability, rounding))
            row.added_value = float(added_value(volume, probability, rounding))

    @api.constrains("market_potential", "share_pct", "additional_volume")
    def _check_values(self):
        for row in self:
            for name in ("market_potential", "additional_volume", "share_pct"):
                row._check_not_negative(name)
            if row.share_pct > 100:
                raise ValidationError(
                    self.env._(
                        "%(row)s: an expected share of %(share)s %% is more than all that the customer buys. Enter a"
                        " share from 0 to 100.",
                        row=row.display_name,
                        share=exact_text(row.share_pct),
                    )
                )

    def _check_not_negative(self, name):
        if self[name] < 0:
            raise ValidationError(
                self.env._(
                    "%(row)s: %(field)s is %(number)s, and cannot be negative. Enter a number from 0.",
                    row=self.display_name,
                    field=self._fields[name]._description_string(self.env),
                    number=exact_text(self[name]),
                )
            )
