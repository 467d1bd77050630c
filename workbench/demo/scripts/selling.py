"""What a salesperson meets: an order with discount caps in force, tried and taken back."""

from odoo.fields import Command


def try_selling(env):
    """:return: the state of an order at its pricelist's prices, and its currency beside the company's"""
    with env.cr.savepoint() as savepoint:
        ruleset = env["key.account.ruleset"].search([("state", "=", "active"), ("company_id", "=", env.company.id)])
        version = env["key.account.ruleset"].browse(ruleset[:1].action_new_version()["res_id"])
        cap = {"ruleset_id": version.id, "kind": "discount_cap", "name": "Everybody", "cap": 10}
        env["key.account.rule"].create(cap)
        version.action_activate()
        product = env["product.product"].search([("default_code", "!=", False), ("list_price", ">", 0)], limit=1)
        customer = env["res.partner"].search([("key_account_tier_id", "!=", False)], limit=1)
        line = Command.create({"product_id": product.id, "discount": 5})
        order = env["sale.order"].create({"partner_id": customer.id, "order_line": [line]})
        order.action_confirm()
        found = {"state": order.state, "currencies": [order.currency_id.name, env.company.currency_id.name]}
        env.flush_all()
        savepoint.rollback()
    env.invalidate_all()
    env.registry.clear_cache()
    return found
