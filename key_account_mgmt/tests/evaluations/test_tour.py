from odoo.tests import HttpCase, tagged

from ..evaluation_common import KeyAccountEvaluationCommon
from ..tour_common import TourMixin


@tagged("post_install", "-at_install")
class TestYearTour(TourMixin, KeyAccountEvaluationCommon, HttpCase):
    """The whole year in a browser, by the two people that it takes."""

    def test_year(self):
        self.make_assets()
        self.start_tour(
            "/odoo/action-key_account_mgmt.key_account_evaluation_wizard_action",
            "key_account_year_manager",
            login=self.manager.login,
        )
        evaluation = self.env["key.account.evaluation"].search([("name", "=", "Evaluation 2024")])
        self.assertEqual(evaluation.submitted_by_id, self.manager)
        self.start_tour(
            "/odoo/action-key_account_mgmt.key_account_evaluation_action",
            "key_account_year_approver",
            login=self.approver.login,
        )
        self.assertEqual(evaluation.state, "applied")
        self.assertEqual(self.get_customer_tiers(), ["B", "A", "B", "C", "C"])
