"""The floor: the same aggregates, computed and written to one plain table by one SQL statement per source.

Nothing can be faster that gets the figures out of the documents; what comes on top is the price of deciding,
explaining and freezing.
"""

from odoo.tools import SQL

TABLE = SQL.identifier("bench_floor")


def prepare(env):
    """An empty table, committed, so that writing to it costs what writing to any table costs."""
    codes = env["key.account.metric"].with_context(active_test=False).search([("source", "!=", "score")])
    columns = [
        SQL("%s %s", SQL.identifier(metric.code), SQL("text") if metric.kind == "choice" else SQL("numeric"))
        for metric in codes
    ]
    env.cr.execute(SQL("DROP TABLE IF EXISTS %s", TABLE))
    env.cr.execute(SQL("CREATE TABLE %s (partner_id int, %s)", TABLE, SQL(", ").join(columns)))
    env.cr.commit()


def run(env, scope):
    """The floor itself.

    :return: rows written by source
    """
    collector = env["key.account.collector"]
    rows = {source: _write(env, collector, source, scope) for source in collector._get_metrics_by_source()}
    env.cr.commit()
    return rows


def _write(env, collector, source, scope):
    provider = collector._get_source(source)
    with collector._planned(scope):
        env.cr.execute(_get_insert_sql(collector, provider, scope))
        return env.cr.rowcount


def _get_insert_sql(collector, provider, scope):
    codes = SQL(", ").join([SQL.identifier(code) for code in ("partner_id", *provider._get_metric_codes())])
    return SQL(
        # The invoices are for statements that build on them; the database leaves them out of the others.
        "WITH %(invoice_alias)s AS (%(invoices)s)"
        " INSERT INTO %(table)s (%(codes)s) SELECT %(codes)s FROM (%(facts)s) facts",
        invoice_alias=collector._get_alias("invoice"),
        invoices=collector._get_source("invoice")._get_facts_sql(scope),
        table=TABLE,
        codes=codes,
        facts=provider._get_facts_sql(scope),
    )
