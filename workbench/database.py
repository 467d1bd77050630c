"""Databases with their filestores: create, copy, rename, drop."""

import os
import shutil

from . import locks, paths, postgres


def exists(name):
    return bool(postgres.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def names(prefix):
    """Those that begin so."""
    return postgres.query(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}') ORDER BY datname")


def create(name):
    """An empty one, as Odoo makes them."""
    postgres.query(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")


def copy(source, target, by_file=False):
    """Replace the target by a copy of the source, filestore included; `by_file` is faster for gigabytes."""
    drop(target)
    with locks.exclusive(f"copy-{source}"):
        postgres.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}"{_by_file() if by_file else ""}')
    link_files(filestore(source), filestore(target))


def link_files(source, target):
    """Fill a filestore from another. Files there are named by their content and never edited, so links will do."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)


def remove_files(name):
    shutil.rmtree(filestore(name), ignore_errors=True)


def _by_file():
    """Servers before 15 know no other way, and have no word for it."""
    [version] = postgres.query("SHOW server_version_num")
    return " STRATEGY FILE_COPY" if int(version) >= 150000 else ""


def rename(source, target):
    postgres.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
    remove_files(target)
    if filestore(source).is_dir():
        filestore(source).rename(filestore(target))


def drop(name):
    postgres.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    remove_files(name)


def leave_to_tests(name):
    """No automatic vacuum in a database whose tests roll back all that they make: it would take note that tables are
    empty, and the next test that fills one gets plans that are a thousand times too slow."""
    tables = "SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    change = "EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name)"
    postgres.query(f"DO $$ DECLARE name regclass; BEGIN FOR name IN {tables} LOOP {change}; END LOOP; END $$", name)


def disconnect(name):
    """Cut off whoever works in it still, such as what an aborted run left behind. What they committed stays."""
    postgres.query(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def filestore(name):
    return paths.FILESTORE / name
