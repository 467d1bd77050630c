# Bundles that pages of the web client ask for, at the latest when a pivot is opened.
SCRIPTS = ("web.assets_web", "web.assets_backend_lazy", "web.assets_tests")
STYLES = ("web.assets_web", "web.assets_web_print", "web.assets_backend_lazy", "web.assets_tests")


class TourMixin:
    """For tests in a browser.

    Requests of a test take turns, and give up after 20 seconds. On a busy machine one that makes a bundle takes longer,
    and others fail meanwhile, such as the one for the scripts of pivots. So bundles are made before a browser asks for
    them, and requests are patient.
    """

    test_cursor_lock_timeout = 300

    def make_assets(self):
        """Make what the browser will ask for."""
        bundles = self.env["ir.qweb"]
        for name in SCRIPTS:
            bundles._get_asset_bundle(name).js()
        for name in STYLES:
            bundles._get_asset_bundle(name).css()
