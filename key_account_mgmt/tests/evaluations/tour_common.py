class TourMixin:
    """For tests in a browser."""

    def make_assets(self):
        """Made before a browser asks for them: a busy machine takes so long that other requests give up meanwhile."""
        for bundle in ("web.assets_web", "web.assets_backend_lazy", "web.assets_tests"):
            assets = self.env["ir.qweb"]._get_asset_bundle(bundle)
            assets.js()
            assets.css()
