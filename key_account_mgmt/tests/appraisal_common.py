from odoo.fields import Command

from .plan_common import PlanCommon

APPRAISAL = "key.account.appraisal"
LINE = "key.account.appraisal.line"
VALUE = "key.account.metric.value"


class AppraisalCommon(PlanCommon):
    """Shop is Ann's customer; Ann and Bob appraise it for 2024 by the two grades of the yearly appraisal form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cooperation, cls.information = (
            cls.env.ref(f"key_account_mgmt.metric_{name}_grade") for name in ("cooperation", "information")
        )
        cls.ann, cls.bob, cls.eve = (
            cls.make_user(name, "base.group_user,sales_team.group_sale_salesman", name=name.title())
            for name in ("ann", "bob", "eve")
        )
        cls.customer.user_id = cls.ann

    @classmethod
    def get_option(cls, metric, code):
        return metric.option_ids.filtered(lambda option: option.code == code)

    @classmethod
    def make_appraisal(cls, cooperation=None, information=None, user=None, done=False, customer=None, **values):
        """An appraisal of the year 2024 by ``user`` (Ann); grades by their codes, None is not given yet."""
        grades = ((cls.cooperation, cooperation), (cls.information, information))
        lines = [
            Command.create({"metric_id": metric.id, "option_id": cls.get_option(metric, grade).id})
            for metric, grade in grades
        ]
        values = {"user_id": (user or cls.ann).id, "line_ids": lines, **values}
        year, quarter = values.pop("year", 2024), values.pop("quarter", "year")
        appraisal = cls.env[APPRAISAL].create(cls._prepare_plan(customer, year, quarter, values))
        if done:
            appraisal.action_done()
        return appraisal

    @classmethod
    def make_entered(cls, metric, grade, **values):
        return cls.env[VALUE].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "metric_id": metric.id,
                "option_id": cls.get_option(metric, grade).id,
                "date_from": "2024-01-01",
                "date_to": "2024-12-31",
                **values,
            }
        )

    def assert_grades(self, cooperation, information=None, customer=None, **scope):
        """What an evaluation of 2024 would read."""
        customer = customer or self.customer
        facts = self.collect(partner_ids=(customer.id,), with_business_only=False, **scope)[customer]
        self.assertEqual((facts.get("cooperation_grade"), facts.get("information_grade")), (cooperation, information))
