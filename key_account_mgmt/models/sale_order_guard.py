from odoo import api, models


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
        if vals.get("state") != "sale" and guard._get_guarded_fields(self._name).isdisjoint(vals):
            return super().write(vals)
        with guard._watch(self):
            return super().write(vals)
