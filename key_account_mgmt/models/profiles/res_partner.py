from odoo import api, fields, models

from ..metrics.collection_scope import CollectionScope
from ..shared.access import SALES_ALL_DOCUMENTS


class ResPartner(models.Model):
    """The current fit of a customer, and the reasons for it."""

    _inherit = "res.partner"

    key_account_fit_html = fields.Html(
        "Fit",
        compute="_compute_key_account_fit_html",
        sanitize=False,
        exportable=False,
        groups="key_account_mgmt.group_key_account_user",
        help="By the industry profile and the customer profile of the company as they are today.",
    )

    @api.depends("industry_id", "country_id", "state_id", "category_id", "user_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_key_account_fit_html(self):
        explainer = self.env["key.account.fit.explanation"]
        tables = explainer._get_profile_snapshot(self.env.company)
        customers = self._origin.filtered(lambda partner: partner._may_see_key_account_fit())
        known = any(tables.values()) and customers
        inputs = explainer._get_matches(customers._get_key_account_fit_scope()) if known else {}
        for partner in self:
            found = inputs.get(partner._origin.id)
            partner.key_account_fit_html = found and explainer._render(tables, found)

    def _may_see_key_account_fit(self):
        """Return whether the user may see the fit.

        Only users with access to all documents see the fit of other users' customers.
        """
        return not self.user_id or self.user_id == self.env.user or self.env.user.has_group(SALES_ALL_DOCUMENTS)

    def _get_key_account_fit_scope(self):
        today = fields.Date.context_today(self)
        return CollectionScope(self.env.company, today, today, partner_ids=tuple(self.ids), with_business_only=False)
