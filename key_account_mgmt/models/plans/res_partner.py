from odoo import fields, models


class ResPartner(models.Model):
    """The territory in which a customer may sell, one per company, on the commercial partner."""

    _inherit = "res.partner"

    key_account_territory_id = fields.Many2one(
        "key.account.territory",
        string="Territory",
        company_dependent=True,
        check_company=True,
        copy=False,
        tracking=True,
        ondelete="restrict",
        groups="base.group_user",
        help="Where goods for this customer may be sold. Evaluations show which share went elsewhere.",
    )
    key_account_target_ids = fields.One2many(
        "key.account.target", "partner_id", string="Targets", groups="key_account_mgmt.group_key_account_user"
    )
    key_account_expectation_ids = fields.One2many(
        "key.account.expectation", "partner_id", string="Expectations", groups="key_account_mgmt.group_key_account_user"
    )
    key_account_service_cost_ids = fields.One2many(
        "key.account.service.cost",
        "partner_id",
        string="Costs to Serve",
        groups="key_account_mgmt.group_key_account_user",
    )
