from unittest.mock import patch

from ..discount_common import LINE, ORDER, DiscountWaysCommon

TOTALS = "totals and states that Odoo stores; nothing is judged by them"
WORDS = "words, and who looks after what"
CUSTOMER = "what the customer has to do before the order is confirmed, or how to pay"
LINKS = "changes other records, which are guarded themselves"

# Fields of orders and lines that may change without being judged, and why that does no harm. A field that is neither
# here nor guarded makes the test fail: with each new version of Odoo, and each other module, somebody has to look.
HARMLESS = {
    ORDER: {
        TOTALS: "amount_tax amount_total amount_untaxed invoice_status margin margin_percent",
        WORDS: "access_token activity_ids activity_summary activity_type_id campaign_id client_order_ref"
        " customizable_pdf_form_fields medium_id message_follower_ids message_ids message_partner_ids name note origin"
        " pending_email_template_id quotation_document_ids reference source_id tag_ids website_message_ids"
        " opportunity_id",
        CUSTOMER: "payment_term_id preferred_payment_method_line_id prepayment_percent require_payment"
        " require_signature signature signed_by signed_on validity_date",
        "days and rates are the server's": "commitment_date currency_rate date_order",
        "taxes and prices are changed on lines": "fiscal_position_id partner_shipping_id sale_order_template_id",
        "becoming a sales order is guarded, whichever way": "state",
        "forbids changes, and allows none": "locked",
        "where invoices are booked": "journal_id",
        LINKS: "transaction_ids",
    },
    LINE: {
        TOTALS: "invoice_status margin margin_percent price_reduce_taxexcl price_reduce_taxinc price_subtotal"
        " price_tax price_total purchase_price state",
        "of invoices, which are judged when they are posted": "qty_invoiced qty_to_invoice untaxed_amount_invoiced"
        " untaxed_amount_to_invoice",
        WORDS: "analytic_distribution collapse_composition collapse_prices customer_lead is_optional name"
        " order_partner_id product_custom_attribute_value_ids product_document_ids salesman_id sequence",
        "whether Odoo computes the price anew when the product, the unit or the quantity changes":
        "technical_price_unit",
        LINKS: "linked_line_ids",
        "of loyalty programs: their price is judged": "points_cost reward_identifier_code",
    },
}  # fmt: skip
BY_ODOO = {"id", "create_uid", "create_date", "write_uid", "write_date"}
OWN = "key_account_"


class TestGuardedFields(DiscountWaysCommon):
    """Each field of an order that a remote call can write is judged anew when it changes, or does no harm."""

    def get_writable_fields(self, model):
        fields = self.env[model]._fields.items()
        return {name for name, field in fields if (field.store or field.inverse) and name not in BY_ODOO}

    def get_harmless(self, model):
        return {name for names in HARMLESS[model].values() for name in names.split()}

    def test_each_writable_field_is_judged_or_harmless(self):
        for model in (ORDER, LINE):
            with self.subTest(model):
                guarded = self.env["key.account.guard"]._get_guarded_fields(model)
                writable = {name for name in self.get_writable_fields(model) if not name.startswith(OWN)}
                unknown = sorted(writable - guarded - self.get_harmless(model))
                self.assertEqual(unknown, [], "guard them (JUDGED_LINE_FIELDS), or say why they are HARMLESS")
                self.assertEqual(sorted(guarded & self.get_harmless(model)), [])

    def test_fields_of_ours_are_written_by_nobody_else(self):
        for model in (ORDER, LINE):
            records = self.env[model]
            own = {name for name in self.get_writable_fields(model) if name.startswith(OWN)}
            with self.subTest(model):
                self.assertEqual(own - records._get_key_account_protected_columns(), set())

    def test_writing_a_judged_field_is_watched(self):
        order = self.make_confirmed()
        guard = type(self.env["key.account.guard"])
        for records in (order.sudo(), order.sudo().order_line):
            fields = self.env["key.account.guard"]._get_guarded_fields(records._name)
            for name in sorted(field for field in fields if not field.startswith(OWN)):
                value = records._fields[name].convert_to_write(records[name], records)
                with (
                    self.subTest(f"{records._name}.{name}"),
                    patch.object(
                        guard, "_checking_changes", side_effect=guard._checking_changes, autospec=True
                    ) as watched,
                    self.cr.savepoint() as savepoint,
                ):
                    try:
                        records.write({name: value})
                    except Exception as error:
                        self.assertNotIsInstance(error, AssertionError)
                    self.assertTrue(watched.called)
                    savepoint.rollback()
