from odoo import api, fields, models
from odoo.exceptions import UserError


class KeyAccountPopulationWizardMixin(models.AbstractModel):
    """Dialogs about the customers of a period: they propose the active rule set and show the number of customers."""

    _name = "key.account.population.wizard.mixin"
    _inherit = ["key.account.population.mixin"]
    _description = "Dialog about a Population"

    ruleset_id = fields.Many2one(
        compute="_compute_ruleset_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
    )
    customer_count = fields.Integer("Customers", compute="_compute_customer_count")

    @api.depends("company_id")
    def _compute_ruleset_id(self):
        for wizard in self:
            wizard.ruleset_id = self.env["key.account.ruleset"]._get_active(wizard.company_id)

    @api.depends(
        "company_id",
        "ruleset_id",
        "date_from",
        "date_to",
        "population",
        "partner_domain",
        "partner_ids",
        "with_prospects",
    )
    def _compute_customer_count(self):
        for wizard in self:
            # Only for companies that the user works in: the collector checks no access rights.
            ready = wizard._is_period_complete() and wizard.company_id in self.env.companies
            wizard.customer_count = self.env["key.account.collector"]._count(wizard._get_scope()) if ready else 0

    def _is_period_complete(self):
        return bool(self.company_id and self.date_from and self.date_to and self.date_from <= self.date_to)

    def _check_may_collect(self):
        """Raise unless the user is a manager who works in the company: the collector checks no access rights."""
        self.env["key.account.evaluation"]._check_manager()
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Switch to company %(company)s first.", company=self.company_id.name))
