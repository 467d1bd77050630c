from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .key_account_cap_vocabulary import NO_TIER

# The order of tiers and exported rule sets depend on these fields.
FROZEN_FIELDS = {"code", "rank", "company_id"}


class KeyAccountTier(models.Model):
    _name = "key.account.tier"
    _description = "Key Account Tier"
    _inherit = ["key.account.company.mixin"]
    _order = "rank, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Stable name in exported rule sets.")
    rank = fields.Integer(required=True, default=1, help="1 is the best tier.")
    color = fields.Integer()
    description = fields.Text(translate=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company may use it.")
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code, COALESCE(company_id, 0))", "A tier with this code exists already.")

    @api.constrains("rank")
    def _check_rank(self):
        for tier in self:
            if tier.rank < 1:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” has rank %(rank)s. Ranks start at 1, the best tier.",
                        tier=tier.name,
                        rank=tier.rank,
                    )
                )

    @api.constrains("code")
    def _check_code(self):
        for tier in self:
            if tier.code == NO_TIER:
                raise ValidationError(
                    self.env._("“%s” means customers without a tier in rules. Choose another code.", tier.code)
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for tier, vals in zip(self, vals_list, strict=True):
            if "code" not in (default or {}):
                vals["code"] = self.env._("%s (copy)", tier.code)
        return vals_list

    def write(self, vals):
        if FROZEN_FIELDS & vals.keys():
            self._check_unused(("active", "retired"))
        elif not vals.get("active", True):
            self._check_unused(("active",))
        return super().write(vals)

    def _check_unused(self, states):
        # sudo: rule sets of companies hidden from the user may use a shared tier
        rulesets = self.env["key.account.ruleset"].sudo().with_context(active_test=False)
        ruleset = rulesets.search([("tier_ids", "in", self.ids), ("state", "in", states)], limit=1)
        if not ruleset:
            return
        raise UserError(
            self.env._(
                "Tier “%(tier)s” is used by the rule set “%(ruleset)s” of %(company)s, which was activated: its"
                " code, rank and company cannot be changed, and it cannot be archived while that rule set is"
                " active. Create another tier and use it in a new version.",
                tier=(self & ruleset.tier_ids)[0].name,
                ruleset=ruleset.display_name,
                company=ruleset.company_id.name,
            )
        )
