from odoo import models


class KeyAccountCollector(models.AbstractModel):
    _name = "key.account.collector"
    _description = "Collector of Key Account Facts"
