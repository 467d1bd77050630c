"""(g) Whether a source's statement is fast by luck: each source alone and all together, for customers with an invoice
each, when PostgreSQL knows the tables well, badly, and not at all.

What it knows is what ``ANALYZE`` said last: before the book was filled in; nothing; of the full tables. Each statement
has a best time of the three, and the others must not take much more.
"""

import json
import os
import time
from datetime import date
from pathlib import Path

import psycopg2

from odoo.tools import SQL

from odoo.addons.key_account_mgmt.models.metrics.collection_scope import CollectionScope

PERIOD = (date(2025, 1, 1), date(2025, 12, 31))
ALL = "all together"
# A statement that takes longer is as good as one that never ends.
LONGEST = 300
# Statements this fast are not compared: what differs is noise.
SHORTEST = 0.1
ROUNDS = 1


def main(env):
    figures = {name: _measure(env, prepare) for name, prepare in STATES.items()}
    statements = {
        name: {"best": min(one[name] for one in figures.values()), **{key: one[name] for key, one in figures.items()}}
        for name in figures["fresh"]
    }
    result = {"customers": env["res.partner"].search_count([]), "statements": statements, "worst": _worst(statements)}
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps(result, indent=1))


def _worst(statements):
    """The largest share of a time in the best one, beside what is noise."""
    return max(max(one.values()) / max(one["best"], SHORTEST) for one in statements.values())


def _measure(env, prepare):
    prepare(env)
    return {
        name: min(_time(env, statement) for _round in range(ROUNDS)) for name, statement in _statements(env).items()
    }


def _time(env, statement):
    env.cr.commit()
    env.cr.execute(SQL("SET LOCAL statement_timeout = %s", LONGEST * 1000))
    start = time.perf_counter()
    try:
        with env["key.account.collector"]._planned(_scope(env)):
            env.cr.execute(SQL("SELECT count(*), count(facts.*) FROM (%s) facts", statement), log_exceptions=False)
        return time.perf_counter() - start
    except psycopg2.errors.QueryCanceled:
        return float(LONGEST)
    finally:
        env.cr.rollback()


def _scope(env):
    return CollectionScope(env.company, *PERIOD)


def _statements(env):
    collector, scope = env["key.account.collector"], _scope(env)
    invoices = SQL(
        "%s AS (%s)", collector._get_alias("invoice"), collector._get_source("invoice")._get_facts_sql(scope)
    )
    statements = {
        source: SQL("WITH %s %s", invoices, collector._get_source(source)._get_facts_sql(scope))
        for source in collector._get_metrics_by_source()
    }
    return {**statements, ALL: collector._get_facts_query(scope)}


def _leave(_env):
    """As PostgreSQL last looked, when the tables were all but empty."""


def _know_nothing(env):
    """As after an upgrade of the server. By a superuser only."""
    tables = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    env.cr.execute(SQL("DELETE FROM pg_statistic WHERE starelid IN (%s)", SQL(tables)))
    env.cr.commit()


def _know_well(env):
    env.cr.commit()
    env.cr._cnx.autocommit = True
    try:
        env.cr.execute("ANALYZE")
    finally:
        env.cr._cnx.autocommit = False


STATES = {"old": _leave, "none": _know_nothing, "fresh": _know_well}
