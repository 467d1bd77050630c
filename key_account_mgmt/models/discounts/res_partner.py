from odoo import api, fields, models
from odoo.exceptions import AccessError

# Fields that determine the pricelist of a customer.
PRICELIST_FIELDS = {
    "property_product_pricelist",
    "specific_property_product_pricelist",
    "country_id",
    "parent_id",
    "is_company",
}


class ResPartner(models.Model):
    """Shows the discounts given to a customer against its caps, and protects its pricelist."""

    _inherit = "res.partner"

    _key_account_pricelist_groups = ("sales_team.group_sale_manager", "key_account_mgmt.group_key_account_manager")

    key_account_discount_given = fields.Float(
        "Discount Given (%)",
        digits=(16, 1),
        compute="_compute_key_account_discount_given",
        groups="sales_team.group_sale_salesman",
        help="In percent of the reference value of all confirmed order lines with a cap, in this company.",
    )
    key_account_has_discount = fields.Boolean(
        compute="_compute_key_account_discount_given", groups="sales_team.group_sale_salesman"
    )

    @api.depends_context("company", "uid")
    def _compute_key_account_discount_given(self):
        totals = {
            customer: (reference, given)
            for customer, reference, given in self.env["key.account.discount.report"]._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company.id),
                    ("state", "=", "sale"),
                ],
                ["partner_id"],
                ["reference:sum", "given:sum"],
            )
        }
        for partner in self:
            reference, given = totals.get(partner.commercial_partner_id, (0, 0))
            partner.key_account_has_discount = bool(reference)
            partner.key_account_discount_given = given * 100 / reference if reference else 0

    def _get_key_account_general_caps(self):
        """Return what an order of any product is allowed: ``{customer: (cap in %, whether other caps may hold)}``.

        The cap is None if no row of the discount caps is for all orders of the customer. Empty without discount caps.
        """
        table = self.env["key.account.cap.table"]._get_table(self.env.company)
        if not table:
            return {}
        facts = self.env["key.account.line.facts"]
        # sudo: caps bind salespeople also by figures that they may not read; only the cap is returned
        decisions = table.decide(facts.sudo()._get_general_batch(self.sudo(), table.metrics))
        return {
            customer: (decision.cap, any(reason.code == "missing" for reason in decision.reasons))
            for customer, decision in zip(self, decisions, strict=True)
        }

    def action_open_key_account_discounts(self):
        """Open the discounts of the customer against its caps."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_discount_report_action")
        return {
            **action,
            "name": self.env._("Discounts of %(customer)s", customer=self.commercial_partner_id.display_name),
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {"search_default_confirmed": 1, "pivot_row_groupby": ["date:month"], "pivot_column_groupby": []},
        }

    # -------------------------------------------------------------------------
    # If discounts are measured against the customer's pricelist, changing it is as good as giving a discount
    # -------------------------------------------------------------------------

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
        """Return the partner's own pricelist and that of its commercial partner, which may change as well."""
        return self.property_product_pricelist, self.commercial_partner_id.property_product_pricelist

    @api.model
    def _get_key_account_pricelist_guard(self):
        """Return the reference of discounts in the current company if it restricts the user, else None.

        :rtype: str | None
        """
        if self.env.su or any(self.env.user.has_group(group) for group in self._key_account_pricelist_groups):
            return None
        # sudo: whether the guard is on does not depend on the user's right to read rules
        ruleset = self.env["key.account.ruleset"].sudo()._get_active(self.env.company)
        return ruleset.discount_reference if ruleset.cap_rule_ids else None

    def _check_key_account_new_pricelist(self, guard):
        """Check that a new customer has the pricelist of its country, and a new contact that of its company."""
        for partner in self:
            pricelist = partner.specific_property_product_pricelist
            if pricelist and pricelist != (partner.commercial_partner_id - partner).specific_property_product_pricelist:
                partner._check_key_account_pricelist(guard, [pricelist])

    def _check_key_account_pricelist(self, guard, pricelists):
        """Raise if the user gives one of these pricelists to a customer."""
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
