from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestSourceOfAnotherAddon(KeyAccountCommon):
    """The example of docs/reference/metrics.md: another addon counts the contacts of a customer."""

    def setUp(self):
        super().setUp()
        metric_class = self.registry["key.account.metric"]
        self.addCleanup(self.registry._setup_models__, self.env.cr, ["key.account.metric"])
        self.addCleanup(setattr, metric_class, "_base_classes__", metric_class._base_classes__)
        self.addCleanup(self._forget_source)
        self._register_source()

    def _forget_source(self):
        self.registry["key.account.source"]._inherit_children.discard("key.account.source.contact")
        self.registry["base"]._inherit_children.discard("key.account.source.contact")
        del self.registry.models["key.account.source.contact"]

    def _register_source(self):
        class KeyAccountMetric(models.Model):
            _module = None
            _name = "key.account.metric"
            _inherit = ["key.account.metric"]

            source = fields.Selection(selection_add=[("contact", "Contacts")], ondelete={"contact": "cascade"})

        class KeyAccountSourceContact(models.AbstractModel):
            _module = None
            _name = "key.account.source.contact"
            _inherit = ["key.account.source"]
            _description = "Key Account Metrics from Contacts"

            def _get_metric_codes(self):
                return ["contact_count", "first_contact"]

            def _get_zero_codes(self):
                return ["contact_count"]

            def _get_facts_sql(self, scope):
                return SQL(
                    """
                    SELECT customer.commercial_partner_id AS partner_id,
                           count(*) AS contact_count,
                           min(contact.name) AS first_contact
                      FROM res_partner contact
                           %(customer)s
                     WHERE contact.id <> contact.commercial_partner_id
                  GROUP BY customer.commercial_partner_id
                    """,
                    customer=self._get_customer_join_sql(scope, SQL("contact.id")),
                )

        for model in (KeyAccountMetric, KeyAccountSourceContact):
            add_to_registry(self.registry, model)
        self.registry._setup_models__(self.env.cr, ["key.account.metric", "key.account.source.contact"])

    def test_its_metrics_are_collected_with_all_others(self):
        self.make_metric("contact_count", "count", source="contact")
        self.make_metric("first_contact", "choice", source="contact")
        busy, lonely = self.make_customer(), self.make_customer()
        for name in ("Bea", "Abe"):
            self.make_customer(name=name, parent_id=busy.id)
        for customer in (busy, lonely):
            self.make_invoice(customer, 10, "2024-05-01")
        collected = self.collect()
        self.assertEqual(set(collected), {busy, lonely})
        self.assertEqual((collected[busy]["contact_count"], collected[busy]["first_contact"]), (2, "Abe"))
        self.assertEqual((collected[lonely]["contact_count"], collected[lonely]["revenue"]), (0, 10))
        self.assertNotIn("first_contact", collected[lonely])
