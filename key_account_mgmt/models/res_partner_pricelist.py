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
    """Where discounts are measured against the customer's pricelist, that pricelist is worth as much as a cap."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self._is_key_account_pricelist_guarded():
            partners._check_key_account_new_pricelist()
        return partners

    def write(self, vals):
        if not (PRICELIST_FIELDS & vals.keys() and self._is_key_account_pricelist_guarded()):
            return super().write(vals)
        before = {partner: partner._get_key_account_pricelists() for partner in self}
        result = super().write(vals)
        for partner, pricelists in before.items():
            if partner._get_key_account_pricelists() != pricelists:
                partner._refuse_key_account_pricelist()
        return result

    def _get_key_account_pricelists(self):
        """Its own, and that of the customer whom a contact belongs to, who may become another one."""
        return self.property_product_pricelist, self.commercial_partner_id.property_product_pricelist

    @api.model
    def _is_key_account_pricelist_guarded(self):
        """Whether the user must not change pricelists of customers in the current company."""
        if self.env.su or any(self.env.user.has_group(group) for group in PRIVILEGED_GROUPS):
            return False
        # sudo: whether the guard is on does not depend on who may read rules
        ruleset = self.env["key.account.ruleset"].sudo()._get_active(self.env.company)
        return ruleset.discount_reference == "pricelist" and bool(ruleset.cap_rule_ids)

    def _check_key_account_new_pricelist(self):
        """A new customer has the pricelist of his country, a new contact that of his company."""
        for partner in self:
            pricelist = partner.specific_property_product_pricelist
            if pricelist and pricelist != (partner.commercial_partner_id - partner).specific_property_product_pricelist:
                partner._refuse_key_account_pricelist()

    def _refuse_key_account_pricelist(self):
        raise AccessError(
            self.env._(
                "The pricelist of “%(customer)s” cannot be changed by you: in %(company)s discounts are measured"
                " against it. Ask a sales manager or a Key Accounts manager.",
                customer=self.display_name,
                company=self.env.company.name,
            )
        )
