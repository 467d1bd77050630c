from odoo import api, models
from odoo.exceptions import UserError

from ...rules import propose_fits


class KeyAccountIndustryProfile(models.Model):
    """An industry profile to start from: where the company's best customers are."""

    _inherit = "key.account.industry.profile"  # pylint: disable=consider-merging-classes-inherited

    def action_propose(self):
        """Add the industries of customers with a tier in the company of the user; rows that are there stay."""
        self.check_access("create")
        company = self.env.company
        fits = propose_fits(self._get_tier_counts(company))
        if not fits:
            raise UserError(
                self.env._(
                    "There is nothing to propose: no customer of %(company)s has a tier and an industry, or none of"
                    " them is of the best tier. Apply an evaluation, and enter industries on the customers.",
                    company=company.name,
                )
            )
        missing = fits.keys() - set(self._get_rows_of(company).industry_id)
        made = self.create([self._prepare_proposal(industry, fits[industry], company) for industry in missing])
        return self._get_proposal_notice(len(made), len(fits) - len(made))

    @api.model
    def _get_tier_counts(self, company):
        """Customers of the best tier there is among customers, and all with a tier, by industry.

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
        """A row of the company alone: others have other customers."""
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
