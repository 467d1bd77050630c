from odoo import models


class KeyAccountSourceOrder(models.AbstractModel):
    _name = "key.account.source.order"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Orders"
