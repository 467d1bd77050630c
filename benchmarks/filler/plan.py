"""The plan of the book in temporary tables: who buys what, when, at which price, and whether it is paid."""

# Draws are hashes, not random(): the same for the same book, however the server splits the work.
DRAW = """
CREATE FUNCTION pg_temp.draw(purpose text, n bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ('x' || substr(md5('%(seed)s:' || purpose || ':' || n::text), 1, 8))::bit(32)::bigint
          / 4294967296.0::double precision $$
"""

PLAN = [
    """
    CREATE TEMP TABLE plan_product AS
    SELECT row_number() OVER (ORDER BY product.default_code) AS n, product.id,
           '[' || product.default_code || '] ' || (template.name ->> 'en_US') AS name,
           template.list_price, (product.standard_price ->> '%(company)s')::numeric AS cost
      FROM product_product product JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE product.default_code LIKE 'FILL-%%'
    """,
    """
    CREATE TEMP TABLE plan_customer AS
    SELECT n, %(res_partner)s + n AS id,
           CASE WHEN pg_temp.draw('contact', n) < %(contact_share)s
                THEN %(res_partner)s + %(customers)s + row_number() OVER (ORDER BY pg_temp.draw('contact', n), n)
           END AS contact_id,
           power(1 - pg_temp.draw('weight', n), -0.5) AS weight,
           CASE WHEN pg_temp.draw('thin', n) < %(thin_share)s THEN 0.75 ELSE 1 END AS discount
      FROM generate_series(1, %(customers)s) AS n
    """,
    # Everybody's first invoice lies in the last year; the others fall to few customers more often than to many.
    """
    CREATE TEMP TABLE plan_draft AS
    SELECT n,
           CASE WHEN n <= %(customers)s THEN n
                ELSE 1 + floor(%(customers)s * power(pg_temp.draw('customer', n), 2))::bigint END AS customer,
           n > %(customers)s AND pg_temp.draw('refund', n) < %(refund_share)s AS refund,
           %(last_day)s::date - floor(
               365 * pg_temp.draw('day', n) * CASE WHEN n <= %(customers)s THEN 1 ELSE %(years)s END
           )::int AS day,
           1 + floor(%(products)s * pg_temp.draw('product', n))::bigint AS product,
           least(25 / sqrt(1 - pg_temp.draw('amount', n)), 100000) AS size,
           pg_temp.draw('paid', n) < %(paid_share)s AS paid,
           CASE WHEN pg_temp.draw('late', n) < %(late_share)s THEN 31 + floor(60 * pg_temp.draw('days', n))
                ELSE 30 - floor(20 * pg_temp.draw('days', n)) END::int AS pay_days,
           pg_temp.draw('part', n) < %(part_share)s AS part,
           pg_temp.draw('order', n) < %(order_share)s AS ordered
      FROM generate_series(1, %(invoices)s) AS n
    """,
    """
    CREATE TEMP TABLE plan_invoice AS
    SELECT draft.n, draft.refund, draft.day, draft.day + 30 AS due, customer.id AS customer_id,
           by_contact, CASE WHEN by_contact THEN contact_id ELSE customer.id END AS partner_id,
           'Customer ' || customer.n
               || CASE WHEN by_contact THEN ', Contact ' || customer.n ELSE '' END AS partner_name,
           product.id AS product_id, product.name AS product_name, product.cost,
           quantity, price, quantity * price AS amount,
           CASE WHEN draft.refund THEN -1 ELSE 1 END AS sign,
           CASE WHEN draft.refund THEN 'RINV/' ELSE 'INV/' END || extract(year FROM draft.day) || '/' AS prefix,
           row_number() OVER (
               PARTITION BY draft.refund, extract(year FROM draft.day) ORDER BY draft.day, draft.n
           )::int AS number,
           draft.ordered AND NOT draft.refund AS ordered,
           CASE WHEN draft.paid AND NOT draft.refund THEN draft.day + draft.pay_days END AS pay_day,
           CASE WHEN NOT draft.paid OR draft.refund THEN 0
                WHEN draft.part THEN round(quantity * price / 2, 2)
                ELSE quantity * price END AS paid
      FROM plan_draft draft
      JOIN plan_customer customer ON customer.n = draft.customer
      JOIN plan_product product ON product.n = draft.product
      CROSS JOIN LATERAL (SELECT draft.n %% 2 = 0 AND contact_id IS NOT NULL AS by_contact) AS addressee
      CROSS JOIN LATERAL (SELECT
           greatest(1, round((draft.size * customer.weight / product.list_price)::numeric)) AS quantity,
           round(product.list_price * discount * (0.95 + 0.1 * pg_temp.draw('price', draft.n))::numeric, 2) AS price
      ) AS line
    """,
    """
    CREATE TEMP TABLE plan AS
    SELECT invoice.*, prefix || lpad(number::text, greatest(5, length(number::text)), '0') AS name,
           amount - paid AS residual,
           %(account_move)s + n AS move_id, %(account_move_line)s + 2 * n - 1 AS product_line_id,
           %(account_move_line)s + 2 * n AS term_line_id,
           sum(ordered::int) OVER by_n AS order_number, sum((paid > 0)::int) OVER by_n AS payment_number,
           sum((paid = amount)::int) OVER by_n AS full_number
      FROM plan_invoice invoice WINDOW by_n AS (ORDER BY n)
    """,
    """
    CREATE TEMP TABLE plan_order AS
    SELECT plan.*, %(sale_order)s + order_number AS order_id, %(sale_order_line)s + order_number AS order_line_id,
           'SF' || lpad(order_number::text, 7, '0') AS order_name, amount - quantity * cost AS margin
      FROM plan WHERE ordered
    """,
    """
    CREATE TEMP TABLE plan_payment AS
    SELECT plan.*, %(account_payment)s + payment_number AS payment_id,
           %(account_move)s + %(invoices)s + payment_number AS payment_move_id,
           %(account_move_line)s + 2 * %(invoices)s + 2 * payment_number - 1 AS bank_line_id,
           %(account_move_line)s + 2 * %(invoices)s + 2 * payment_number AS pay_line_id,
           %(account_partial_reconcile)s + payment_number AS partial_id,
           CASE WHEN residual = 0 THEN %(account_full_reconcile)s + full_number END AS full_id,
           coalesce((%(account_full_reconcile)s + CASE WHEN residual = 0 THEN full_number END)::text,
                    'P' || %(account_partial_reconcile)s + payment_number) AS matching,
           'PBNK1/' || extract(year FROM pay_day) || '/' AS pay_prefix,
           row_number() OVER (PARTITION BY extract(year FROM pay_day) ORDER BY pay_day, n)::int AS pay_sequence
      FROM plan WHERE paid > 0
    """,
    "CREATE UNIQUE INDEX ON plan_payment (n)",
    "ANALYZE plan_payment",
]
