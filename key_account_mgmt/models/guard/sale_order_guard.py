from odoo import api, models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    """Every way to a confirmed order, and every change of one, goes by the guard (``key.account.guard``)."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["key.account.guard"]._watch(self.browse()) as watch:
            orders = super().create(vals_list)
            # Whatever was seen of them while they were made, they were no orders before.
            watch.before |= dict.fromkeys(orders.ids)
            watch.made.update(orders.ids)
        return orders

    def write(self, vals):
        guard = self.env["key.account.guard"]
        judged = not guard._get_guarded_fields(self._name).isdisjoint(vals)
        if vals.get("state") != "sale" and not judged:
            return super().write(vals)
        with guard._watch(self):
            if judged:
                self._note_key_account_hand()
            return super().write(vals)

    @api.constrains("currency_id")
    def _check_key_account_currency(self):
        """Odoo sets it with the pricelist; a remote call may leave it empty, and then nothing can be compared."""
        guard = self.env["key.account.guard"]
        for order in self:
            if not order.currency_id and guard._is_on_guard(order.company_id):
                raise ValidationError(
                    self.env._("%s has no currency. Choose a pricelist, or the company's currency.", order.name)
                )
