from odoo import api, models


class SaleOrderLine(models.Model):
    """Whoever changes a line changes its order (``key.account.guard``), and had a hand in it."""

    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        named = self.env["sale.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
        guard = self.env["key.account.guard"]
        with guard._watch(named) as watch:
            lines = super().create(vals_list)
            # Those that came from a default: what they were before is not known, so that it excuses nothing.
            watch.before |= dict.fromkeys(set(lines.order_id.ids) - watch.before.keys())
            watch.touched.update(lines.order_id.ids)
            lines.order_id._note_key_account_hand()
        return lines

    def write(self, vals):
        guard = self.env["key.account.guard"]
        if guard._get_guarded_fields(self._name).isdisjoint(vals):
            return super().write(vals)
        # sudo: orders are only passed on to the guard
        orders = self.sudo().order_id | self.env["sale.order"].sudo().browse(vals.get("order_id") or [])
        with guard._watch(orders) as watch:
            watch.touched.update(orders.ids)
            orders._note_key_account_hand()
            return super().write(vals)

    def unlink(self):
        guard = self.env["key.account.guard"]
        # sudo: as in ``write``
        orders = self.sudo().order_id
        with guard._watch(orders) as watch:
            watch.touched.update(orders.ids)
            orders._note_key_account_hand()
            return super().unlink()
