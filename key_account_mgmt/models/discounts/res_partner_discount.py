from odoo import api, fields, models


class ResPartner(models.Model):
    """What a customer got in discounts, against what its caps allow."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    key_account_discount_given = fields.Float(
        "Discount Given in %",
        digits=(16, 1),
        compute="_compute_key_account_discount_given",
        groups="sales_team.group_sale_salesman",
        help="Of the reference value of all confirmed order lines that have a cap, in this company.",
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

    def action_open_key_account_discounts(self):
        """Discounts of the customer against its caps."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_discount_report_action")
        return {
            **action,
            "name": self.env._("Discounts of %(customer)s", customer=self.commercial_partner_id.display_name),
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {"search_default_confirmed": 1, "pivot_row_groupby": ["date:month"], "pivot_column_groupby": []},
        }
