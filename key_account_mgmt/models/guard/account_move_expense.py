from odoo import models


class AccountMove(models.Model):
    """Costs that Odoo passes on to customers when they are posted."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _post(self, soft=True):
        """Odoo adds lines to orders before their costs are posted, so the orders are checked afterwards."""
        if all(move.is_sale_document(include_receipts=True) for move in self):
            return super()._post(soft=soft)
        with self.env["key.account.guard"]._watch(self.env["sale.order"]):
            return super()._post(soft=soft)
