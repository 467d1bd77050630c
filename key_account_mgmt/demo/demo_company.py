"""A company with a dozen customers and two full years of invoices, evaluated."""

from datetime import date

from odoo.fields import Command, Date

from .demo_trade import make_invoices, make_receipts_account

# Revenue of the two years in thousands, invoices a year, days until they pay; each belongs to one of the salespeople.
CUSTOMERS = {
    "Alder & Finch": (80, 96, 4, 20),
    "Bridgewater Mills": (60, 66, 3, 28),
    "Copperfield Interiors": (44, 58, 3, 25),
    "Dunmore Outfitters": (52, 40, 3, 45),
    "Elmwood Hotels": (30, 34, 2, 30),
    "Fairhaven Clinics": (26, 28, 2, 15),
    "Greystone Cafés": (22, 17, 2, 60),
    "Harbour Print": (15, 16, 2, 30),
    "Ironbridge Tools": (12, 13, 2, 29),
    "Juniper Gardens": (9, 8, 2, None),
    "Kingsley School": (7, 7, 1, 30),
    "Larkspur Events": (0, 35, 1, 20),
}
PRODUCTS = {"DEMO-1": ("Folding Table", 120, 70), "DEMO-2": ("Steel Shelf", 90, 52), "DEMO-3": ("Task Chair", 150, 95)}
SALES = "sales_team.group_sale_salesman"
USERS = {
    "demo_lee": ("Lee Sales", [SALES]),
    "demo_noor": ("Noor Sales", [SALES]),
    "demo_manager": ("Kim Manager", ["key_account_mgmt.group_key_account_manager", "account.group_account_readonly"]),
    "demo_finance": ("Toni Finance", ["key_account_mgmt.group_key_account_finance"]),
}


class DemoCompany:
    """A company of its own, so that its caps and limits stop no orders of the companies that are there."""

    def __init__(self, env):
        self.company = env["res.company"].create(
            {"name": "Key Account Example", "currency_id": env.ref("base.USD").id, "country_id": env.ref("base.us").id}
        )
        env["account.chart.template"]._load("generic_coa", self.company, install_demo=False)
        self.env = env(context={**env.context, "allowed_company_ids": self.company.ids, "tracking_disable": True})
        self.company = self.company.with_env(self.env)

    def make(self):
        demo = self.env["key.account.demo"]
        demo._switch_on(self.company)
        users = self._make_users()
        self._make_business(users)
        ruleset = self._make_ruleset()
        year = Date.today().year
        self._evaluate(ruleset, year - 2, users)
        evaluation = self._evaluate(demo._make_granting_version(ruleset), year - 1, users)
        demo._make_life(evaluation, users["demo_manager"], users["demo_finance"])

    def _make_users(self):
        """Make them with their login as password, and let the administrator in."""
        self.env.ref("base.user_admin").company_ids = [Command.link(self.company.id)]
        users = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create([self._prepare_user(login, *user) for login, user in USERS.items()])
        )
        return dict(zip(USERS, users, strict=True))

    def _prepare_user(self, login, name, groups):
        return {
            "name": name,
            "login": login,
            "password": login,
            # No emails wait to be sent from a demo.
            "notification_type": "inbox",
            "company_id": self.company.id,
            "company_ids": [Command.set(self.company.ids)],
            "group_ids": [Command.link(self.env.ref(group).id) for group in groups],
        }

    # -------------------------------------------------------------------------
    # Two years of business
    # -------------------------------------------------------------------------

    def _make_business(self, users):
        make_receipts_account(self.company)
        products = self._make_products()
        customers = self._make_customers([users["demo_lee"], users["demo_noor"]])
        make_invoices(self.company, list(self._get_invoices(customers, products)))

    def _make_products(self):
        values = {"type": "consu", "company_id": self.company.id, "taxes_id": [], "supplier_taxes_id": []}
        return self.env["product.product"].create(
            [
                {"default_code": code, "name": name, "list_price": price, "standard_price": cost, **values}
                for code, (name, price, cost) in PRODUCTS.items()
            ]
        )

    def _make_customers(self, salespeople):
        return self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "company_id": self.company.id,
                    "user_id": salespeople[place % len(salespeople)].id,
                }
                for place, name in enumerate(CUSTOMERS)
            ]
        )

    def _get_invoices(self, customers, products):
        """Give the rows for ``make_invoices``: each year's revenue in invoices of the same size."""
        for place, customer in enumerate(customers):
            *revenue, count, paid_after = CUSTOMERS[customer.name]
            product = products[place % len(products)]
            for year, thousands in zip((Date.today().year - 2, Date.today().year - 1), revenue, strict=True):
                quantity = round(1000 * thousands / count / product.list_price)
                for number in range(count if quantity else 0):
                    day = date(year, 1 + 12 * number // count, 3 + place)
                    yield customer, day, product, quantity, paid_after

    # -------------------------------------------------------------------------
    # Its evaluations
    # -------------------------------------------------------------------------

    def _make_ruleset(self):
        ruleset = self.env.ref("key_account_mgmt.template_single_indicator_rank")._create_draft(self.company)
        ruleset.action_activate()
        return ruleset

    def _evaluate(self, ruleset, year, users):
        """Evaluate as the manager, approve and apply as the administrator."""
        evaluation = (
            self.env["key.account.evaluation"]
            .with_user(users["demo_manager"])
            .create(
                {
                    "name": str(year),
                    "company_id": self.company.id,
                    "ruleset_id": ruleset.id,
                    "date_from": date(year, 1, 1),
                    "date_to": date(year, 12, 31),
                }
            )
        )
        evaluation.action_compute()
        evaluation.action_submit()
        evaluation.with_user(self.env.ref("base.user_admin")).action_approve()
        evaluation.with_user(self.env.ref("base.user_admin")).action_apply()
        return evaluation.with_env(self.env)
