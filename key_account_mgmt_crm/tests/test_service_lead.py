from odoo.addons.key_account_mgmt.tests.service_common import ServiceCommon


class TestLeads(ServiceCommon):
    """Activities on leads and opportunities serve their customer."""

    def test_activities_on_leads_count_for_their_customer(self):
        contact = self.make_customer(parent_id=self.customer.id)
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "partner_id": contact.id, "company_id": self.company.id, "type": "opportunity"}
        )
        self.do_activity(lead)
        self.assert_served("0.5", 15)
        nobodys = self.env["crm.lead"].create({"name": "Lead", "company_id": self.company.id})
        self.do_activity(nobodys)
        self.assert_served("0.5", 15)
