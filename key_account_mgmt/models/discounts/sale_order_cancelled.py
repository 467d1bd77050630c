from odoo import fields, models


class SaleOrder(models.Model):
    """Since when a confirmed order is none any more: figures of a period that had ended by then still count it."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    key_account_cancelled_on = fields.Datetime(
        "Cancelled after Confirmation", readonly=True, copy=False, groups="base.group_user"
    )

    def write(self, vals):
        if vals.get("state") != "cancel":
            return super().write(vals)
        confirmed = self.filtered(lambda order: order.state == "sale")
        result = super().write(vals)
        if confirmed:
            # sudo: nobody may write what the addon records, whoever cancels
            confirmed.sudo().write({"key_account_cancelled_on": fields.Datetime.now()})
        return result
