import threading
import time
from functools import partial
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..race_common import RaceCommon

ORDER = "sale.order"
LINE = "sale.order.line"


@tagged("post_install", "-at_install")
class TestTwoAtOnce(RaceCommon):
    """One confirms a quotation while another makes it worse: the second fails, is tried again, and refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.environment() as env:
            cls.user = env.ref("base.user_admin").id
            cls.made = {}
            cls.make_scene(env)

    @classmethod
    def make(cls, env, model, values):
        record = env[model].create(values)
        cls.made.setdefault(model, []).append(record.id)
        return record

    @classmethod
    def make_scene(cls, env):
        company = env.ref("base.user_admin").company_id
        cls.before = env["key.account.ruleset"]._get_active(company).id
        cls.customer = cls.make(env, "res.partner", {"name": "Two at once"}).id
        goods = {"type": "consu", "taxes_id": False}
        cls.good = cls.make(env, "product.product", {**goods, "name": "Goods", "list_price": 100}).id
        cls.off = cls.make(env, "product.product", {**goods, "name": "Off", "list_price": 0}).id
        tier = env["key.account.tier"].search([("company_id", "=", False)], limit=1)
        ruleset = cls.make(
            env,
            "key.account.ruleset",
            {"name": "Two at once", "company_id": company.id, "tier_ids": [Command.set(tier.ids)]},
        )
        rule = {"ruleset_id": ruleset.id, "name": "Everything"}
        env["key.account.rule"].create(
            [{**rule, "kind": "tier", "tier_id": tier.id}, {**rule, "kind": "discount_cap", "cap": 10}]
        )
        ruleset.action_activate()

    @classmethod
    def clean(cls):
        with cls.environment() as env:
            orders = env[ORDER].search([("partner_id", "=", cls.customer)])
            orders._action_cancel()
            orders.unlink()
            ruleset = env["key.account.ruleset"].browse(cls.made.pop("key.account.ruleset", []))
            ruleset._write_lifecycle({"state": "draft"})
            ruleset.unlink()
            env["key.account.ruleset"].browse(cls.before or [])._write_lifecycle({"state": "active", "date_to": False})
            for model, ids in reversed(cls.made.items()):
                env[model].browse(ids).unlink()
        cls.registry.signal_changes()

    # ------------------------------------------------------------------------------------------------------------
    # Two people
    # ------------------------------------------------------------------------------------------------------------

    def make_offer(self):
        """Goods of 100, and 10 off: as much as the order may give."""
        with self.environment() as env:
            line = {"product_id": self.good, "price_unit": 100.0, "tax_ids": []}
            lines = [line, {**line, "product_id": self.off, "price_unit": -10.0}]
            values = {"partner_id": self.customer, "order_line": [Command.create(one) for one in lines]}
            order = env[ORDER].with_user(self.user).create(values)
            return order.id, order.order_line[0].id

    def prepare_edits(self, order_id, line_id):
        """What makes the order worse; some of it leaves no trace in the row of the order."""
        line = {"product_id": self.good, "price_unit": 0.0, "tax_ids": []}
        taking = {"partner_id": self.customer, "order_line": [Command.link(line_id)]}
        return {
            "price": (LINE, "write", [line_id], {"price_unit": 50.0}),
            "price, and up elsewhere": (ORDER, "write", [order_id], self.prepare_shift(order_id, line_id)),
            "free line": (LINE, "create", {**line, "order_id": order_id}),
            "free line by the order": (ORDER, "write", [order_id], {"order_line": [Command.create(line)]}),
            "line deleted": (LINE, "unlink", [line_id]),
            "line taken by a new order": (ORDER, "create", taking),
        }

    def prepare_shift(self, order_id, line_id):
        """The same total: 50 less for the goods, 50 more for what is worth nothing."""
        with self.environment() as env:
            off = env[ORDER].browse(order_id).order_line.filtered(lambda line: line.id != line_id)
            values = {line_id: {"price_unit": 50.0}, off.id: {"price_unit": 40.0}}
        return {"order_line": [Command.update(id_, one) for id_, one in values.items()]}

    def assert_never_over(self):
        with self.environment() as env:
            orders = env[ORDER].search([("partner_id", "=", self.customer), ("state", "=", "sale")])
            for verdict in env["key.account.discount"]._judge_orders(orders).values():
                self.assertFalse(verdict.over)

    def get_pairs(self):
        """Each edit, first and second."""
        for index in range(len(self.prepare_edits(*self.make_offer()))):
            for confirm_first in (True, False):
                order_id, line_id = self.make_offer()
                name, edit = list(self.prepare_edits(order_id, line_id).items())[index]
                confirm = (ORDER, "action_confirm", [order_id])
                with self.subTest(name, confirm_first=confirm_first):
                    yield (confirm, edit) if confirm_first else (edit, confirm)

    def test_the_second_fails_is_tried_again_and_is_refused(self):
        for first, second in self.get_pairs():
            with self.person() as one, self.person() as two:
                self.act(one, first)
                one.cr.commit()
                with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                    self.act(two, second)
                two.cr.rollback()
                two.transaction.reset()
                with self.assertRaises(UserError):
                    retrying(partial(self.act, two, second), two)
            self.assert_never_over()

    def test_who_comes_while_the_first_is_at_it_waits_for_him(self):
        for first, second in self.get_pairs():
            outcome = []
            with self.person() as one, self.person() as two:
                self.act(one, first)
                thread = threading.Thread(target=self.try_until_done, args=(two, second, outcome))
                thread.start()
                time.sleep(0.1)
                one.cr.commit()
                thread.join(30)
            # As remote callers see it; a user who may ask for approval gets its dialog.
            self.assertEqual([isinstance(error, UserError) for error in outcome], [True])
            self.assert_never_over()

    def try_until_done(self, env, call, outcome):
        """As a request does it, without the pause between its attempts."""
        with (
            patch("odoo.service.model.random.uniform", return_value=0.01),
            mute_logger("odoo.sql_db", "odoo.service.model"),
        ):
            try:
                retrying(partial(self.act, env, call), env)
            except Exception as error:
                outcome.append(error)

    def test_two_edits_of_a_confirmed_order_do_not_share_its_room(self):
        """Each alone would leave the order within what it may give."""
        order_id, line_id = self.make_offer()
        with self.environment() as env:
            order = env[ORDER].browse(order_id)
            order.order_line.filtered(lambda line: line.id != line_id).price_unit = 0
            order.action_confirm()
        off = {"order_id": order_id, "product_id": self.off, "price_unit": -6.0, "tax_ids": []}
        with self.person() as one, self.person() as two:
            self.act(one, (LINE, "create", off))
            one.cr.commit()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.act(two, (LINE, "create", off))
            two.cr.rollback()
        self.assert_never_over()

    def test_an_edit_that_leaves_every_figure_as_it_was_meets_the_confirmation_too(self):
        """So that this does not hang on which figures of an order are stored."""
        order_id, _line_id = self.make_offer()
        nothing = {"order_id": order_id, "product_id": self.good, "product_uom_qty": 0, "tax_ids": []}
        with self.person() as one, self.person() as two:
            self.act(one, (LINE, "create", nothing))
            one.cr.commit()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.act(two, (ORDER, "action_confirm", [order_id]))
            two.cr.rollback()

    def test_orders_of_others_do_not_stand_in_the_way(self):
        (order_id, _line), (_other, line_id) = self.make_offer(), self.make_offer()
        with self.person() as one, self.person() as two:
            self.act(one, (ORDER, "action_confirm", [order_id]))
            one.cr.commit()
            self.act(two, (LINE, "write", [line_id], {"price_unit": 105.0}))
            two.cr.commit()
        self.assert_never_over()
