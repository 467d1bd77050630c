from odoo import fields, models


class ResPartner(models.Model):
    """What a customer costs beside the goods."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    key_account_service_cost_ids = fields.One2many(
        "key.account.service.cost",
        "partner_id",
        string="Costs to Serve",
        groups="key_account_mgmt.group_key_account_user",
    )
