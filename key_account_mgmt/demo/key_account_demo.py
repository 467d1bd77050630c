from odoo import api, models

from .demo_company import DemoCompany
from .demo_life import DemoLife
from .demo_rules import make_granting_version


class KeyAccountDemo(models.AbstractModel):
    """Demo data that need more than files: rules in force, an applied evaluation, and what happens after it."""

    _name = "key.account.demo"
    _description = "Demo Data of Key Account Management"

    @api.model
    def _switch_on(self, company):
        """Switch on all parts, discounts on order lines, and the check of credit limits, with approvals."""
        self.env["key.account.part"]._switch_on_all()
        self.env.ref("base.group_user")._apply_group(self.env.ref("sale.group_discount_per_so_line"))
        company.write({"account_use_credit_limit": True, "key_account_credit_policy": "approval"})
        pricelists = self.env["product.pricelist"].search([("company_id", "=", company.id)])
        pricelists.currency_id = company.currency_id

    @api.model
    def _make_granting_version(self, ruleset):
        """Put a version in force that also has caps, credit limits and rewards.

        :return: the version
        """
        return make_granting_version(ruleset)

    @api.model
    def _make_life(self, evaluation, manager, finance):
        """Make the year after an applied evaluation: see ``DemoLife``."""
        DemoLife(evaluation.with_env(self.env), manager, finance).make()

    @api.model
    def _load_company(self):
        """Make a company with customers, two years of invoices, two evaluations and the year after them."""
        DemoCompany(self.env).make()
