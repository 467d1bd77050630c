from odoo.tests import tagged

from ..service_common import ServiceCommon


@tagged("post_install", "-at_install")
class TestInternalThread(ServiceCommon):
    """Customers are no recipients of what is written about them."""

    def test_send_message_does_not_propose_the_customer(self):
        self.customer.email = "shop@example.com"
        for record in (self.make_cost(5), self.make_target(), self.make_expectation(market_potential=5)):
            with self.subTest(record):
                self.assertEqual(record._message_get_suggested_recipients(), [])

    def test_no_document_takes_its_customer_for_a_recipient(self):
        thread = self.env.registry["mail.thread"]
        models = [
            model
            for name, model in self.env.items()
            if name.startswith("key.account.") and isinstance(model, thread) and not model._abstract
        ]
        self.assertGreater(len(models), 5)
        for model in models:
            with self.subTest(model._name):
                self.assertEqual(model._mail_get_partner_fields(), [])
