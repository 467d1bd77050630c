from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..shared.access import ACTIVITY_APPROVAL, SALES_MANAGER, strip_caller_context
from .key_account_guard import Held

# Who is told where an order has no salesperson.


class SaleOrder(models.Model):
    """Orders that a customer accepted or paid, and that wait because they are beyond what may be granted.

    In the portal and in payments nobody can do anything about an error, so that there is none: the order becomes a
    sent quotation, signed or paid as it is, the customer reads that it is being checked, and the salesperson has to
    act.
    """

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    key_account_held_on = fields.Datetime(
        "Held Since",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the customer accepted or paid the order although it is beyond what may be granted to him.",
    )

    def _validate_order(self):
        # Called by the portal and the shop; a method of this name cannot be called remotely.
        return self._key_account_confirm_or_hold(super()._validate_order)

    def _key_account_confirm_or_hold(self, confirm):
        """Confirm by calling ``confirm``; if an order must not be confirmed, nothing is, and the order is held.

        :param confirm: function without arguments
        :return: what ``confirm`` gave back; None when orders are held
        """
        try:
            with self.env["key.account.guard"]._holding(), self.env.cr.savepoint():
                return confirm()
        except Held as held:
            for order, readable in held.breaches.items():
                order._hold_key_account({lang: "\n".join(sentences) for lang, sentences in readable.items()})
            return None

    def _hold_key_account(self, reasons):
        """Mark the order, and tell the salesperson why it was not confirmed.

        :param dict reasons: why, by the languages of ``_get_key_account_hold_languages``
        """
        # sudo: it is the customer, or a payment, that comes here
        order = self.sudo()
        if order.key_account_held_on:
            return
        # The customer has it, and agreed. As a draft it would be a cart of the shop, to be changed, or abandoned.
        order.write({"key_account_held_on": fields.Datetime.now(), "state": "sent"})
        order._message_log(body=plaintext2html(next(iter(reasons.values()))))
        for user in order._get_key_account_hold_users():
            # As in a message to that user, in the own language.
            translated = strip_caller_context(order).with_context(lang=user.lang)
            translated.activity_schedule(
                ACTIVITY_APPROVAL,
                user_id=user.id,
                summary=translated._get_key_account_hold_text(),
                note=plaintext2html(reasons[user.lang]),
            )

    def _get_key_account_hold_text(self):
        """What happened to a held order, and what the salesperson can do about it."""
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
        """Who has to act on a held order: its salesperson, or else the head of its team, or else sales managers."""
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
        """Languages of who has to act on a held order, that of its chatter first."""
        users = self._get_key_account_hold_users() or self.company_id.partner_id
        return list(dict.fromkeys(user.lang for user in users))

    def write(self, vals):
        """What is confirmed, cancelled or changed anew does not wait any more."""
        result = super().write(vals)
        if vals.get("state") in ("sale", "cancel", "draft"):
            # sudo: customers confirm and cancel too
            held = self.sudo().filtered("key_account_held_on")
            if held:
                self.env["key.account.approval"]._end_activities(held)
                held.key_account_held_on = False
        return result

    @api.depends("key_account_held_on")
    def _compute_key_account_cap_status(self):
        return super()._compute_key_account_cap_status()

    def _get_key_account_cap_status(self, consent):
        status = super()._get_key_account_cap_status(consent)
        return "held" if status in ("over", "changed") and self.key_account_held_on else status
