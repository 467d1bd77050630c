from odoo.exceptions import UserError
from odoo.fields import Command

from .credit_common import CreditCommon
from .ways_round_common import WaysRoundCommon

ORDER = "sale.order"
LINE = "sale.order.line"
APPROVAL = "key.account.approval"


class CreditGuardCommon(CreditCommon, WaysRoundCommon):
    """Orders over the limit of 1,000 are blocked. The salesperson has no right but to sell.

    ``call`` is a remote call of a real user.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.key_account_credit_policy = "block"

    @classmethod
    def offer(cls, *lines, customer=None, **values):
        """A quotation of the salesperson; lines are those of ``sell``, or amounts."""
        lines = [(1, float(line)) if isinstance(line, (int, float)) else line for line in lines]
        order = cls.sell(customer or cls.customer, *lines, confirm=False, user_id=cls.salesperson.id, **values)
        order.flush_recordset()
        return order

    def confirm(self, orders, user=None, context=None):
        result = self.call(user or self.salesperson, ORDER, "action_confirm", orders.ids, context=context)
        self.env.flush_all()
        return result

    def confirmed(self, *lines, **values):
        order = self.offer(*lines, **values)
        self.confirm(order)
        return order

    def assert_confirms(self, orders, user=None):
        self.confirm(orders, user)
        self.env.invalidate_all()
        self.assertEqual(set(orders.mapped("state")), {"sale"})

    def assert_not_confirmed(self, orders, user=None, context=None):
        """It is refused; the message comes back."""
        before = orders.mapped("state")
        message = self.get_refusal(user or self.salesperson, ORDER, "action_confirm", orders.ids, context=context)
        self.env.invalidate_all()
        self.assertEqual(orders.mapped("state"), before)
        return message

    def get_refusal(self, user, model, method, *args, context=None):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            self.call(user, model, method, *args, context=context)
            self.env(user=user.id, su=False).flush_all()
        return str(caught.exception).replace("\N{NO-BREAK SPACE}", " ")

    def assert_outcome(self, fits, order):
        """It is confirmed if it fits, and else refused; afterwards all is as it was."""
        with self.cr.savepoint() as savepoint:
            if fits:
                self.assert_confirms(order)
            else:
                self.assert_not_confirmed(order)
            savepoint.rollback()
            self.env.invalidate_all()

    def assert_limit_kept(self, customer=None):
        customer = customer or self.customer
        limit = customer._get_key_account_limits(customer, self.company)[customer]
        self.assertLessEqual(self.get_exposure(customer).used, limit)

    def consent(self, order):
        """An approval of the order's credit as it is now, without the way to it."""
        verdict = self.env["key.account.credit"]._judge_orders(order)[order]
        return self.env[APPROVAL]._create_protected(
            [
                {
                    "name": f"{order.name}/1",
                    "kind": "credit",
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "partner_id": verdict.customer.id,
                    "requested_by_id": self.salesperson.id,
                    "requested_on": "2026-01-01",
                    "involved_user_ids": [Command.set(self.salesperson.ids)],
                    "reason": "They pay next week",
                    "excess": float(verdict.excess),
                    "terms": verdict.get_terms(),
                    "state": "approved",
                }
            ]
        )
