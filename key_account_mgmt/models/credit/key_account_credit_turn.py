from functools import partial

from odoo import api, models

from ..discounts.key_account_discount_value import ZERO


class KeyAccountCredit(models.AbstractModel):
    """Several orders at once, of this action and of others: each is judged after the one before it."""

    _inherit = "key.account.credit"

    @api.model
    def _get_refused(self, claims, get_consented):
        """Which of several confirmed orders do not fit, each judged after the one before it.

        Those that fit, or that somebody consented to, are used credit for the next one of their customer; those that
        do not fit are not. Limit 1,000: of orders of 600, 500 and 400 the second is refused.

        :param dict claims: ``{(order, company): CreditVerdict}`` of ``_get_claims``, in the order of judging
        :param get_consented: function of orders: ``{order id: [terms]}``; called when an order does not fit
        :return: ``{order: CreditVerdict}``
        """
        verdicts = self._add_overdue(claims)
        orders = self.env["sale.order"].union(*(order for order, _company in verdicts))
        read = partial(self.env["key.account.exposure"]._get_exposures_in_turn, without_orders=orders)
        found = self._get_used(verdicts, read)
        used = {verdict.account: found.get(verdict.account, ZERO) for verdict in verdicts.values()}
        refused = self._judge_in_turn(verdicts, used, {})
        consented = get_consented(orders) if refused else {}
        return self._judge_in_turn(verdicts, used, consented) if consented else refused

    @api.model
    def _judge_in_turn(self, verdicts, used, consented):
        """Those that are refused.

        :param dict used: ``{account: Decimal}`` without any of these orders
        """
        refused, used = {}, dict(used)
        for order, claims in self._group_by_order(verdicts).items():
            known = [claim.with_use(used=claim.used + used[claim.account]) for claim in claims]
            over = [one for one in known if one.over and not self._is_consented(one, consented.get(order.id, ()))]
            if over:
                refused[order] = self._get_worst(over)
            else:
                used |= {verdict.account: verdict.used + verdict.value for verdict in known}
        return refused

    @api.model
    def _is_consented(self, verdict, consented):
        asks = verdict.company._get_key_account_credit_facts().policy == "approval"
        return asks and not verdict.problem and any(map(verdict.is_covered, consented))
