from odoo.tests import freeze_time

from odoo.addons.key_account_mgmt.tests.work_common import WorkCommon


class TestMeetings(WorkCommon):
    """Meetings count by their length for each user of the company, once for each customer that attends."""

    def test_a_meeting_counts_once_for_a_customer_however_many_of_it_come(self):
        contacts = [self.make_customer(parent_id=self.customer.id) for _number in range(2)]
        self.make_meeting(self.customer, *contacts, hours=1.5)
        self.assert_served("1.5", 45)

    def test_it_counts_for_each_of_our_people(self):
        self.make_meeting(self.customer, hours=2, hosts=[self.seller, self.engineer])
        self.assert_served(4, 120)

    def test_it_counts_wholly_for_each_customer(self):
        other = self.make_customer()
        contact = self.make_customer(parent_id=other.id)
        self.make_meeting(self.customer, contact, other, hours=2)
        self.assert_served(2, 60)
        self.assert_served(2, 60, other)
        self.assertEqual(self.collect(partner_ids=(other.id,), with_business_only=False)[other]["service_hours"], 2)

    def test_who_declined_is_not_there(self):
        meeting = self.make_meeting(self.customer, hosts=[self.seller, self.engineer])
        self.answer(meeting, self.engineer.partner_id, "declined")
        self.assert_served(1, 30)
        self.answer(meeting, self.engineer.partner_id, "tentative")
        self.assert_served(2, 60)
        self.answer(meeting, self.customer, "declined")
        self.assert_served(0, 0)
        self.answer(meeting, self.customer, "needsAction")
        for host in (self.engineer, self.seller):
            self.answer(meeting, host.partner_id, "declined")
        self.assert_served(0, 0)

    def test_without_a_colleague_among_the_attendees_the_organizer_counts(self):
        self.make_meeting(self.customer, hosts=[], user_id=self.seller.id)
        self.assert_served(1, 30)

    def test_among_ourselves_nobody_is_served(self):
        self.make_meeting(hosts=[self.seller, self.engineer])
        self.assert_served(0, 0, self.seller.partner_id)

    def test_portal_users_are_guests(self):
        portal = self.make_user("portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        self.make_meeting(portal.partner_id)
        self.assert_served(1, 30)

    def test_archived_and_deleted_meetings_do_not_count(self):
        meeting = self.make_meeting(self.customer)
        meeting.active = False
        self.assert_served(0, 0)
        meeting.unlink()
        self.assert_served(0, 0)

    def test_an_archived_contact_and_one_that_moved(self):
        contact = self.make_customer(parent_id=self.customer.id)
        self.make_meeting(contact)
        contact.active = False
        self.assert_served(1, 30)
        other = self.make_customer()
        contact.parent_id = other
        self.assert_served(0, 0)
        self.assert_served(1, 30, other)

    def test_it_belongs_to_the_day_on_which_it_starts_where_the_company_is(self):
        cases = [
            # time zone, start in UTC, hours in 2024
            (False, "2023-12-31 23:59:00", 0),
            (False, "2024-01-01 00:00:00", 2),
            (False, "2024-12-31 23:59:00", 2),
            (False, "2025-01-01 00:00:00", 0),
            ("Asia/Shanghai", "2023-12-31 15:59:00", 0),
            ("Asia/Shanghai", "2023-12-31 16:00:00", 2),
            ("Asia/Shanghai", "2024-12-31 15:59:00", 2),
            ("Asia/Shanghai", "2024-12-31 16:00:00", 0),
        ]
        for zone, start, hours in cases:
            with self.subTest(zone=zone, start=start):
                self.company.partner_id.tz = zone
                customer = self.make_customer()
                self.make_meeting(customer, start=start, hours=2)
                self.assert_facts(customer, {"service_hours": hours})

    def test_an_all_day_meeting_is_eight_hours_a_day_of_its_own_days(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        cases = [
            ("2024-12-31", "2024-12-31", 8),
            ("2024-12-31", "2025-01-02", 24),
            ("2025-01-01", "2025-01-01", 0),
            ("2023-12-31", "2024-01-01", 0),
            ("2024-01-01", "2024-01-01", 8),
        ]
        for first, last, hours in cases:
            with self.subTest(first=first):
                customer = self.make_customer()
                self.make_meeting(customer, start=first, stop=last, allday=True)
                self.assert_facts(customer, {"service_hours": hours})

    def test_what_has_not_begun_yet_has_cost_nothing(self):
        self.make_meeting(self.customer, start="2024-06-15 12:00:00")
        for moment, hours in (("2024-06-15 11:59:59", 0), ("2024-06-15 12:00:00", 1)):
            with self.subTest(moment=moment), freeze_time(moment):
                self.assert_facts(self.customer, {"service_hours": hours})

    def test_people_work_for_their_company(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        other.key_account_hour_cost = 50
        self.make_meeting(self.customer, hosts=[self.seller, self.make_colleague("far", other)])
        self.assert_served(1, 30)
        self.assert_served(1, 50, company=other)

    def test_an_activity_with_a_meeting_counts_as_the_meeting(self):
        activity = self.customer.activity_schedule(activity_type_id=self.call.id)
        activity.calendar_event_id = self.make_meeting(self.customer, hours=2)
        with freeze_time("2024-06-16"):
            activity.action_done()
            self.env.flush_all()
        self.assert_served(2, 60)
        self.do_activity(self.customer)
        self.assert_served("2.5", 75)

    def test_hours_of_twenty_minutes_are_exact(self):
        for _number in range(3):
            self.make_meeting(self.customer, hours=1 / 3)
        self.assert_served(1, 30)
