from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import call_kw
from odoo.tests import BaseCase, get_db_name


class RaceCommon(BaseCase):
    """Several people at once, in real transactions. What they commit is taken away afterwards, by ``clean``.

    ``user`` is the id of the user whom ``person`` and ``act`` call for.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls.clean)

    @classmethod
    @contextmanager
    def environment(cls):
        """A transaction that is committed at its end."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
        cls.registry.signal_changes()

    @contextmanager
    def person(self):
        """A transaction of the user that sees the present state, and is rolled back unless it is committed."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.user, {})
            env.transaction.default_env = env
            cr.execute("SELECT 1")
            yield env
            cr.rollback()

    def act(self, env, call, attempts=None):
        """Make a remote call ``(model, method, *args)``, up to the commit, and note the attempt if asked to."""
        if attempts is not None:
            attempts.append(1)
        model, method, *args = call
        call_kw(env[model], method, args, {})
        env.cr.flush()
