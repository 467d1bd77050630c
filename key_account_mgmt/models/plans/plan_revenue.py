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
