from unittest.mock import patch

from odoo.service.server import RequestHandler

# Bundles that pages of the web client ask for, some of them only with a pivot, a graph or a calendar.
BUNDLES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_backend_lazy",
    "web.assets_tests",
    "web.chartjs_lib",
    "web.fullcalendar_lib",
)
PATIENCE = 120  # seconds
_setup = RequestHandler.setup


def _patient_setup(handler):
    """In tests Odoo's server gives a connection up when nothing happens on it for five seconds. On a busy machine the
    browser pauses longer, and then the script that it was about to load is missing."""
    _setup(handler)
    handler.connection.settimeout(PATIENCE)


class TourMixin:
    """For tests in a browser.

    Requests of a test take turns, and give up after 20 seconds. On a busy machine one that makes a bundle takes longer,
    and others fail meanwhile. So bundles are made before a browser asks for them, and requests are patient.
    """

    test_cursor_lock_timeout = PATIENCE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(RequestHandler, "setup", _patient_setup))

    def make_assets(self):
        """Make what the browser will ask for."""
        for name in BUNDLES:
            bundle = self.env["ir.qweb"]._get_asset_bundle(name)
            bundle.js()
            bundle.css()
