"""The same order in a database with the addon and in one without; with it, caps that judge every line of it.

from benchmarks import orders_scene
orders_scene.make(env)     # {"order": id, "line": id, "user": id}
"""

from odoo.fields import Command

LINES = 20
# A line's discount stays below every cap, so that nothing is refused.
DISCOUNT = 3
SALESPERSON = ("base.group_user", "sales_team.group_sale_salesman", "sale.group_discount_per_so_line")
# As a company with three tiers would have them: the first row that fits decides, so most lines go through most rows.
TIERS = [("C", 4), ("B", 8), ("A", 12)]
KINDS = [("intrinsic", 15), ("extrinsic", 12), ("strategic", 10)]


def make(env, capped=True):
    """Products, a customer and an order of a salesperson; with the addon, also the caps."""
    categories = env["product.category"].create([{"name": f"Group {number}"} for number in range(5)])
    customer = env["res.partner"].create({"name": "Customer", "country_id": env.ref("base.de").id})
    user = env["res.users"].create(
        {
            "name": "Salesperson",
            "login": "bench_salesperson",
            "group_ids": [Command.set([env.ref(group).id for group in SALESPERSON])],
        }
    )
    products = env["product.product"].create([_prepare_product(env, categories, number) for number in range(LINES)])
    if capped and "key.account.rule" in env:
        _make_caps(env, categories, products)
        customer.write(
            {"key_account_tier_id": env.ref("key_account_mgmt.tier_b").id, "key_account_value_type": "extrinsic"}
        )
    order = (
        env["sale.order"]
        .with_user(user)
        .create({"partner_id": customer.id, "order_line": [_prepare_line(product) for product in products]})
    )
    env.cr.commit()
    return {"order": order.id, "line": order.order_line[LINES // 2].id, "user": user.id}


def _prepare_product(env, categories, number):
    return {
        "name": f"Product {number}",
        "type": "consu",
        "list_price": 100 + number,
        "standard_price": 60 + number,
        "categ_id": categories[number % len(categories)].id,
        "taxes_id": [Command.set(env["account.tax"].search([("type_tax_use", "=", "sale")], limit=1).ids)],
    }


def _prepare_line(product):
    return Command.create({"product_id": product.id, "product_uom_qty": 1 + product.id % 7, "discount": DISCOUNT})


def _make_caps(env, categories, products):
    ruleset = env["key.account.ruleset"].create(
        {"name": "Benchmark", "company_id": env.company.id, "tier_ids": [Command.set(_tiers(env).ids)]}
    )
    rules = [{"kind": "tier", "name": "Everybody", "tier_id": env.ref("key_account_mgmt.tier_c").id}]
    rules += [{"kind": "discount_cap", **row} for row in _prepare_caps(env, categories, products)]
    env["key.account.rule"].create(
        [{"ruleset_id": ruleset.id, "sequence": number, **row} for number, row in enumerate(rules)]
    )
    ruleset.action_activate()


def _tiers(env):
    return env["key.account.tier"].union(*(env.ref(f"key_account_mgmt.tier_{code.lower()}") for code, _cap in TIERS))


def _prepare_caps(env, categories, products):
    """30 rows: offers of the season, dear products, each tier by group of products, kinds of customers, the rest."""
    yield _row("Season", 30, date_from="2001-06-01", date_to="2001-08-31", product_categ_ids=categories[0])
    yield _row("Closing down", 60, product_tmpl_ids=products[:1].product_tmpl_id, country_ids=env.ref("base.fr"))
    yield _row("Bulk", 25, condition_ids=[_condition(env, "order_quantity", 100)])
    yield _row("Big orders", 20, condition_ids=[_condition(env, "order_amount", 100_000)], tier_filter_ids=_tiers(env))
    for index, (code, cap) in enumerate(TIERS):
        tier = _tiers(env)[index]
        for group, category in enumerate(categories):
            values = {"has_margin_floor": True, "margin_floor": 20} if group == 1 else {}
            yield _row(
                f"{code}, {category.name}", cap + group, tier_filter_ids=tier, product_categ_ids=category, **values
            )
        yield _row(f"{code}, strategic", cap + 5, tier_filter_ids=tier, customer_value_type="strategic")
        yield _row(code, cap, tier_filter_ids=tier)
    for kind, cap in KINDS:
        yield _row(f"No tier, {kind}", cap, without_tier=True, customer_value_type=kind)
    yield _row("No tier", 5, without_tier=True)
    yield _row("Everybody", 5)


def _row(name, cap, **columns):
    relations = {column: records.ids for column, records in columns.items() if hasattr(records, "ids")}
    return {"name": name, "cap": cap, **columns, **{column: [Command.set(ids)] for column, ids in relations.items()}}


def _condition(env, metric, value):
    found = env["key.account.metric"].search([("code", "=", metric)])
    return Command.create({"metric_id": found.id, "operator": ">=", "value": value})
