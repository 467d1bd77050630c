from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

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


class PlanRightsMixin:
    """What holds of everything that managers enter for customers, with an ``amount``.

    ``rows`` is the field of the customer that lists it, ``row`` values of one more, and ``make`` makes one.
    """

    rows = row = None

    def make(self, amount, customer=None):
        raise NotImplementedError

    def test_managers_enter_and_salespeople_read_those_of_own_customers(self):
        mine, others, unassigned = (
            self.make(5, self.make_customer(user_id=user.id))
            for user in (self.salesperson, self.manager, self.env["res.users"])
        )
        others.with_user(self.manager).amount = 6
        domain = [("id", "in", (mine + others + unassigned).ids)]
        self.assertEqual(mine.browse().with_user(self.salesperson).search(domain), mine + unassigned)
        with self.assertRaises(AccessError):
            mine.with_user(self.salesperson).amount = 7
        with self.assertRaises(AccessError):
            mine.partner_id.with_user(self.salesperson).write({self.rows: [Command.create(self.row)]})

    def test_companies_do_not_see_what_others_entered(self):
        made = self.make(5)
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        stranger = self.make_user("stranger", "key_account_mgmt.group_key_account_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(made.with_user(stranger).search([("id", "=", made.id)]))

    def test_changes_are_in_the_chatter(self):
        made = self.make(1000).with_context(tracking_disable=False, mail_notrack=False)
        self.flush_tracking()
        made.amount = 2000
        self.flush_tracking()
        tracked = made.message_ids.sudo().tracking_value_ids
        self.assertIn((1000, 2000), [(value.old_value_float, value.new_value_float) for value in tracked])
