from odoo import api, models


class StockMove(models.Model):
    """Updates orders when transfers change whether more will be delivered."""

    _inherit = "stock.move"

    def _is_key_account_coming(self):
        """Return whether the move is still on its way to the customer."""
        return self.state not in ("done", "cancel") and self.location_id.usage != "customer"

    def _action_done(self, cancel_backorder=False):
        lines = self.sale_line_id
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        (lines | moves.sale_line_id)._update_key_account_stopped()
        return moves

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sale_line_id._update_key_account_stopped()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._renew_key_account_stopped()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if "sale_line_id" in vals or vals.get("state", "done") not in ("done", "cancel"):
            self._renew_key_account_stopped()
        return result

    def unlink(self):
        lines = self.sale_line_id
        result = super().unlink()
        lines.exists()._update_key_account_stopped()
        return result

    def _renew_key_account_stopped(self):
        """Update stopped quantities that these moves may deliver after all."""
        # sudo: users who move goods may lack read access to orders
        self.sudo().sale_line_id.filtered("key_account_stopped_qty")._update_key_account_stopped()
