from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..shared.numbers import exact_text


class KeyAccountTierBenefit(models.Model):
    """The benefits of a tier for all its customers, by rule set: a credit ceiling, a payment term, a pricelist."""

    _name = "key.account.tier.benefit"
    _description = "Benefit of a Key Account Tier"
    _inherit = ["key.account.ruleset.part"]
    _order = "ruleset_id, rank, id"
    _check_company_auto = True
    _rec_name = "tier_id"

    ruleset_id = fields.Many2one("key.account.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_tier_ids = fields.Many2many(related="ruleset_id.tier_ids", string="Tiers of the Rule Set")
    tier_id = fields.Many2one("key.account.tier", required=True, index=True, ondelete="restrict", check_company=True)
    tier_color = fields.Integer("Tier Color", related="tier_id.color")
    rank = fields.Integer(related="tier_id.rank", store=True)
    has_credit_ceiling = fields.Boolean("Has Ceiling", help="Whether there is a limit that no rule can exceed.")
    credit_ceiling = fields.Float(
        digits=False,
        min_display_digits=0,
        help="The highest credit limit that any rule gives a customer of this tier, in company currency.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        ondelete="restrict",
        check_company=True,
        help="Applying an evaluation gives customers of this tier these payment terms. Empty: they keep theirs.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        ondelete="restrict",
        check_company=True,
        help="Applying an evaluation gives customers of this tier this pricelist. Empty: they keep theirs. Where"
        " discounts are measured against the customer's pricelist, they are measured against this one from then on.",
    )

    _tier_unique = models.Constraint("UNIQUE (ruleset_id, tier_id)", "This tier has its benefits already.")

    @api.constrains("has_credit_ceiling", "credit_ceiling")
    def _check_credit_ceiling(self):
        for benefit in self:
            # Written so that "not a number" is refused, too.
            if benefit.has_credit_ceiling and not 0 <= benefit.credit_ceiling < float("inf"):
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s”: a credit ceiling of %(ceiling)s is not possible. Enter 0 (no credit) or a"
                        " higher amount.",
                        tier=benefit.tier_id.name,
                        ceiling=exact_text(benefit.credit_ceiling),
                    )
                )
