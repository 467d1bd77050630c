"""A pytest plugin for the addon's tests in several processes: which takes what, and whether nothing was left out.

Each process has a copy of the database and of its files, and takes the next file of tests when it is free, so set-ups
of classes are not made twice, and no timings need to be kept anywhere. All tests in a browser go to one process: on a
small machine two browsers at once are too slow for their timeouts.
"""

from collections import Counter
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from . import database

BROWSER = "tests in a browser"
# What marks them, in the text of their file: their mixin.
BROWSER_WORD = "TourMixin"
# How many tests the set-up of a class takes as long as.
SETUP = 3


@cache
def unit(file):
    """What is given to a process as a whole: a file, or all files with tests in a browser."""
    return BROWSER if BROWSER_WORD in Path(file).read_text(encoding="utf-8") else file


def file_of(nodeid):
    return nodeid.partition("::")[0]


def in_order(nodeids):
    """The browser first, since it takes longest, then the longest files: at the end all processes are ready at once."""
    nodeids = list(nodeids)
    tests = Counter(unit(file_of(nodeid)) for nodeid in nodeids)
    classes = Counter(unit(file_of(name)) for name in {nodeid.rpartition("::")[0] for nodeid in nodeids})
    lengths = {name: tests[name] + SETUP * classes[name] for name in tests}
    return sorted(nodeids, key=lambda nodeid: _place(unit(file_of(nodeid)), lengths))


def _place(name, lengths):
    return name != BROWSER, -lengths[name], name


def left_out(collected, ran, files):
    """What no process ran: tests by id, and files in which no test was found."""
    found = {file_of(nodeid) for nodeid in collected}
    return sorted(set(collected) - set(ran)) + sorted(set(files) - found)


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return unit(file_of(nodeid))


class Ran:
    """Which tests were reported, in the process that gives the orders."""

    def __init__(self):
        self.nodeids, self.scheduler, self.missing = set(), None, []

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self, config, log):
        self.scheduler = ByFile(config, log)
        return self.scheduler

    def pytest_runtest_logreport(self, report):
        self.nodeids.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        self.missing = left_out(self.collected, self.nodeids, _files(session.config))
        if self.missing:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(f"{len(self.collected)} tests collected, {len(self.nodeids)} run")
        for name in self.missing:
            terminalreporter.write_line(f"LEFT OUT: {name}")

    @property
    def collected(self):
        return (self.scheduler and self.scheduler.collection) or ()


def _files(config):
    """Those that should have tests, by what pytest was asked to run."""
    found = (file for folder in config.args for file in Path(folder).rglob("test_*.py"))
    return [str(file) for file in found if not any(file.match(pattern) for pattern in config.option.ignore_glob or ())]


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ran(), "ran")


def pytest_collection_modifyitems(items):
    places = {nodeid: place for place, nodeid in enumerate(in_order(item.nodeid for item in items))}
    items.sort(key=lambda item: places[item.nodeid])


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry):
    """Give this process a filestore of its own.

    pytest-odoo copies the database for each process and shares the filestore. After each class of tests Odoo deletes
    the files that no committed attachment names: in a shared one, also those that a test of another process just wrote.
    """
    from odoo.tests.common import get_db_name
    from odoo.tools import config

    name = get_db_name()
    with filestore_of(name, shared=Path(config.filestore(name))), pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "filestore", lambda dbname: str(database.filestore(dbname)))
        yield


@contextmanager
def filestore_of(name, shared):
    """The database's own copy of a shared filestore, removed in the end."""
    database.link_files(shared, database.filestore(name))
    try:
        yield
    finally:
        database.remove_files(name)
