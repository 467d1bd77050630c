"""Company, salespeople, products and customers of a book; documents come afterwards (load.py)."""

import json
import os

from odoo.fields import Command

from workbench.demo.book import login

BATCH = 1000
# Beside English, which the administrator reads.
LANGUAGES = ["zh_CN"]


def prepare(env, book, workers):
    env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})
    _set_company(env, book)
    _add_languages(env)
    _make_journals(env, workers)
    users = _make_salespeople(env, book["salespeople"])
    _make_products(env, book["products"])
    _make_customers(env, book["customers"], users)
    env.cr.commit()


def _set_company(env, book):
    if book["company"]:
        env.company.name = book["company"]
    if book["currency"]:
        currency = env["res.currency"].with_context(active_test=False).search([("name", "=", book["currency"])])
        if not currency:
            raise SystemExit(f"Odoo knows no currency {book['currency']}")
        env.company.currency_id = currency


def _add_languages(env):
    """Before the addon is there, so that its rules have names in all languages from the start."""
    languages = env["res.lang"].with_context(active_test=False).search([("code", "in", LANGUAGES)])
    env["base.language.install"].create({"lang_ids": [Command.set(languages.ids)]}).lang_install()


def _make_journals(env, workers):
    """Each worker has its own journals, so that nobody waits for the other's numbers."""
    sales = env["account.journal"].search([("type", "=", "sale")], limit=1)
    bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
    # With an account for money on its way, a registered payment is booked and settles its invoice at once.
    outstanding = env["account.account"].create(
        {
            "name": "Outstanding Receipts",
            "code": "101499",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    for worker in range(workers):
        journals = sales | bank
        if worker:
            journals = sales.copy() | bank.copy()
            for journal, original in zip(journals, sales | bank, strict=True):
                journal.name = f"{original.name} {worker + 1}"
        journals.inbound_payment_method_line_ids.payment_account_id = outstanding
        env["ir.config_parameter"].set_param(f"demo.journals.{worker}", json.dumps(journals.ids))


def _make_salespeople(env, names):
    group = env.ref("sales_team.group_sale_salesman")
    values = [
        {
            "name": name,
            "login": login(name),
            "password": login(name),
            # A demo sends no emails.
            "notification_type": "inbox",
            "group_ids": [Command.link(group.id)],
        }
        for name in names
    ]
    return {user.name: user.id for user in env["res.users"].create(values)}


def _make_products(env, products):
    names = list(dict.fromkeys(row["category"] for row in products))
    records = env["product.category"].create([{"name": name} for name in names])
    categories = dict(zip(names, records.ids, strict=True))
    env["product.product"].create(
        [
            {
                "name": row["name"],
                "default_code": row["key"],
                "categ_id": categories[row["category"]],
                "type": "consu",
                "list_price": float(row["price"]),
                "standard_price": float(row["cost"]),
                "taxes_id": [],
                "supplier_taxes_id": [],
            }
            for row in products
        ]
    )


def _make_customers(env, customers, users):
    countries = {country.code: country.id for country in env["res.country"].search([])}
    for start in range(0, len(customers), BATCH):
        env["res.partner"].create(
            [
                {
                    "name": row["name"],
                    "ref": row["key"],
                    "is_company": True,
                    "city": row["city"],
                    "country_id": countries.get(row["country"]),
                    "user_id": users.get(row["salesperson"]),
                }
                for row in customers[start : start + BATCH]
            ]
        )


with open(os.environ["DEMO_BOOK"], encoding="utf-8") as handle:
    prepare(env, json.load(handle), int(os.environ["DEMO_WORKERS"]))  # noqa: F821
