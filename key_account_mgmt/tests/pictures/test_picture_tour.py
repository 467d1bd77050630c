from odoo.tests import HttpCase, tagged

from ..picture_common import KeyAccountPictureCommon
from ..tour_common import TourMixin


@tagged("post_install", "-at_install")
class TestPictureTour(TourMixin, KeyAccountPictureCommon, HttpCase):
    """Pyramids and matrix in a browser: looked at, changed, kept, and clicked through to the customers."""

    def test_pictures(self):
        evaluation = self.make_perspective_evaluation()
        self.make_assets()
        self.start_tour(
            "/odoo/action-key_account_mgmt.key_account_evaluation_action",
            "key_account_pictures",
            login=self.manager.login,
        )
        [kept] = evaluation.pyramids
        self.assertEqual(kept["measure"], "metric:revenue")
