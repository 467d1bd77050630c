from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError


class Need(NamedTuple):
    """What an order needs one kind of approval for.

    :ivar verdict: of the order, which is over
    :ivar consent: as of ``_get_consents``
    :ivar obstacle: why nobody can be asked, or None
    """

    verdict: Any
    consent: str | None
    obstacle: str | None


class KeyAccountApproval(models.Model):
    """The kinds of approvals, and which of them an order needs."""

    _inherit = "key.account.approval"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_judges(self):
        """What judges orders for each kind: ``{kind: model}``, each a ``key.account.approval.judge``."""
        return {"discount": self.env["key.account.discount"], "credit": self.env["key.account.credit"]}

    def _get_judge(self):
        """What judges orders for approvals of one kind."""
        return self._get_judges()[self.kind]

    @api.model
    def _get_approved_terms(self, orders, kind="discount"):
        """What was consented to: ``{order id: [terms]}``, for orders with an approval of their customer and company.

        For the guard of confirmed orders; in sudo, since whoever touches an order need not be allowed to read its
        approvals, and must have the good of them all the same. Nothing but the terms leaves this function.
        """
        approvals = self.sudo().search(
            [("order_id", "in", orders.ids), ("state", "=", "approved"), ("kind", "=", kind)]
        )
        terms = {}
        for approval in approvals:
            if approval._is_for(approval.order_id):
                terms.setdefault(approval.order_id.id, []).append(approval.terms)
        return terms

    @api.model
    def _get_consents(self, orders, kind, verdicts):
        """What was consented to of orders as they are now.

        :param orders: saved or new
        :param dict verdicts: ``{order: verdict}`` of that kind
        :return: ``{order: consent}``: ``approved`` or ``requested`` where such an approval covers the order; ``lapsed``
            where the last decision was an approval that covers it no more; else None
        """
        # sudo: for whoever may read the order; nothing else of the approvals leaves this function
        approvals = self.sudo().search(
            [("order_id", "in", orders._origin.ids), ("kind", "=", kind), ("state", "!=", "withdrawn")]
        )
        by_order = approvals.grouped("order_id")
        return {
            order: by_order.get(order._origin, approvals.browse())._get_consent(order, verdicts.get(order))
            for order in orders
        }

    def _get_consent(self, order, verdict):
        """The consent of ``_get_consents`` by the approvals of one order, the last first."""
        asked = self.filtered(lambda one: one.state in ("approved", "requested"))
        covering = set(asked.filtered(lambda one: one._covers(order, verdict)).mapped("state"))
        for state in ("approved", "requested"):
            if state in covering:
                return state
        return "lapsed" if self[:1].state == "approved" else None

    # -------------------------------------------------------------------------
    # What an order needs
    # -------------------------------------------------------------------------

    @api.model
    def _get_needs(self, order, strict=True):
        """Which approvals an order needs: ``{kind: Need}`` of everything that it is over.

        :param order: a saved order
        :param bool strict: as of ``_judge_orders``
        """
        needs = {}
        for kind, judge in self._get_judges().items():
            verdicts = judge._judge_orders(order, strict)
            verdict = verdicts.get(order)
            if verdict and verdict.over:
                consent = self._get_consents(order, kind, verdicts)[order]
                needs[kind] = Need(verdict, consent, judge._get_obstacle(order, verdict))
        return needs

    @api.model
    def _get_needs_to_ask(self, order):
        """Of what an order needs, that which somebody can be asked for.

        :raise UserError: says why there is nothing
        """
        if order.state == "cancel":
            raise UserError(
                self.env._("%s is cancelled. Set it to quotation first, then ask for approval.", order.name)
            )
        if order.state == "sale":
            raise UserError(
                self.env._(
                    "%s is confirmed already: there is nothing to approve. To give it more, cancel it, set it to"
                    " quotation, change it there and ask for approval.",
                    order.name,
                )
            )
        needs = self._get_needs(order)
        if not needs:
            raise UserError(
                self.env._("%s is within its caps and limits: there is nothing to approve. Confirm it.", order.name)
            )
        left = {kind: need for kind, need in needs.items() if need.consent != "approved"}
        if not left:
            raise UserError(self.env._("%s is approved as it is. Confirm it.", order.name))
        askable = {kind: need for kind, need in left.items() if not need.obstacle}
        if not askable:
            raise UserError("\n\n".join(need.obstacle for need in left.values()))
        return askable
