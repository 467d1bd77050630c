from odoo import api, fields, models

from ..evaluations.evaluation_run import MOVEMENTS
from .customer_page import CustomerPages

USERS = "key_account_mgmt.group_key_account_user"


class ResPartner(models.Model):
    """What the pages of customers filter by: the results of evaluations, and the one in force."""

    _inherit = "res.partner"

    key_account_line_ids = fields.One2many(
        "key.account.evaluation.line", "partner_id", string="Evaluation Results", groups=USERS
    )
    key_account_movement = fields.Selection(
        MOVEMENTS,
        string="Movement",
        compute="_compute_key_account_movement",
        groups=USERS,
        help="How the tier in force compares with the one before.",
    )

    key_account_page_html = fields.Html(
        "Worth",
        compute="_compute_key_account_page_html",
        sanitize=False,
        exportable=False,
        groups=USERS,
        help="What the customer is worth, and what comes next. Only of customers, not of their contacts.",
    )

    @api.depends_context("company", "lang", "uid")
    def _compute_key_account_page_html(self):
        customers = self._origin.filtered(lambda partner: partner.commercial_partner_id == partner)
        pages = CustomerPages(customers) if customers else None
        for partner in self:
            customer = partner._origin
            partner.key_account_page_html = customer in customers and pages.render(customer)

    @api.depends_context("company", "uid")
    def _compute_key_account_movement(self):
        lines = self.env["key.account.evaluation.line"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("in_force", "=", True),
            ]
        )
        movements = {line.partner_id: line.movement for line in lines}
        for partner in self:
            partner.key_account_movement = movements.get(partner.commercial_partner_id, False)

    @api.private
    @api.model
    def action_your_key_accounts(self):
        """Open the page of customers: a salesperson's own first, all of them for users without customers."""
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_customer_action")
        mine = self.search_count([("key_account_tier_id", "!=", False), ("user_id", "=", self.env.uid)], limit=1)
        context = {"search_default_key_accounts": 1, "res_partner_search_mode": "customer"}
        return {**action, "context": {**context, "search_default_mine": 1} if mine else context}
