import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytz

from odoo.addons.key_account_mgmt.tests.work_common import WorkCommon

FIRST_DAY = date(2023, 11, 1)
DAYS = 500


class TestServiceOfARandomHistory(WorkCommon):
    """Hours of random meetings and timesheets against the obvious computation, record by record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(19)
        cls.company.partner_id.tz = "America/New_York"
        cls.other = cls.setup_other_company(currency_id=cls.company.currency_id.id)["company"]
        cls.buyers = cls.env["res.partner"].union(*(cls.make_customer(name=f"C{index}") for index in range(4)))
        cls.contacts = [cls.make_customer(parent_id=buyer.id) for buyer in cls.buyers for _index in range(2)]
        cls.colleagues = [cls.seller, cls.engineer, cls.make_colleague("far", cls.other)]
        for _index in range(60):
            cls._meet()
        for _index in range(40):
            cls._work()

    @classmethod
    def _meet(cls):
        chance, sample = cls.random.random, cls.random.sample
        moment = datetime.combine(cls._random_day(), time(cls.random.choice([0, 3, 4, 5, 6, 23]), 30))
        whole = {}
        if chance() < 0.2:
            whole = {"allday": True, "stop": moment + timedelta(days=cls.random.randint(0, 2))}
        meeting = cls.make_meeting(
            *sample([*cls.buyers, *cls.contacts], cls.random.randint(0, 4)),
            start=moment,
            hours=cls.random.choice([0.25, 1, 1.5, 8]),
            hosts=sample(cls.colleagues, cls.random.randint(0, 3)),
            **whole,
        )
        for attendee in meeting.attendee_ids:
            attendee.state = cls.random.choice(["accepted", "declined", "tentative", "needsAction"])
        meeting.active = chance() < 0.9

    @classmethod
    def _work(cls):
        user = cls.random.choice(cls.colleagues)
        choices = [*cls.buyers, *cls.contacts, cls.env["res.partner"]]
        project = cls.make_project(company_id=user.company_id.id, partner_id=cls.random.choice(choices).id)
        values = {}
        if cls.random.random() < 0.5:
            values["task_id"] = cls.make_task(project, partner_id=cls.random.choice(choices).id).id
        unit = cls.env.ref(cls.random.choice(["uom.product_uom_hour", "uom.product_uom_day"]))
        hours = cls.random.choice([0.1, 0.5, 2, -1])
        cls.make_timesheet(project, hours, cls._random_day(), user, product_uom_id=unit.id, **values)

    @classmethod
    def _random_day(cls):
        return FIRST_DAY + timedelta(days=cls.random.randrange(DAYS))

    # ------------------------------------------------------------------------------------------------------------
    # The obvious computation
    # ------------------------------------------------------------------------------------------------------------

    def _expect(self, customer, scope):
        meetings = self.env["calendar.event"].sudo().search([])
        lines = self.env["account.analytic.line"].sudo().search([("project_id", "!=", False)])
        return sum((self._get_meeting_hours(one, customer, scope) for one in meetings), Decimal(0)) + sum(
            Decimal(str(line.unit_amount)) * (8 if "Day" in line.product_uom_id.name else 1)
            for line in lines
            if (line.task_id.partner_id or line.project_id.partner_id).commercial_partner_id == customer
            and line.company_id == scope.company
            and scope.date_from <= line.date <= scope.date_to
        )

    def _get_meeting_hours(self, meeting, customer, scope):
        zone = pytz.timezone(scope.company.partner_id.tz or "UTC")
        day = meeting.start_date or pytz.utc.localize(meeting.start).astimezone(zone).date()
        there = meeting.attendee_ids.filtered(lambda attendee: attendee.state != "declined").partner_id
        users = self.env["res.users"].union(*self.colleagues)
        guests = there - users.partner_id
        if not scope.date_from <= day <= scope.date_to or customer not in guests.commercial_partner_id:
            return 0
        hosts = users.filtered(lambda user: user.partner_id in there)
        if not meeting.attendee_ids.partner_id & users.partner_id:
            hosts = meeting.user_id
        if meeting.allday:
            hours = 8 * ((meeting.stop_date - meeting.start_date).days + 1)
        else:
            hours = Decimal((meeting.stop - meeting.start).seconds) / 3600
        return hours * len(hosts.filtered(lambda user: user.company_id == scope.company))

    def test_hours_are_what_the_records_say(self):
        told = set()
        for company in (self.company, self.other):
            for date_from, date_to in (("2024-01-01", "2024-12-31"), ("2024-03-10", "2024-05-20")):
                scope = self.make_scope(date_from, date_to, company)
                collected = self.collect(
                    date_from, date_to, company, partner_ids=tuple(self.buyers.ids), with_business_only=False
                )
                for customer in self.buyers:
                    with self.subTest(company=company.name, period=date_from, customer=customer.name):
                        hours = collected[customer]["service_hours"]
                        told.add(hours)
                        self.assertEqual(hours, self._expect(customer, scope))
        self.assertGreater(len(told), 10)
