from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # An amount matched with a future date is open until then: read when orders are confirmed.
    _key_account_max_date_idx = models.Index("(max_date)")
