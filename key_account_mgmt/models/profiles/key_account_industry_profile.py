import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules import propose_fits
from ..shared.numbers import exact_text


def get_industry_duplicate_message(env, diagnostics):
    """Return which row exists already, from the diagnostics of the database.

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
    """The fit of customers of an industry, in per cent, learnt from the history where there is one.

    A company's own row replaces the shared row of the same industry.
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
        help="100 % for industries whose customers became the best ones, 0 % for industries without any such customer.",
    )
    note = fields.Char()
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company that has no row of its own for the industry."
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
        """Return the rows that count for a company: its own, and the shared ones of all other industries."""
        # sudo: an evaluation reads the company's rules regardless of the user's rights, as with documents; see the
        # collector
        rows = self.sudo().search([("company_id", "in", [company.id, False])])
        own = rows.filtered("company_id")
        return own | rows.filtered(lambda row: row.industry_id not in own.industry_id)

    def _prepare_fit_values(self):
        """Return the row in the form stored for explanations, see ``key.account.fit.explanation``."""
        industry = self.industry_id
        return {"id": industry.id, "name": industry.display_name, "pct": exact_text(self.fit_pct)}

    # -------------------------------------------------------------------------
    # A proposed industry profile: the industries of the company's best customers
    # -------------------------------------------------------------------------

    def action_propose(self):
        """Add the industries of customers with a tier in the user's company; existing rows stay unchanged."""
        self.check_access("create")
        company = self.env.company
        fits = propose_fits(self._get_tier_counts(company))
        if not fits:
            raise UserError(
                self.env._(
                    "There is nothing to propose: no customer of %(company)s has both a tier and an industry, or"
                    " none of them has the best tier. Apply an evaluation, and enter industries on the customers.",
                    company=company.name,
                )
            )
        missing = fits.keys() - set(self._get_rows_of(company).industry_id)
        made = self.create([self._prepare_proposal(industry, fits[industry], company) for industry in missing])
        return self._get_proposal_notice(len(made), len(fits) - len(made))

    @api.model
    def _get_tier_counts(self, company):
        """Return the number of customers of the best tier in use, and of all customers with a tier, by industry.

        :return: ``{res.partner.industry: (best, all)}``
        """
        groups = (
            self.env["res.partner"]
            .with_company(company)
            ._read_group(
                [("key_account_tier_id", "!=", False), ("industry_id", "!=", False)],
                ["industry_id", "key_account_tier_id"],
                ["__count"],
            )
        )
        best = min((tier.rank for _industry, tier, _count in groups), default=None)
        counts = {}
        for industry, tier, count in groups:
            of_best, total = counts.get(industry, (0, 0))
            counts[industry] = of_best + count * (tier.rank == best), total + count
        return counts

    @api.model
    def _prepare_proposal(self, industry, fit_pct, company):
        """Return values of a row for this company only: other companies have other customers."""
        return {
            "industry_id": industry.id,
            "fit_pct": float(fit_pct),
            "company_id": company.id,
            "note": self.env._("Proposed from the tiers of customers"),
        }

    @api.model
    def _get_proposal_notice(self, added, left):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if added else "info",
                "message": self.env._(
                    "%(added)s industries added, %(left)s left as they were. Check the percentages.",
                    added=added,
                    left=left,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
