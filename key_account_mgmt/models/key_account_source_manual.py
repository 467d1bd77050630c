from odoo import models


class KeyAccountSourceManual(models.AbstractModel):
    _name = "key.account.source.manual"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Manuals"
