from odoo import models


class KeyAccountSourcePayment(models.AbstractModel):
    _name = "key.account.source.payment"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Payments"
