from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..hold_common import HoldCommon

COMPOSER = "mail.compose.message"
TEMPLATE = "sale.email_template_edi_sale"


@tagged("post_install", "-at_install")
class TestQuotationsThatAreNotSent(HoldCommon, HttpCase):
    """Where the company wants it so, no way of Odoo's brings a quotation over its cap to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.key_account_block_sending = True
        cls.salesperson.email = "sales@example.com"
        cls.template = cls.env.ref(TEMPLATE)
        cls.buyer = new_test_user(
            cls.env, "key_account_buyer", "base.group_portal", company_id=cls.company.id, partner_id=cls.big.id
        )

    def prepare_composer(self, order, **values):
        return {"model": "sale.order", "res_ids": repr(order.ids), "template_id": self.template.id, **values}

    def compose(self, order, **values):
        composer = self.call(self.salesperson, COMPOSER, "create", self.prepare_composer(order, **values))
        self.call(self.salesperson, COMPOSER, "action_send_mail", [composer])

    def prepare_ways(self, order):
        """Ways that name neither the button nor the state."""
        return {
            "chatter": lambda: self.compose(order, composition_mode="comment"),
            "several at once": lambda: self.compose(order, composition_mode="mass_mail"),
            "template": lambda: self.call(self.salesperson, "mail.template", "send_mail", self.template.ids, order.id),
            "template, batch": lambda: self.call(
                self.salesperson, "mail.template", "send_mail_batch", self.template.ids, order.ids
            ),
            "post": lambda: order.with_user(self.salesperson).message_post_with_source(self.template),
            "mail": lambda: order.with_user(self.salesperson).message_mail_with_source(self.template),
        }

    def test_no_template_sends_it(self):
        order = self.make_quotation()
        for name, send in self.prepare_ways(order).items():
            words = "more discount than its caps allow"
            with self.subTest(name), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                send()

    def test_what_may_be_sent_is_sent(self):
        order = self.make_quotation(discount=10)
        for name, send in self.prepare_ways(order).items():
            with self.subTest(name):
                send()

    def test_own_words_are_not_stopped(self):
        order = self.make_quotation()
        order.with_user(self.salesperson).message_post(body="I will call you")  # pylint: disable=translation-required
        self.compose(order, template_id=False, composition_mode="comment", body="I will call you", subject="Soon")

    def open_page(self, order, login=None, **query):
        self.authenticate(login, login)
        url = order.get_portal_url() + "".join(f"&{name}={value}" for name, value in query.items())
        return self.url_open(url, timeout=60).text

    def make_shown(self, discount):
        order = self.make_sent(discount=discount, name=f"SHOWN{discount}")
        order._portal_ensure_token()
        return order

    def test_the_portal_shows_nothing_of_it(self):
        order = self.make_shown(30)
        for login in (None, self.buyer.login):
            with self.subTest(login):
                page = self.open_page(order, login)
                self.assertIn("is being revised", page)
                self.assertNotIn("Goods", page)
                self.assertNotIn(b"%PDF", self.open_page(order, login, report_type="pdf").encode()[:9])
        self.authenticate(self.buyer.login, self.buyer.login)
        self.assertNotIn(order.name, self.url_open("/my/quotes", timeout=60).text)
        self.assertIn("Goods", self.open_page(order, self.salesperson.login))

    def test_what_was_changed_after_sending_is_not_shown_until_it_is_approved(self):
        order = self.make_shown(10)
        self.assertIn("Goods", self.open_page(order))
        self.call(self.salesperson, "sale.order.line", "write", order.order_line.ids, {"discount": 30})
        self.assertIn("is being revised", self.open_page(order))
        self.approve(self.ask(order))
        self.assertIn("Goods", self.open_page(order))
        self.authenticate(self.buyer.login, self.buyer.login)
        self.assertIn(order.name, self.url_open("/my/quotes", timeout=60).text)

    def test_what_the_customer_accepted_stays_to_be_seen(self):
        order = self.make_shown(30)
        self.accept(order)
        page = self.open_page(order)
        self.assertIn("Your order is being checked", page)
        self.assertIn("Goods", page)

    def test_where_the_setting_is_off_everything_is_shown(self):
        self.company.key_account_block_sending = False
        self.assertIn("Goods", self.open_page(self.make_shown(30)))
