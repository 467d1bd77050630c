from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Customers are merged: the grades of all their appraisals make one value, and no value is lost."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # sudo: whoever may merge customers need not see their appraisals; what these came to is only made anew
        appraisals = self.env["key.account.appraisal"].sudo().search([("partner_id", "in", src_partners.ids)])
        self.env["key.account.metric.value"]._drop_appraised(src_partners)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        appraisals._refresh_values(appraisals._get_keys())
        return result
