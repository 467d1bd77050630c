from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command

from .approval_common import APPROVAL, ApprovalCommon

ORDER = "sale.order"


LINE = "sale.order.line"


class DiscountWaysCommon(ApprovalCommon):
    """Everything may be given away by 10 %; goods are worth 100, and the salesperson has no right but to sell.

    ``call`` is a remote call of a real user. What it leaves behind is judged anew by ``assert_never_over``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.dear = cls._create_product(name="Dear goods", list_price=1000.0, taxes_id=[])
        cls.nothing = cls._create_product(name="Anything", list_price=0.0, taxes_id=[])
        cls.included = cls.make_tax(25, "tax_included")

    @classmethod
    def make_tax(cls, amount, include):
        return cls.env["account.tax"].create(
            {"name": include, "amount": amount, "price_include_override": include, "company_id": cls.company.id}
        )

    @classmethod
    def prepare_line(cls, **values):
        """One piece of the goods at its list price."""
        return {"product_id": cls.good.id, "price_unit": 100.0, "product_uom_qty": 1.0, "tax_ids": [], **values}

    @classmethod
    def make_offer(cls, *lines, **values):
        """A quotation of the salesperson: ten pieces at their list price, unless lines say otherwise."""
        commands = [Command.create(cls.prepare_line(**line)) for line in lines or ({"product_uom_qty": 10.0},)]
        return cls.make_quotation(order_line=commands, **values)

    @classmethod
    def make_confirmed(cls, *lines, **values):
        """An order that the salesperson confirmed, within its caps."""
        order = cls.make_offer(*lines, **values)
        order.action_confirm()
        order.env.flush_all()
        return order

    @classmethod
    def make_old_order(cls, *lines, **values):
        """An order that was confirmed before there were caps."""
        cls.cap_ruleset.action_retire()
        order = cls.make_confirmed(*lines, **values)
        cls.make_cap_ruleset()
        return order

    @classmethod
    def make_dollars_worth_less(cls):
        """A pricelist in a currency of which two make a dollar: numbers stay, their worth halves."""
        yen = cls.setup_other_currency("JPY", rates=[("2000-01-01", 2.0)])
        return cls._create_pricelist(name="Yen", currency_id=yen.id)

    def make_cap_by_quantity(self):
        """30 % from ten pieces on, 10 % else."""
        ruleset = self.make_ruleset(name="By quantity")
        self.make_rule(ruleset, "C")
        row = {"ruleset_id": ruleset.id, "kind": "discount_cap"}
        enough = Command.create(self._prepare_condition("order_quantity", ">=", 10))
        self.env["key.account.rule"].create(
            [
                {**row, "name": "Many", "sequence": 1, "cap": 30, "condition_ids": [enough]},
                {**row, "name": "Few", "sequence": 2, "cap": 10},
            ]
        )
        ruleset.action_activate()

    def is_over(self, order):
        verdict = self.env["key.account.discount"]._judge_orders(order.sudo(), strict=False).get(order)
        consented = self.env[APPROVAL]._get_approved_terms(order).get(order.id, ())
        return bool(verdict and verdict.over and not any(map(verdict.is_covered, consented)))

    def assert_never_over(self):
        """No confirmed order of the company is over, as the database has it at the end of the call."""
        self.env.flush_all()
        self.env.invalidate_all()
        for order in self.env[ORDER].search([("state", "=", "sale"), ("company_id", "=", self.company.id)]):
            self.assertFalse(self.is_over(order), order.name)

    def attempt(self, *arguments, context=None):
        """A call that may fail, and of which nothing stays if it does, as in a request."""
        with suppress(UserError), self.cr.savepoint():
            self.call(self.salesperson, *arguments, context=context)
        self.assert_never_over()

    def assert_call_refused(self, model, method, *args, user=None, context=None):
        self.assert_refused(user or self.salesperson, model, method, *args, context=context)
        self.assert_never_over()

    def assert_edits(self, order, edits, refused):
        """Calls on lines or on the order, each on its own: ``{what it is: (model, ids, values)}``."""
        for name, (model, ids, values) in edits.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                if refused:
                    self.assert_call_refused(model, "write", ids, values)
                else:
                    self.call(self.salesperson, model, "write", ids, values)
                    self.assertEqual(order.state, "sale")
                savepoint.rollback()
                self.env.invalidate_all()
