from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .service_common import ServiceCommon


class WorkCommon(ServiceCommon):
    """Builders of meetings and timesheets; an hour costs 30.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_colleague("seller")
        cls.engineer = cls.make_colleague("engineer")

    @classmethod
    def make_colleague(cls, login, company=None):
        user = cls.make_user(login, "base.group_user,sales_team.group_sale_manager")
        if company:
            user.write({"company_ids": [Command.set((cls.company | company).ids)], "company_id": company.id})
        if "hr.employee" in cls.env:  # timesheets want one
            cls.env["hr.employee"].sudo().create(
                {"name": user.name, "user_id": user.id, "company_id": user.company_id.id}
            )
        return user

    @classmethod
    def make_meeting(cls, *guests, start="2024-06-15 12:00:00", hours=1.0, hosts=None, **values):
        """A meeting of the seller, or of ``hosts`` (users), with contacts; the first of the hosts made it.

        :param values: any field of the meeting, such as ``allday`` with ``stop``
        """
        hosts = (cls.seller,) if hosts is None else hosts
        begin = fields.Datetime.to_datetime(start)
        partners = [*(user.partner_id for user in hosts), *guests]
        return (
            cls.env["calendar.event"]
            .with_user(hosts[0] if hosts else cls.seller)
            .sudo()
            .create(
                {
                    "name": "Meeting",
                    "start": begin,
                    "stop": begin + timedelta(hours=hours),
                    "partner_ids": [Command.set([partner.id for partner in partners])],
                    **values,
                }
            )
        )

    @classmethod
    def answer(cls, meeting, partner, state):
        meeting.attendee_ids.filtered(lambda attendee: attendee.partner_id == partner).state = state

    @classmethod
    def make_project(cls, **values):
        return cls.env["project.project"].sudo().create({"name": "Project", "company_id": cls.company.id, **values})

    @classmethod
    def make_task(cls, project, **values):
        return cls.env["project.task"].sudo().create({"name": "Task", "project_id": project.id, **values})

    @classmethod
    def make_timesheet(cls, project, hours, date="2024-06-15", user=None, **values):
        employee = cls.env["hr.employee"].sudo().search([("user_id", "=", (user or cls.engineer).id)])
        return (
            cls.env["account.analytic.line"]
            .sudo()
            .with_company(employee.company_id)
            .create(
                {
                    "name": "Work",
                    "project_id": project.id,
                    "employee_id": employee.id,
                    "date": date,
                    "unit_amount": hours,
                    **values,
                }
            )
        )
