from odoo.fields import Command

from .evaluation_common import YEAR, KeyAccountEvaluationCommon


class KeyAccountComparisonCommon(KeyAccountEvaluationCommon):
    """Beside the active rule set of the evaluations, a draft by what people think of the customers.

    Revenue: Big C by veto, Second A, Third B, Fourth C, Fifth C. Potential, which runs the other way: Big C, Second C,
    Third B, Fourth A, Fifth A. So both agree on Big and Third.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.potential = cls.make_metric("potential", "number")
        for value, customer in enumerate(cls.customers, 1):
            cls.make_value(customer, value)
        cls.draft = cls.make_draft("Potential", "potential")

    @classmethod
    def make_value(cls, customer, value):
        return cls.env["key.account.metric.value"].create(
            {
                "partner_id": customer.id,
                "metric_id": cls.potential.id,
                "value": value,
                "company_id": cls.company.id,
                **YEAR,
            }
        )

    @classmethod
    def make_draft(cls, name, *metrics, **values):
        """A draft in which every metric is a criterion of 100 points; the best 40 % by score are A, the next 20 % B."""
        draft = cls.make_ruleset(name=name, **values)
        for metric in metrics:
            cls.make_criterion(draft, metric, key=metric)
        cls.make_rule(draft, "A", ("score", "rank_pct", "<=", 40))
        cls.make_rule(draft, "B", ("score", "rank_pct", "<=", 60))
        cls.make_rule(draft, "C")
        return draft

    @classmethod
    def make_comparison(cls, *rulesets, user=None, compute=True, **values):
        """A comparison of 2024; of the active rule set and the draft unless others are given."""
        chosen = rulesets or (cls.ruleset, cls.draft)
        values = {
            "company_id": cls.company.id,
            "ruleset_ids": [Command.set([one.id for one in chosen])],
            **YEAR,
            **values,
        }
        comparison = (
            cls.env["key.account.comparison"].with_user(user or cls.manager).with_company(cls.company).create(values)
        )
        if compute:
            comparison.action_compute()
        return comparison

    def get_lines(self, comparison, ruleset):
        """Lines of a rule set in the order of the customers of the tests."""
        lines = comparison.line_ids.filtered(lambda line: line.ruleset_id == ruleset)
        by_customer = lines.grouped("partner_id")
        return lines.browse().concat(*(by_customer[customer] for customer in self.customers if customer in by_customer))

    def get_codes(self, comparison, ruleset):
        return [line.tier_id.code or None for line in self.get_lines(comparison, ruleset)]
