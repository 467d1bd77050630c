import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..shared.numbers import exact_text


def get_industry_duplicate_message(env, diagnostics):
    """Which row is there already, from what the database says.

    :param diagnostics: of the violated index ``_industry_unique``
    """
    found = re.search(r"=\((\d+), \d+\)", diagnostics.message_detail or "")
    if not found:
        return env._("This industry is in the industry profile already. Change that row.")
    return env._(
        "Industry “%(industry)s” is in the industry profile already. Change that row.",
        industry=env["res.partner.industry"].browse(int(found[1])).display_name,
    )


class KeyAccountIndustryProfile(models.Model):
    """How well customers of an industry fit, in per cent: what was learnt where there is a history.

    A company's own row stands instead of the shared one of the same industry.
    """

    _name = "key.account.industry.profile"
    _description = "Industry Profile"
    _inherit = ["key.account.company.mixin"]
    _order = "fit_pct desc, industry_id, id"
    _rec_name = "industry_id"

    industry_id = fields.Many2one("res.partner.industry", required=True, index=True, ondelete="restrict")
    fit_pct = fields.Float(
        "Industry Fit (%)",
        digits=False,
        min_display_digits=0,
        required=True,
        aggregator=None,
        help="100 % for the industries whose customers became the best ones, 0 % for those of which none did.",
    )
    note = fields.Char()
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company without a row of its own for the industry."
    )

    _industry_unique = models.UniqueIndex("(industry_id, COALESCE(company_id, 0))", get_industry_duplicate_message)

    @api.constrains("fit_pct")
    def _check_fit_pct(self):
        for row in self:
            if not 0 <= row.fit_pct <= 100:
                raise ValidationError(
                    self.env._(
                        "Industry “%(industry)s” has an industry fit of %(percentage)s %%. Enter a percentage from 0 to"
                        " 100.",
                        industry=row.industry_id.display_name,
                        percentage=row.fit_pct,
                    )
                )

    @api.model
    def _get_rows_of(self, company):
        """The rows that count for a company: its own, and the shared ones of all other industries."""
        # sudo: evaluations of a company read its rules whoever computes them, as with documents; see the collector
        rows = self.sudo().search([("company_id", "in", [company.id, False])])
        own = rows.filtered("company_id")
        return own | rows.filtered(lambda row: row.industry_id not in own.industry_id)

    def _prepare_fit_values(self):
        """The row as explanations keep it, see ``key.account.fit``."""
        industry = self.industry_id
        return {"id": industry.id, "name": industry.display_name, "pct": exact_text(self.fit_pct)}
