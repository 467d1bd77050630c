from odoo import fields, models


class ResPartner(models.Model):
    """What is planned and expected of a customer."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    key_account_target_ids = fields.One2many(
        "key.account.target", "partner_id", string="Targets", groups="key_account_mgmt.group_key_account_user"
    )
    key_account_expectation_ids = fields.One2many(
        "key.account.expectation", "partner_id", string="Expectations", groups="key_account_mgmt.group_key_account_user"
    )
