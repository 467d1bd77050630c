from odoo import api, models
from odoo.exceptions import AccessError

# What decides on the pricelist that a customer has.
PRICELIST_FIELDS = {
    "property_product_pricelist",
    "specific_property_product_pricelist",
    "country_id",
    "parent_id",
    "is_company",
}
PRIVILEGED_GROUPS = ("sales_team.group_sale_manager", "key_account_mgmt.group_key_account_manager")


class ResPartner(models.Model):
    """Where discounts are measured against the customer's pricelist, that pricelist is worth as much as a cap.

    So is one in a currency without exchange rate, wherever there are caps: orders at its prices need no rate.
    """

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        guard = self._get_key_account_pricelist_guard()
        if guard:
            partners._check_key_account_new_pricelist(guard)
        return partners

    def write(self, vals):
        guard = PRICELIST_FIELDS & vals.keys() and self._get_key_account_pricelist_guard()
        if not guard:
            return super().write(vals)
        before = {partner: partner._get_key_account_pricelists() for partner in self}
        result = super().write(vals)
        for partner, pricelists in before.items():
            now = partner._get_key_account_pricelists()
            if now != pricelists:
                partner._check_key_account_pricelist(guard, now)
        return result

    def _get_key_account_pricelists(self):
        """Its own, and that of the customer whom a contact belongs to, who may become another one."""
        return self.property_product_pricelist, self.commercial_partner_id.property_product_pricelist

    @api.model
    def _get_key_account_pricelist_guard(self):
        """What discounts are measured against in the current company, if the user must mind it; else None."""
        if self.env.su or any(self.env.user.has_group(group) for group in PRIVILEGED_GROUPS):
            return None
        # sudo: whether the guard is on does not depend on who may read rules
        ruleset = self.env["key.account.ruleset"].sudo()._get_active(self.env.company)
        return ruleset.discount_reference if ruleset.cap_rule_ids else None

    def _check_key_account_new_pricelist(self, guard):
        """A new customer has the pricelist of his country, a new contact that of his company."""
        for partner in self:
            pricelist = partner.specific_property_product_pricelist
            if pricelist and pricelist != (partner.commercial_partner_id - partner).specific_property_product_pricelist:
                partner._check_key_account_pricelist(guard, [pricelist])

    def _check_key_account_pricelist(self, guard, pricelists):
        """Refuse that the user gives these pricelists to a customer."""
        if guard == "pricelist":
            raise AccessError(
                self.env._(
                    "You cannot change the pricelist of “%(customer)s”: in %(company)s discounts are measured against"
                    " it. Ask a sales manager or a Key Accounts manager.",
                    customer=self.display_name,
                    company=self.env.company.name,
                )
            )
        exchange, company = self.env["key.account.exchange"], self.env.company
        for currency in {pricelist.currency_id for pricelist in pricelists} - {company.currency_id}:
            if currency and not exchange._has_rate(currency, company):
                raise AccessError(
                    self.env._(
                        "You cannot change the pricelist of “%(customer)s” to one in %(currency)s, which has no"
                        " exchange rate in %(company)s. Ask a sales manager or a Key Accounts manager.",
                        customer=self.display_name,
                        currency=currency.name,
                        company=company.name,
                    )
                )
