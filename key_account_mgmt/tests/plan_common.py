from odoo.exceptions import ValidationError

from .evaluation_common import KeyAccountEvaluationCommon


class PlanCommon(KeyAccountEvaluationCommon):
    """Builders of targets and expectations of 2024, and of prospects, in the company of the tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer(name="Shop")

    @classmethod
    def make_target(cls, amount=1000, customer=None, year=2024, quarter="year", **values):
        return cls.env["key.account.target"].create(
            cls._prepare_plan(customer, year, quarter, {"amount": amount, **values})
        )

    @classmethod
    def make_expectation(cls, customer=None, year=2024, quarter="year", level="average", **values):
        """``level`` is one of those that ship: high, average, low."""
        level = cls.env.ref(f"key_account_mgmt.probability_{level}")
        return cls.env["key.account.expectation"].create(
            cls._prepare_plan(customer, year, quarter, {"probability_id": level.id, **values})
        )

    @classmethod
    def _prepare_plan(cls, customer, year, quarter, values):
        partner = customer or cls.customer
        return {
            "partner_id": partner.id,
            "year": year,
            "quarter": quarter,
            "company_id": cls.company.id,
            **values,
        }

    @classmethod
    def load(cls, model, fields, rows):
        """Import rows as Odoo's own import does, after it has read the spreadsheet."""
        return cls.env[model].load(fields, [[str(cell) for cell in row] for row in rows])

    def assert_loaded(self, result, number):
        self.assertEqual([message["message"] for message in result["messages"]], [])
        self.assertEqual(len(result["ids"]), number)

    def assert_refused(self, message, make, *args, **values):
        with self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
            make(*args, **values)
