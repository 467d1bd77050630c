from pathlib import Path

from odoo.tests import Form, HttpCase, TransactionCase, tagged
from odoo.tools.misc import file_path

from ..approval_common import ApprovalCommon
from ..evaluation_common import KeyAccountEvaluationCommon
from ..tour_common import TourMixin

BUTTONS = ["action_open_key_account_exposure", "action_key_account_refuse", "action_key_account_approve"]


@tagged("post_install", "-at_install")
class TestOrderButtons(TourMixin, ApprovalCommon, HttpCase):
    """Buttons beside the figures of an order act as buttons of the form do: for the user's language and companies."""

    def test_buttons_take_the_users_context_along(self):
        self.make_assets()
        self.company.account_use_credit_limit = True
        self.set_limit()
        order = self.make_quotation(discount=30)
        self.ask(order)
        contexts = self.record_contexts(BUTTONS)
        self.start_tour(
            f"/odoo/action-sale.action_quotations_with_onboarding/{order.id}",
            "key_account_order_buttons",
            login=self.leader.login,
        )
        expected = {"lang": "en_US", "uid": self.leader.id, "allowed_company_ids": self.company.ids}
        for name in BUTTONS:
            with self.subTest(name):
                self.assertEqual({key: contexts[name].get(key) for key in expected}, expected)

    def set_limit(self):
        self.big.with_company(self.company).credit_limit = 50_000

    def record_contexts(self, names):
        """The context with which each method is called from now on, by its name."""
        contexts = {}
        for name in names:
            original = getattr(self.registry["sale.order"], name)

            def record(orders, name=name, original=original):
                contexts[name] = dict(orders.env.context)
                return original(orders)

            self.patch(self.registry["sale.order"], name, record)
        return contexts


class TestButtonsOfWidgets(TransactionCase):
    """No widget calls a method past the one way that takes the context along."""

    def test_one_place_presses_buttons(self):
        source = file_path("key_account_mgmt/static/src")
        pressing = {path.name for path in Path(source).rglob("*.js") if "doActionButton" in path.read_text("utf8")}
        self.assertEqual(pressing, {"press.js"})


class TestOverrideBeingTyped(KeyAccountEvaluationCommon):
    """The scorecard tells overrides as they were saved."""

    def test_an_override_that_is_typed_is_not_told(self):
        line = self.get_line(self.make_evaluation(), self.second)
        with Form(line.with_user(self.manager)) as form:
            form.override_tier_id = self.tier_c
            self.assertNotIn("Overridden", form.scorecard_html)
            self.assertNotIn("False", form.scorecard_html)
            form.override_reason = "Leaves us"
        self.assertIn(f"Overridden by {self.manager.name}: Leaves us", str(line.scorecard_html))
        with Form(line.with_user(self.manager)) as form:
            form.override_reason = "Pays late"
            self.assertIn(f"Overridden by {self.manager.name}: Leaves us", form.scorecard_html)
