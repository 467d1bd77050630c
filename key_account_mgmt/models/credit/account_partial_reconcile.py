from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # What is matched with a date to come is open until then: asked when orders are confirmed.
    _key_account_max_date_idx = models.Index("(max_date)")
