from odoo import api, models
from odoo.tools import SQL

from ...models.awards.credit_family import CreditFamily
from ...models.credit.res_partner import LIMIT_FIELDS


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers: the remaining customer keeps its own credit limits, and no grade of an appraisal is lost."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # Before the merge: this step already turns customers into contacts of the remaining one.
        # sudo: limits apply to all users, including those without the right to read them
        others, target = src_partners.sudo(), dst_partner.sudo().commercial_partner_id
        self._merge_limits(others, dst_partner.sudo(), target)
        appraisals = self._take_appraisals(src_partners)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # The grades of all their appraisals are combined into one value.
        appraisals._refresh_values(appraisals._get_keys())
        # The ledger of the remaining customer now contains their entries.
        target._settle_key_account_ledger("merged")
        return result

    @api.model
    def _take_appraisals(self, partners):
        """Return the appraisals of customers about to be merged, after deleting the values computed from them."""
        # sudo: users who may merge customers need not see their appraisals; the values are only recomputed
        appraisals = self.env["key.account.appraisal"].sudo().search([("partner_id", "in", partners.ids)])
        self.env["key.account.metric.value"]._drop_appraised(partners)
        return appraisals

    def _merge_limits(self, others, kept, target):
        """Give all merged contacts the limits of the remaining customer.

        Merging fills, by SQL, empty columns of the remaining contact with the values of the others: equal limits leave
        nothing to fill.

        :param target: the commercial partner of the remaining contact ``kept``
        """
        before = others._read_key_account_members(others | kept | target)
        customers = others.filtered(lambda one: one._is_key_account_customer() and one != target)
        last = self.env["key.account.credit.entry"]._get_last_entries(customers)
        family = CreditFamily(others)
        decided = [family.get_decided(one, before[one.id], last) for one in customers]
        self._copy_stored_limits(kept, others)
        common = family.get_common(before[target.id].limits, decided)
        others._store_key_account_limits(dict.fromkeys((others | kept | target).ids, common))
        (others | kept | target).flush_recordset(LIMIT_FIELDS)

    def _copy_stored_limits(self, source, partners):
        """Copy the stored limits of all companies."""
        (source | partners).flush_recordset(LIMIT_FIELDS)
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner copy
                   SET credit_limit = source.credit_limit, key_account_no_credit = source.key_account_no_credit
                  FROM res_partner source
                 WHERE source.id = %s AND copy.id = ANY(%s)
                """,
                source.id,
                list(partners.ids),
            )
        )
        partners.invalidate_recordset(LIMIT_FIELDS)
