from odoo.tests import new_test_user

from .common import KeyAccountCommon

YEAR = {"date_from": "2024-01-01", "date_to": "2024-12-31"}
MANAGER_GROUPS = "base.group_user,key_account_mgmt.group_key_account_manager"


class KeyAccountEvaluationCommon(KeyAccountCommon):
    """Five customers whose revenue of 2024 ranks them, an active rule set, two managers and a salesperson.

    Big has one invoice, so a veto caps it at C; by rank Second is A, Third is B, Fourth and Fifth are C.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Big", "Second", "Third", "Fourth", "Fifth")
        cls.customers = cls.env["res.partner"].union(*(cls.make_customer(name=name) for name in names))
        cls.big, cls.second, cls.third, cls.fourth, cls.fifth = cls.customers
        twice = [
            (customer, amount, date)
            for customer, amount in zip(cls.customers[1:], (2000, 1500, 1000, 500), strict=True)
            for date in ("2024-02-01", "2024-08-01")
        ]
        cls.make_invoices((cls.big, 5000, "2024-03-01"), *twice)
        cls.ruleset = cls.make_evaluation_ruleset()
        cls.manager = cls.make_user("manager", MANAGER_GROUPS)
        cls.approver = cls.make_user("approver", MANAGER_GROUPS)
        cls.salesperson = cls.make_user("salesperson", "base.group_user,sales_team.group_sale_salesman")
        cls.tier_a, cls.tier_b, cls.tier_c = (cls.get_tier(code) for code in "ABC")

    @classmethod
    def make_evaluation_ruleset(cls, **values):
        ruleset = cls.make_ruleset(**values)
        cls.make_criterion(ruleset, "revenue", key="revenue")
        cls.make_rule(ruleset, "C", ("invoice_count", "<=", 1), kind="veto", name="One-off purchase", key="one_off")
        cls.make_rule(ruleset, "A", ("revenue", "rank_pct", "<=", 40), key="a")
        cls.make_rule(ruleset, "B", ("revenue", "rank_pct", "<=", 60), key="b")
        cls.make_rule(ruleset, "C", key="c")
        ruleset.action_activate()
        return ruleset

    @classmethod
    def make_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=f"key_account_{login}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            **values,
        )

    @classmethod
    def make_evaluation(cls, state="computed", user=None, **values):
        """An evaluation of 2024, brought to ``state`` by the managers."""
        evaluation = (
            cls.env["key.account.evaluation"]
            .with_user(user or cls.manager)
            .with_company(cls.company)
            .create({"name": "2024", "company_id": cls.company.id, "ruleset_id": cls.ruleset.id, **YEAR, **values})
        )
        cls.advance(evaluation, state)
        return evaluation

    @classmethod
    def advance(cls, evaluation, state):
        """Bring an evaluation on until it is in ``state``."""
        steps = {
            "draft": evaluation.action_compute,
            "computed": evaluation.action_submit,
            "in_review": evaluation.with_user(cls.approver).action_approve,
            "approved": evaluation.action_apply,
            "applied": evaluation.action_revert,
        }
        while evaluation.state != state:
            steps[evaluation.state]()

    def get_line(self, evaluation, customer):
        return evaluation.line_ids.filtered(lambda line: line.partner_id == customer)

    def get_tiers(self, evaluation):
        """Codes of the tiers in the order of the customers of the tests; None: no tier."""
        by_customer = {line.partner_id: line.tier_id.code or None for line in evaluation.line_ids}
        return [by_customer.get(customer, "-") for customer in self.customers]

    def get_customer_tiers(self, company=None):
        customers = self.customers.with_company(company or self.company)
        return [customer.key_account_tier_id.code or None for customer in customers]

    def get_messages(self, record):
        """The chatter as text, the last message first."""
        self.flush_tracking()
        return "\n".join(str(message.body) for message in record.message_ids)

    def flush_tracking(self):
        """Tracked values become messages when a transaction ends."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
