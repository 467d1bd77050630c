from odoo import api, models

from .sale_order_line_open import OPEN_FIELD


class ResPartner(models.Model):
    """A contact that gets another commercial partner: drafts that were its own may be somebody else's by then.

    What of an order is on a draft counts with the draft, if that is for the same customer.
    """

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        if {"parent_id", "is_company"}.isdisjoint(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda partner: partner.commercial_partner_id != before[partner])
        if moved:
            moved._renew_key_account_drafted()
        return result

    def _renew_key_account_drafted(self):
        """Ask anew what of the orders that are on drafts of these contacts, or for them, is open."""
        # sudo: whoever may change a contact need not be allowed to read its invoices
        drafts = self.env["account.move.line"].sudo()
        moved = [
            "|",
            ("move_id.partner_id", "child_of", self.ids),
            ("sale_line_ids.order_id.partner_invoice_id", "child_of", self.ids),
        ]
        items = drafts.search([("parent_state", "=", "draft"), ("sale_line_ids", "!=", False), *moved])
        self._add_key_account_open(items.sale_line_ids)

    @api.model
    def _add_key_account_open(self, lines):
        for name in (OPEN_FIELD, "key_account_later_amount"):
            self.env.add_to_compute(lines._fields[name], lines)
        self.env.add_to_compute(lines.order_id._fields[OPEN_FIELD], lines.order_id)
