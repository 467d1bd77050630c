from odoo import api, models

# The entered and the booked amounts of a line; remote calls may write either alone.
AMOUNT_FIELDS = {
    "product_id",
    "product_uom_id",
    "quantity",
    "price_unit",
    "discount",
    "tax_ids",
    "extra_tax_data",
    "currency_id",
    "display_type",
    "balance",
    "amount_currency",
    "debit",
    "credit",
}


class AccountMoveLine(models.Model):
    """Keeps lines of posted invoices within the caps of their orders: Odoo's form locks them, remote calls do not."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._get_key_account_posted()._check_key_account_discount()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not AMOUNT_FIELDS.isdisjoint(vals):
            self._get_key_account_posted()._check_key_account_discount()
        return result

    def _get_key_account_posted(self):
        return self.move_id.filtered(lambda move: move.state == "posted" and move._is_key_account_selling())
