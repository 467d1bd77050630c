from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name


class RaceCommon(BaseCase):
    """Several people at once, in real transactions. What they commit is taken away afterwards, by ``clean``."""

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
