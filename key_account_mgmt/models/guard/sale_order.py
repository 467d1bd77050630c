from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, SALES_MANAGER, strip_caller_context
from .discount_spread import DiscountSpread
from .key_account_guard import OrderOnHold
from .order_checks import DiscountCheck


class SaleOrder(models.Model):
    """Passes every confirmation and every change of a confirmed order to the guard (``key.account.guard``)."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["key.account.guard"]._checking_changes(self.browse()) as change:
            orders = super().create(vals_list)
            # These orders are new: they had no state before, whatever was recorded during their creation.
            change.before |= dict.fromkeys(orders.ids)
            change.created_ids.update(orders.ids)
        return orders

    def write(self, vals):
        """Check orders that end or are sent, compare those that are judged before and after, and end what waited."""
        state = vals.get("state", "sale")
        if state != "sale":
            # sudo: salespeople may lack read access to the invoices
            self.sudo().filtered(lambda order: order.state == "sale")._check_key_account_leaving()
        with self._checking_key_account_changes(vals):
            if state == "sent":
                self._check_key_account_sending()
            result = super().write(vals)
            if vals.get("state") in ("sale", "cancel", "draft"):
                self._end_key_account_hold()
        return result

    @contextmanager
    def _checking_key_account_changes(self, vals):
        """Let the guard compare the orders before and after the change, where it matters."""
        guard = self.env["key.account.guard"]
        judged = not guard._get_guarded_fields(self._name).isdisjoint(vals)
        if vals.get("state") != "sale" and not judged:
            yield
            return
        with guard._checking_changes(self):
            if judged:
                self._note_key_account_involvement()
            yield

    @api.constrains("currency_id")
    def _check_key_account_currency(self):
        """Raise if the currency is empty: Odoo sets it with the pricelist, but a remote call may clear it."""
        guard = self.env["key.account.guard"]
        for order in self:
            if not order.currency_id and guard._is_enforced_for(order.company_id):
                raise ValidationError(
                    self.env._("%s has no currency. Choose a pricelist, or the company's currency.", order.name)
                )

    # -------------------------------------------------------------------------
    # Orders that a customer accepted or paid, and that wait because they exceed a cap or a limit
    # -------------------------------------------------------------------------

    def _validate_order(self):
        # The portal and the shop call it; the underscore keeps it out of reach of remote calls.
        return self._key_account_confirm_or_hold(super()._validate_order)

    def _key_account_confirm_or_hold(self, confirm):
        """Confirm by calling ``confirm``; if an order must not be confirmed, confirm none and hold that order.

        :param confirm: function without arguments
        :return: the result of ``confirm``; None when orders are held
        """
        try:
            with self.env["key.account.guard"]._hold_instead_of_raising(), self.env.cr.savepoint():
                return confirm()
        except OrderOnHold as held:
            for order, readable in held.violations.items():
                order._hold_key_account({lang: "\n".join(sentences) for lang, sentences in readable.items()})
            return None

    def _hold_key_account(self, reasons):
        """Mark the order as held, and notify the salesperson why it was not confirmed.

        :param dict reasons: sentences by the languages of ``_get_key_account_hold_languages``
        """
        # sudo: a customer or a payment calls this
        order = self.sudo()
        if order.key_account_held_on:
            return
        # Sent, since the customer has the order and agreed. A draft would be a cart of the shop, open to change or
        # abandoned.
        order.write({"key_account_held_on": fields.Datetime.now(), "state": "sent"})
        order._message_log(body=plaintext2html(next(iter(reasons.values()))))
        for user in order._get_key_account_hold_users():
            # In the language of the notified user.
            translated = strip_caller_context(order).with_context(lang=user.lang)
            translated.activity_schedule(
                ACTIVITY_APPROVAL,
                user_id=user.id,
                summary=translated._get_key_account_hold_text(),
                note=plaintext2html(reasons[user.lang]),
            )

    def _get_key_account_hold_text(self):
        """Return what happened to a held order, and what the salesperson can do about it."""
        needs = self.env["key.account.approval"]._get_needs(self, strict=False)
        values = {"order": self.name, "customer": self.partner_id.name}
        if any(need.obstacle or need.verdict.problem for need in needs.values()):
            return self.env._(
                "%(order)s was accepted by %(customer)s and is held. No user can approve it: the note says what can"
                " be done",
                **values,
            )
        return self.env._(
            "%(order)s was accepted by %(customer)s and is held: ask for approval, or change it", **values
        )

    def _get_key_account_hold_users(self):
        """Return the users to act on a held order: its salesperson, else its team leader, else sales managers."""
        self.ensure_one()
        one = self.user_id.filtered("active") or self.team_id.user_id.filtered("active")
        return one or self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(SALES_MANAGER).ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ]
        )

    def _get_key_account_hold_languages(self):
        """Return the languages of the users who have to act on a held order, that of its chatter first."""
        users = self._get_key_account_hold_users() or self.company_id.partner_id
        return list(dict.fromkeys(user.lang for user in users))

    def _end_key_account_hold(self):
        """End the hold of orders that are confirmed, cancelled or changed again."""
        # sudo: customers confirm and cancel too
        held = self.sudo().filtered("key_account_held_on")
        if held:
            self.env["key.account.approval"]._end_activities(held)
            held.key_account_held_on = False

    # -------------------------------------------------------------------------
    # If the company says so in its settings, a quotation over its caps does not even reach the customer
    # -------------------------------------------------------------------------

    def action_quotation_send(self):
        self._check_key_account_sending()
        return super().action_quotation_send()

    def message_post(self, **kwargs):
        # The mail composer sets this key when it sends a quotation, also one that was sent before.
        if self.env.context.get("mark_so_as_sent"):
            self._check_key_account_sending()
        return super().message_post(**kwargs)

    def _send_payment_succeeded_for_order_mail(self):
        # sudo: a payment receipt is no offer; the discounts of an order must not stop a user from capturing its payment
        return super(SaleOrder, self.sudo())._send_payment_succeeded_for_order_mail()

    def _check_key_account_sending(self):
        """Raise if quotations to be sent are over their caps.

        :raise UserError: names what is over, unless an approval covers it
        """
        # The check binds salespeople. A pending payment also marks its quotation as sent, and must not fail by it.
        if self.env.su:
            return
        # sudo: whether quotations are over does not depend on the user's read access
        over = self.sudo()._get_key_account_unsendable()
        if over:
            check = DiscountCheck(self.env)
            raise UserError("\n\n".join(check.describe_over(order, verdict, False) for order, verdict in over.items()))

    def _get_key_account_unsendable(self):
        """Return ``{order: verdict}`` of quotations (in sudo) that must not reach their customers."""
        quotations = self.filtered(
            lambda order: order.state in ("draft", "sent") and order.company_id.key_account_block_sending
        )
        return DiscountCheck(self.env).get_over(quotations, dict.fromkeys(quotations.ids)) if quotations else {}

    def _get_key_account_withheld(self):
        """Return the quotations to hide from customers on the portal; they still see orders that they accepted."""
        # sudo: customers call this
        orders = self.sudo().filtered(lambda order: not order.key_account_held_on)
        return orders.browse(order.id for order in orders._get_key_account_unsendable())

    # -------------------------------------------------------------------------
    # A price that only the size of the order allows ends with the order: no invoices at that price may remain
    # -------------------------------------------------------------------------

    def _check_key_account_leaving(self):
        """Raise if orders end whose invoices have prices for a larger quantity; accountants may, and correct them.

        :raise UserError: names the orders and their lines
        """
        if self.env.user.has_group("account.group_account_invoice"):
            return
        verdicts = self.env["key.account.discount"]._judge_invoiced_parts(self)
        # sudo: inside, only the terms are read
        consented = self.env["key.account.approval"]._get_approved_terms(self.browse(o.id for o in verdicts))
        refused = [
            self._get_key_account_leaving(order, verdict)
            for order, verdict in verdicts.items()
            if not any(map(verdict.is_covered, consented.get(order.id, ())))
        ]
        if refused:
            raise UserError("\n\n".join(refused))

    def _get_key_account_leaving(self, order, verdict):
        sentences = DiscountCheck(self.env).describe(order, verdict)
        return self.env._(
            "Goods of %(order)s were invoiced at a price that only the whole order allows:\n%(sentences)s\nInvoice the"
            " rest as well, or ask accounting to correct the invoices or to cancel the order.",
            order=order.name,
            sentences="\n".join(f"• {sentence}" for sentence in sentences),
        )

    # -------------------------------------------------------------------------
    # Invoices follow the orders, not figures that remote calls wrote into them
    # -------------------------------------------------------------------------

    def _create_invoices(self, grouped=False, final=False, date=None):
        guard = self.env["key.account.guard"]
        # sudo: which companies have caps or limits does not depend on the user's rights
        guarded = self.sudo().filtered(lambda order: guard._is_enforced_for(order.company_id))
        guarded.order_line._settle_key_account_to_invoice()
        moves = super()._create_invoices(grouped=grouped, final=final, date=date)
        # sudo: salespeople create invoices from their orders, but have no right to write them
        moves.sudo().filtered(lambda move: move.move_type == "out_refund").key_account_from_order = True
        return moves

    def _create_account_invoices(self, invoice_vals_list, final):
        moves = super()._create_account_invoices(invoice_vals_list, final)
        # Before Odoo checks whether an invoice has a negative total, and turns it into a credit note.
        DiscountSpread(self.env).reduce(moves)
        return moves
