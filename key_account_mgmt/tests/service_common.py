from odoo.tests import freeze_time

from .plan_common import PlanCommon

NOON = "2024-06-15 12:00:00"


class ServiceCommon(PlanCommon):
    """Builders of work for customers and of costs to serve; an hour costs 30.00 in the company of the tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.key_account_hour_cost = 30
        cls.call = cls.make_activity_type("Call", 0.5)

    @classmethod
    def make_activity_type(cls, name, hours):
        return cls.env["mail.activity.type"].create({"name": name, "key_account_hours": hours})

    @classmethod
    def do_activity(cls, document, moment=NOON, activity_type=None, user=None):
        """An activity that somebody (the tests' own user, unless said otherwise) had to do, and did at ``moment``."""
        with freeze_time(moment):
            activity = document.activity_schedule(
                activity_type_id=(activity_type or cls.call).id, user_id=(user or cls.env.user).id
            )
            activity.action_done()
            # The day on which it was done is computed when it is written.
            cls.env.flush_all()
        return activity

    @classmethod
    def make_cost(cls, amount, customer=None, date="2024-06-15", **values):
        return cls.env["key.account.service.cost"].create(
            {
                "partner_id": (customer or cls.customer).id,
                "company_id": cls.company.id,
                "date": date,
                "amount": amount,
                **values,
            }
        )

    def assert_served(self, hours, cost, customer=None, **scope):
        self.assert_facts(customer or self.customer, {"service_hours": hours, "cost_to_serve": cost}, **scope)
