"""What happened after the evaluation of the generated book, and proof that each kind of life is there."""

from odoo.fields import Date

# Users of the tour in README, and a salesperson.
USERS = ("key_manager", "key_approver", "key_finance")


def count_life(env):
    """Count what a new user finds, by name; nothing may be zero."""
    return {**_count_records(env), **_count_work(env)}


def _count_work(env):
    """What waits on the page To Do, by login."""
    salesperson = env["key.account.appraisal"].search([("company_id", "=", env.company.id)], limit=1).user_id
    users = [env["res.users"].search([("login", "=", login)]) for login in USERS]
    return {
        f"to do: {name}": sum(env["key.account.todo"].with_user(user).search([]).mapped("count"))
        for name, user in [*zip(USERS, users, strict=True), ("salesperson", salesperson)]
    }


def _count_records(env):
    company, today = env.company, Date.today()
    own = [("company_id", "=", company.id)]
    active = env["key.account.ruleset"].search([*own, ("state", "=", "active")])
    orders = env["sale.order"].search(own)
    return {
        "rule sets in force": len(active),
        **_count_by(active.rule_ids, "kind", "rows: {}"),
        **_count_by(env["key.account.award"].search(own), "state", "awards: {}"),
        **_count_by(env["key.account.approval"].search(own), "state", "approvals: {}"),
        "evaluations in review": env["key.account.evaluation"].search_count([*own, ("state", "=", "in_review")]),
        "comparisons": env["key.account.comparison"].search_count(own),
        "ledger rows": env["key.account.credit.entry"].search_count(own),
        "grades to give": env["key.account.appraisal.line"].search_count([*own, ("option_id", "=", False)]),
        "targets of this year": env["key.account.target"].search_count([*own, ("year", "=", today.year)]),
        "invoices of this year": env["account.move"].search_count(
            [*own, ("move_type", "=", "out_invoice"), ("invoice_date", ">=", today.replace(month=1, day=1))]
        ),
        "quotations over their cap, not asked for": len(_get_over(orders, "key.account.discount")),
        "quotations over their limit": len(_get_over(orders, "key.account.credit")),
        "quotations sent": len(orders.filtered(lambda order: order.state == "sent")),
        "activities of customers": env["mail.activity"].search_count([("res_model", "=", "res.partner")]),
        "activities overdue": env["mail.activity"].search_count(
            [("res_model", "=", "res.partner"), ("date_deadline", "<", today)]
        ),
        "portal users": env["res.users"].search_count([("share", "=", True), ("login", "=", "customer")]),
        "languages": len(env["res.lang"].get_installed()),
    }


def find_untranslated(env, lang):
    """Names of rules in force that a reader of the language finds in English."""
    active = env["key.account.ruleset"].search([("company_id", "=", env.company.id), ("state", "=", "active")])
    rules = active.rule_ids
    names = zip(rules.mapped("name"), rules.with_context(lang=lang).mapped("name"), strict=True)
    return [name for name, other in names if name == other]


def _count_by(records, field, name):
    return {name.format(value): len(group) for value, group in records.grouped(field).items()}


def _get_over(orders, judge):
    """Quotations that the judge would stop, and for which no approval was asked."""
    open_orders = orders.filtered(
        lambda order: order.state in ("draft", "sent") and not order.key_account_approval_state
    )
    verdicts = orders.env[judge]._judge_orders(open_orders, strict=False)
    return [order for order in open_orders if order in verdicts and verdicts[order].over]
