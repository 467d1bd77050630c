from odoo import models


class KeyAccountSourceInvoice(models.AbstractModel):
    _name = "key.account.source.invoice"
    _inherit = ["key.account.source"]
    _description = "Key Account Metrics from Invoices"
