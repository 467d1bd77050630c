"""One of the databases that are compared, in this process and by turns."""

import contextlib
import gc
import time

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import call_kw


class Side:
    """A database, and what was made in it to be measured.

    :param make: function of an environment that makes and commits it, and returns a dict with at least ``user``
    """

    def __init__(self, database, make):
        self.registry = Registry(database)
        with self.registry.cursor() as cr:
            self.scene = make(api.Environment(cr, api.SUPERUSER_ID, {}))

    @contextlib.contextmanager
    def environment(self):
        """A transaction of the salesperson that leaves nothing behind."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, self.scene["user"], {"lang": "en_US"})
            cr.rollback()

    def measure(self, calls):
        """Calls as the web client makes them: ``(model, method, args, context)``.

        :return: milliseconds and queries
        """
        seconds = queries = 0
        for call in calls:
            one = self._measure_call(*call)
            seconds, queries = seconds + one[0], queries + one[1]
        return seconds * 1000, queries

    def _measure_call(self, model, method, args, context):
        return self._measure(lambda env: call_kw(env[model], method, args, {"context": context}))

    def measure_work(self, work):
        """Work that takes several steps in one transaction.

        :param work: function of an environment
        :return: milliseconds and queries
        """
        seconds, queries = self._measure(work)
        return seconds * 1000, queries

    def _measure(self, work):
        with self.environment() as env:
            env.user.has_group("base.group_user")  # as any request does before it comes to the method
            gc.collect()
            before, start = env.cr.sql_log_count, time.perf_counter()
            work(env)
            env.cr.flush()
            return time.perf_counter() - start, env.cr.sql_log_count - before


def alternate(sides, measure, rounds, warm_up=5):
    """Measure each side once per round, first this one, then that one.

    :param dict sides: by name
    :param measure: function of a side that returns one measurement
    :return: ``{name: [measurements]}``
    """
    taken = {name: [] for name in sides}
    for number in range(warm_up + rounds):
        # Who comes second may find warmer caches, so they take turns at that as well.
        for name in sorted(sides, reverse=number % 2):
            taken[name].append(measure(sides[name]))
    return {name: measurements[warm_up:] for name, measurements in taken.items()}
