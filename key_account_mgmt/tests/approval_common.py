from odoo.fields import Command

from .ways_round_common import WaysRoundCommon

APPROVAL = "key.account.approval"
LEVEL = "key.account.approval.level"


class ApprovalCommon(WaysRoundCommon):
    """Everything may be given away by 10 %, dear goods by 5 %; above, two levels decide.

    Up from 0 over the cap the team leader, from 500 the director; both are salespeople like others. Goods cost 100.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cap_ruleset = cls.make_cap_ruleset()
        salesman = "base.group_user,sales_team.group_sale_salesman"
        cls.colleague = cls.make_user("colleague", f"{salesman}_all_leads")
        cls.leader = cls.make_user("leader", f"{salesman}_all_leads")
        cls.director = cls.make_user("director", "base.group_user,sales_team.group_sale_manager")
        cls.level = cls.make_level("Team leader", 0, cls.leader)
        cls.high_level = cls.make_level("Director", 500, cls.director)

    @classmethod
    def make_cap_ruleset(cls):
        ruleset = cls.make_ruleset(name="Caps")
        cls.make_rule(ruleset, "C")
        cls.env["key.account.rule"].create(
            {"name": "Everything", "ruleset_id": ruleset.id, "kind": "discount_cap", "cap": 10}
        )
        ruleset.action_activate()
        return ruleset

    @classmethod
    def make_level(cls, name, amount, users, **values):
        return cls.env[LEVEL].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "amount_from": amount,
                "user_ids": [Command.set(users.ids)],
                **values,
            }
        )

    @classmethod
    def make_quotation(cls, discount=30, quantity=10, user=None, **values):
        """A quotation of the salesperson: 10 pieces of 100, so that each percent over the cap is 10."""
        line = {"product_id": cls.good.id, "product_uom_qty": quantity, "discount": discount, "tax_ids": []}
        orders = cls.env["sale.order"].with_user(user or cls.salesperson).with_company(cls.company)
        order = orders.create({"partner_id": cls.big.id, "order_line": [Command.create(line)], **values})
        order.env.flush_all()
        return order

    def call(self, user, model, method, *args, context=None):
        """As in a request of the user, whose name stands in what is written at its end."""
        result = super().call(user, model, method, *args, context=context)
        self.env(user=user.id, su=False).flush_all()
        return result

    def ask(self, order=None, user=None, reason="They buy for three years"):
        """A request as the button makes it, by a remote call."""
        order = order or self.make_quotation()
        user = user or self.salesperson
        wizard = self.call(user, f"{APPROVAL}.request", "create", {"order_id": order.id, "reason": reason})
        self.call(user, f"{APPROVAL}.request", "action_request", [wizard])
        return self.env[APPROVAL].search([("order_id", "=", order.id)], limit=1)

    def approve(self, approval, user=None):
        return self.call(user or self.leader, APPROVAL, "action_approve", approval.ids)

    def confirm(self, order, user=None):
        return self.call(user or self.salesperson, "sale.order", "action_confirm", order.ids)

    def assert_not_confirmed(self, order, user=None):
        self.assert_refused(user or self.salesperson, "sale.order", "action_confirm", order.ids)
        self.env.invalidate_all()
        self.assertNotEqual(order.state, "sale")

    def get_activity_users(self, record):
        record = record.sudo()
        record.invalidate_recordset(["activity_ids"])
        return record.activity_ids.user_id
