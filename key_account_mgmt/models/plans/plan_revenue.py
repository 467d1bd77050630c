"""What was sold within the period of a plan, and how it stands against a target."""

from decimal import Decimal

COURSES = [("on_track", "On Track"), ("behind", "Behind")]


def get_revenues(env, company, customers, date_from, date_to):
    """Return the untaxed revenue of customers in a period, as the metric ``revenue`` defines it.

    :param customers: commercial partners
    :return: ``{customer: amount}`` in company currency, of posted invoices less credit notes; none: no key
    """
    # sudo: salespeople may see what their customers bought, also where others wrote the invoices
    moves = env["account.move"].sudo()
    domain = [
        ("company_id", "=", company.id),
        ("state", "=", "posted"),
        ("move_type", "in", ("out_invoice", "out_refund")),
        ("invoice_date", ">=", date_from),
        ("invoice_date", "<=", date_to),
        ("commercial_partner_id", "in", customers.ids),
    ]
    groups = moves._read_group(domain, ["commercial_partner_id"], ["amount_untaxed_signed:sum"])
    return {customer.with_env(env): amount for customer, amount in groups}


def get_attained_pct(revenue, target):
    """Return which percentage of a target is attained, 0 without one; truncated, so that 100 means all of it.

    Floats are compared as the decimals that they show: 0.17 × 100 ÷ 0.17 is less than 100 otherwise.
    """
    return int(max(_exact(revenue), 0) * 100 / _exact(target)) if target else 0


def get_course(revenue, target, first, last, today):
    """Return whether the revenue keeps pace with the days of the period, today included.

    :return: one of ``COURSES``; False without a target or before the period
    """
    if not target or today < first:
        return False
    passed, days = (min(today, last) - first).days + 1, (last - first).days + 1
    return "on_track" if _exact(revenue) * days >= _exact(target) * passed else "behind"


def _exact(amount):
    return Decimal(repr(amount))
