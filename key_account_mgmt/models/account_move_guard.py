from odoo import models
from odoo.exceptions import UserError

# Fields of a posted invoice that its form does not let anybody change. Over RPC a context key opens them.
CLOSED_FIELDS = {"invoice_line_ids", "line_ids", "currency_id"}

INVOICES = ("out_invoice", "out_receipt")


class AccountMove(models.Model):
    """Invoices made from orders keep the caps of these orders when they are posted, and afterwards.

    Credit notes are not looked at: what comes back, or is put right, is for whoever may make them to decide.
    """

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        if vals.get("state") == "posted":
            self.filtered(lambda move: move.state != "posted")._check_key_account_discount()
        if CLOSED_FIELDS.isdisjoint(vals):
            return super().write(vals)
        posted = self.filtered(lambda move: move.state == "posted")
        result = super().write(vals)
        posted._check_key_account_discount()
        return result

    def _check_key_account_discount(self):
        """Refuse invoices that give more than their orders may, unless somebody consented to it on the order.

        :raise UserError: names each invoice, and what of it is over
        """
        refused = []
        invoices = self.filtered(lambda move: move.move_type in INVOICES)
        for move, verdict in self.env["key.account.discount"]._judge_moves(invoices).items():
            orders = move.line_ids.sale_line_ids.order_id
            if verdict.over and not self.env["key.account.approval"]._is_covered_together(verdict, orders):
                refused.append(self._get_key_account_refusal(move, orders, verdict))
        if refused:
            raise UserError("\n\n".join(refused))

    def _get_key_account_refusal(self, move, orders, verdict):
        sentences = self.env["key.account.guard"]._describe_verdict(move, verdict)
        return self.env._(
            "%(invoice)s gives more discount than %(orders)s may:\n%(sentences)s\nInvoice what was ordered, or have the"
            " discount approved on the order first.",
            invoice=move.display_name,
            orders=", ".join(orders.mapped("name")),
            sentences="\n".join(f"• {sentence}" for sentence in sentences),
        )
