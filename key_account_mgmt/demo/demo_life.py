"""What happens after an evaluation: orders over caps and limits, approvals, awards, grades, targets, activities."""

from datetime import timedelta

from odoo.fields import Command, Date

from .demo_trade import days_of_this_year, make_invoices, make_order

SOLD_TO, GRADED, VISITED = 12, 5, 8
# Odoo's own demo data have a user "portal".
PORTAL_LOGIN = "customer"


class DemoLife:
    """The life of one company in the year after its evaluation.

    :param evaluation: applied, of rules that grant limits and rewards
    :param manager: a user who evaluates, and approves orders
    :param finance: a user who decides on awards, with no part in the evaluation
    """

    def __init__(self, evaluation, manager, finance):
        self.company = evaluation.company_id
        context = {"allowed_company_ids": self.company.ids, "mail_notify_force_send": False}
        self.env = evaluation.env(context={**evaluation.env.context, **context})
        self.company = self.company.with_env(self.env)
        self.evaluation = evaluation.with_env(self.env)
        self.manager, self.finance = manager, finance
        self.customers = self._get_customers()
        self.product = self._get_product()

    def _get_customers(self):
        """Return the customers with a salesperson, the best one first."""
        lines = self.evaluation.line_ids.filtered(lambda line: line.in_population and line.partner_id.user_id)
        return [line.partner_id for line in lines.sorted(lambda line: (line.rank, line.id))]

    def _get_product(self):
        """Return a product to sell; one of medium price, so that quantities look natural."""
        domain = [("list_price", ">", 0), ("type", "=", "consu"), ("company_id", "in", [False, self.company.id])]
        products = self.env["product.product"].search([*domain, ("default_code", "!=", False)], order="list_price, id")
        return products[len(products) // 2]

    def make(self):
        self.make_targets()
        self.make_revenue()
        self.decide_awards()
        self.make_orders()
        self.ask_for_grades()
        self.plan_activities()
        self.let_a_customer_in()

    # -------------------------------------------------------------------------
    # The year under way
    # -------------------------------------------------------------------------

    def _get_revenue(self):
        """Return the revenue of the evaluated year, by customer."""
        return {line.partner_id: float(line.facts.get("revenue") or 0) for line in self.evaluation.line_ids}

    def make_targets(self):
        """Set a target for the year: a little more than the last one."""
        revenue = self._get_revenue()
        self.env["key.account.target"].create(
            [
                {"partner_id": customer.id, "year": Date.today().year, "amount": round(1.1 * revenue[customer], -2)}
                for customer in self.customers[:SOLD_TO]
                if revenue[customer] > 1000
            ]
        )

    def make_revenue(self):
        """Invoice two thirds of what they bought last year; the better half has paid the first invoice."""
        revenue, rows = self._get_revenue(), []
        for place, customer in enumerate(self.customers[:SOLD_TO]):
            quantity = max(1, round(revenue[customer] / 3 / self.product.list_price))
            first, second = days_of_this_year(2)
            rows += [
                (customer, first, self.product, quantity, 0 if place < SOLD_TO // 2 else None),
                (customer, second, self.product, quantity, 0),
            ]
        make_invoices(self.company, rows)

    # -------------------------------------------------------------------------
    # Finance
    # -------------------------------------------------------------------------

    def decide_awards(self):
        """Grant the better half of each kind, refuse one, leave the rest; deliver half of what was promised."""
        awards = self.env["key.account.award"].search([("evaluation_id", "=", self.evaluation.id)], order="id")
        for kind, found in awards.with_user(self.finance).grouped("kind").items():
            half = found[: (len(found) + 1) // 2]
            if kind == "bonus":
                half.action_approve_within_budget("rank")
            else:
                half.action_approve()
            if len(found) > 2:
                found[-1].action_refuse(self.env._("This customer pays too late."))
            promised = half.filtered(lambda award: award.state == "promised")
            promised[: len(promised) // 2].action_deliver()

    # -------------------------------------------------------------------------
    # Orders and their approvals
    # -------------------------------------------------------------------------

    def make_orders(self):
        """Make four quotations over their caps, three of them asked for, and one over its credit limit."""
        customers = self.customers[:5]
        orders = [
            make_order(self.company, customer, self.product, worth=3000, discount=25) for customer in customers[1:]
        ]
        reasons = (
            self.env._("They order for the whole year if they get this price."),
            self.env._("Their second order this month."),
            self.env._("A competitor offers the same."),
        )
        requests = [self._ask(order, reason) for order, reason in zip(orders[1:], reasons, strict=True)]
        self._decide(requests[1], "action_approve")
        self._decide(requests[2], "action_refuse", self.env._("The price of the competitor does not include delivery."))
        self._make_order_over_its_limit()

    def _ask(self, order, reason):
        wizards = order.env["key.account.approval.request"]
        wizards.create({"order_id": order.id, "reason": reason}).action_request()
        return self.env["key.account.approval"].search([("order_id", "=", order.id)], limit=1)

    def _decide(self, request, method, *comment):
        getattr(request.with_user(self.manager), method)(*comment)

    def _make_order_over_its_limit(self):
        """Sell the customer with the highest granted limit more than it allows."""
        credit = self.env["key.account.award"].search(
            [("evaluation_id", "=", self.evaluation.id), ("kind", "=", "credit"), ("state", "=", "posted")],
            order="approved_amount desc, id",
            limit=1,
        )
        if credit:
            customer = credit.partner_id
            make_order(self.company, customer, self.product, worth=1.2 * credit.approved_amount)

    # -------------------------------------------------------------------------
    # What the team has to do
    # -------------------------------------------------------------------------

    def ask_for_grades(self):
        """Ask the salespeople for two grades of some customers, for the year under way."""
        metrics = [self.env.ref(f"key_account_mgmt.metric_{name}_grade") for name in ("cooperation", "information")]
        lines = [Command.create({"metric_id": metric.id}) for metric in metrics]
        appraisals = self.env["key.account.appraisal"].create(
            [
                {"partner_id": customer.id, "user_id": customer.user_id.id, "line_ids": lines}
                for customer in self.customers[:GRADED]
            ]
        )
        appraisals._notify_appraisers(Date.today() + timedelta(days=14))

    def plan_activities(self):
        """Plan calls and meetings; every third one is overdue."""
        for place, customer in enumerate(self.customers[:VISITED]):
            days = -4 - place if place % 3 == 0 else 3 * place
            kind, summary = (
                ("mail.mail_activity_data_call", self.env._("Talk about the targets of the year"))
                if place % 2
                else ("mail.mail_activity_data_meeting", self.env._("Yearly meeting"))
            )
            customer.with_context(mail_activity_quick_update=True).activity_schedule(
                kind, Date.today() + timedelta(days=days), summary=summary, user_id=customer.user_id.id
            )

    # -------------------------------------------------------------------------
    # The customer
    # -------------------------------------------------------------------------

    def let_a_customer_in(self):
        """Give the second best customer a login for the portal, and a quotation over its cap to sign."""
        customer = self.customers[1]
        contact = self.env["res.partner"].create({"name": "Chris Buyer", "parent_id": customer.id})
        order = make_order(self.company, customer, self.product, worth=2000, discount=18)
        order.action_quotation_sent()
        self._make_portal_user(contact)

    def _make_portal_user(self, contact):
        self.env["res.users"].with_context(no_reset_password=True).create(
            {
                "partner_id": contact.id,
                "login": PORTAL_LOGIN,
                "password": PORTAL_LOGIN,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
