"""The columns in which the real rows differ from their patterns, as expressions over the plan."""

TABLES = [
    "res_partner",
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
    "sale_order_line_invoice_rel",
    "account_move__account_payment",
]

PAY_NAME = "pay_prefix || lpad(pay_sequence::text, greatest(5, length(pay_sequence::text)), '0')"

NAMES = {"name": "'Customer ' || n", "complete_name": "'Customer ' || n"}
MOVE = {
    "id": "move_id",
    "name": "plan.name",
    "sequence_prefix": "prefix",
    "sequence_number": "number",
    "date": "day",
    "invoice_date": "day",
    "invoice_date_due": "due",
    "partner_id": "plan.partner_id",
    "commercial_partner_id": "customer_id",
    "partner_shipping_id": "plan.partner_id",
    "invoice_partner_display_name": "partner_name",
    "invoice_origin": "CASE WHEN ordered THEN 'SF' || lpad(order_number::text, 7, '0') END",
    "payment_state": "CASE WHEN residual = 0 THEN 'paid' WHEN paid > 0 THEN 'partial' ELSE 'not_paid' END",
    **dict.fromkeys(["amount_untaxed", "amount_total"], "amount"),
    "amount_residual": "residual",
    **dict.fromkeys(
        [
            "amount_untaxed_signed",
            "amount_untaxed_in_currency_signed",
            "amount_total_signed",
            "amount_total_in_currency_signed",
        ],
        "sign * amount",
    ),
    "amount_residual_signed": "sign * residual",
}
LINE = {
    "move_id": "plan.move_id",
    "move_name": "plan.name",
    "date": "day",
    "invoice_date": "day",
    "partner_id": "customer_id",
}


def _balance(amount):
    """The four columns that say what a line books."""
    return {
        "debit": f"greatest({amount}, 0)",
        "credit": f"greatest(-({amount}), 0)",
        "balance": amount,
        "amount_currency": amount,
    }


PRODUCT_LINE = {
    **LINE,
    "id": "product_line_id",
    "name": "product_name",
    "product_id": "plan.product_id",
    "quantity": "plan.quantity",
    "price_unit": "price",
    "price_subtotal": "amount",
    "price_total": "amount",
    **_balance("-sign * amount"),
}
TERM_LINE = {
    **LINE,
    "id": "term_line_id",
    "date_maturity": "due",
    **_balance("sign * amount"),
    "amount_residual": "sign * residual",
    "amount_residual_currency": "sign * residual",
    "reconciled": "residual = 0",
    "full_reconcile_id": "payment.full_id",
    "matching_number": "payment.matching",
}
PAYMENT_LINE = {
    "move_id": "payment_move_id",
    "move_name": PAY_NAME,
    "ref": "plan.name",
    "name": "'Manual Payment: ' || plan.name",
    "date": "pay_day",
    "partner_id": "customer_id",
    "payment_id": "plan.payment_id",
    "date_maturity": "pay_day",
}
WITH_PAYMENT = "plan LEFT JOIN (SELECT n, full_id, matching FROM plan_payment) payment USING (n)"

# (table, pattern, rows of the plan, columns that differ from the pattern)
COPIES = [
    (
        "res_partner",
        "customer",
        "plan_customer plan",
        {
            **NAMES,
            "id": "plan.id",
            "commercial_partner_id": "plan.id",
            "commercial_company_name": "'Customer ' || n",
            "ref": "'FILL-' || n",
        },
    ),
    (
        "res_partner",
        "contact",
        "plan_customer plan WHERE contact_id IS NOT NULL",
        {
            "id": "contact_id",
            "parent_id": "plan.id",
            "commercial_partner_id": "plan.id",
            "name": "'Contact ' || n",
            "complete_name": "'Customer ' || n || ', Contact ' || n",
            "commercial_company_name": "'Customer ' || n",
        },
    ),
    (
        "sale_order",
        "order",
        "plan_order plan",
        {
            "id": "order_id",
            "name": "order_name",
            "date_order": "day - 5 + interval '12 hours'",
            "validity_date": "day + 25",
            **dict.fromkeys(["partner_id", "partner_invoice_id", "partner_shipping_id"], "plan.partner_id"),
            **dict.fromkeys(["amount_untaxed", "amount_total"], "amount"),
            "margin": "plan.margin",
            "margin_percent": "plan.margin / amount",
        },
    ),
    (
        "sale_order_line",
        "order_line",
        "plan_order plan",
        {
            "id": "order_line_id",
            "order_id": "plan.order_id",
            "name": "product_name",
            "product_id": "plan.product_id",
            **dict.fromkeys(["product_uom_qty", "qty_invoiced"], "plan.quantity"),
            "order_partner_id": "plan.partner_id",
            **dict.fromkeys(
                ["price_unit", "price_reduce_taxinc", "price_reduce_taxexcl", "technical_price_unit"], "price"
            ),
            **dict.fromkeys(["price_subtotal", "price_total", "untaxed_amount_invoiced"], "amount"),
            "purchase_price": "cost",
            "margin": "plan.margin",
            "margin_percent": "plan.margin / amount",
        },
    ),
    ("account_move", "invoice", "plan WHERE NOT refund", {**MOVE, "payment_reference": "plan.name"}),
    ("account_move", "refund", "plan WHERE refund", MOVE),
    ("account_move_line", "invoice_product", "plan WHERE NOT refund", PRODUCT_LINE),
    ("account_move_line", "refund_product", "plan WHERE refund", PRODUCT_LINE),
    ("account_move_line", "invoice_term", f"{WITH_PAYMENT} WHERE NOT refund", {**TERM_LINE, "name": "plan.name"}),
    ("account_move_line", "refund_term", f"{WITH_PAYMENT} WHERE refund", TERM_LINE),
    (
        "account_move",
        "payment_move",
        "plan_payment plan",
        {
            "id": "payment_move_id",
            "name": PAY_NAME,
            "ref": "plan.name",
            "date": "pay_day",
            "invoice_date_due": "pay_day",
            "sequence_prefix": "pay_prefix",
            "sequence_number": "pay_sequence",
            "origin_payment_id": "payment_id",
            "partner_id": "plan.partner_id",
            "commercial_partner_id": "customer_id",
            "invoice_partner_display_name": "partner_name",
            **dict.fromkeys(["amount_total", "amount_total_signed", "amount_total_in_currency_signed"], "paid"),
        },
    ),
    (
        "account_payment",
        "payment",
        "plan_payment plan",
        {
            "id": "plan.payment_id",
            "state": "CASE WHEN residual = 0 THEN 'paid' ELSE 'in_process' END",
            "move_id": "payment_move_id",
            "name": PAY_NAME,
            "memo": "plan.name",
            "date": "pay_day",
            "partner_id": "plan.partner_id",
            **dict.fromkeys(["amount", "amount_company_currency_signed"], "paid"),
        },
    ),
    (
        "account_move_line",
        "payment_bank",
        "plan_payment plan",
        {
            **PAYMENT_LINE,
            "id": "bank_line_id",
            **_balance("paid"),
            **dict.fromkeys(["amount_residual", "amount_residual_currency", "price_subtotal", "price_total"], "paid"),
        },
    ),
    (
        "account_move_line",
        "payment_term",
        "plan_payment plan",
        {
            **PAYMENT_LINE,
            "id": "pay_line_id",
            **_balance("-paid"),
            **dict.fromkeys(["price_subtotal", "price_total"], "-paid"),
            "full_reconcile_id": "full_id",
            "matching_number": "matching",
        },
    ),
    ("account_full_reconcile", "full", "plan_payment plan WHERE full_id IS NOT NULL", {"id": "full_id"}),
    (
        "account_partial_reconcile",
        "partial",
        "plan_payment plan",
        {
            "id": "partial_id",
            "debit_move_id": "term_line_id",
            "credit_move_id": "pay_line_id",
            "full_reconcile_id": "full_id",
            "max_date": "greatest(day, pay_day)",
            **dict.fromkeys(["amount", "debit_amount_currency", "credit_amount_currency"], "paid"),
        },
    ),
]
LINKS = [
    "INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)"
    " SELECT product_line_id, order_line_id FROM plan_order",
    "INSERT INTO account_move__account_payment (invoice_id, payment_id) SELECT move_id, payment_id FROM plan_payment",
]
