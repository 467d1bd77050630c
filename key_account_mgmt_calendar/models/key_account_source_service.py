from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# As many as Odoo's unit "Days" has.
HOURS_PER_DAY = 8


class KeyAccountSourceService(models.AbstractModel):
    """Counts hours of meetings with contacts of a customer: the length of the meeting times the company's attendees."""

    _inherit = "key.account.source.service"

    def _get_work_statements(self, scope):
        return [*super()._get_work_statements(scope), self._get_meetings_sql(scope)]

    def _get_activity_conditions(self):
        """Return the conditions on activities: of an activity with a meeting, only the meeting counts."""
        return [*super()._get_activity_conditions(), SQL("activity.calendar_event_id IS NULL")]

    def _get_meetings_sql(self, scope):
        """Select meetings per customer: once, however many of its contacts attend; in full for each customer."""
        return SQL(
            """
            (
              WITH meeting AS (%(meetings)s),
                   present AS (
                    SELECT meeting.id, meeting.seconds, attendee.partner_id, colleague.id AS user_id,
                           colleague.company_id
                      FROM meeting
                      JOIN calendar_attendee attendee ON attendee.event_id = meeting.id
                 LEFT JOIN res_users colleague ON colleague.partner_id = attendee.partner_id AND NOT colleague.share
                     WHERE attendee.state IS DISTINCT FROM 'declined'
                   ),
                   host AS (%(hosts)s)
            SELECT guest.partner_id, guest.seconds * host.number AS seconds
              FROM (
                    SELECT DISTINCT present.id, present.seconds, customer.commercial_partner_id AS partner_id
                      FROM present
                           %(customer)s
                     WHERE present.user_id IS NULL
                   ) guest
              JOIN host ON host.id = guest.id
            )
            """,
            meetings=self._get_period_meetings_sql(scope),
            hosts=self._get_hosts_sql(scope),
            customer=self._get_customer_join_sql(scope, SQL("present.partner_id")),
        )

    def _get_period_meetings_sql(self, scope):
        """Select meetings that began in the period, by the company's time zone, and before now.

        All-day meetings have no hours of their own; Odoo stores hours in UTC for them.
        """
        orders = self.env["key.account.source.order"]
        return SQL(
            """
            SELECT event.id,
                   event.user_id,
                   CASE WHEN event.allday THEN (event.stop_date - event.start_date + 1) * %(day)s
                        ELSE extract(epoch FROM event.stop - event.start)::numeric
                   END AS seconds
              FROM calendar_event event
             WHERE event.active
               AND event.start <= %(now)s
               AND CASE WHEN event.allday THEN event.start_date BETWEEN %(date_from)s AND %(date_to)s
                        ELSE event.start >= %(start)s AND event.start < %(end)s
                   END
            """,
            day=HOURS_PER_DAY * 3600,
            now=fields.Datetime.now(),
            date_from=scope.date_from,
            date_to=scope.date_to,
            start=orders._get_start_of_day(scope.company, scope.date_from),
            end=orders._get_start_of_day(scope.company, scope.date_to + timedelta(days=1)),
        )

    def _get_hosts_sql(self, scope):
        """Select the number of company users in a meeting.

        These are the attendees; if no user of the company is invited, the organizer, who may be missing from the list.
        """
        return SQL(
            """
            SELECT worker.id, count(DISTINCT worker.partner_id) AS number
              FROM (
                    SELECT present.id, present.partner_id, present.company_id
                      FROM present
                     WHERE present.user_id IS NOT NULL
                 UNION ALL
                    SELECT meeting.id, organizer.partner_id, organizer.company_id
                      FROM meeting
                      JOIN res_users organizer ON organizer.id = meeting.user_id AND NOT organizer.share
                     WHERE NOT EXISTS (
                            SELECT 1
                              FROM calendar_attendee invited
                              JOIN res_users colleague
                                ON colleague.partner_id = invited.partner_id AND NOT colleague.share
                             WHERE invited.event_id = meeting.id
                           )
                   ) worker
             WHERE worker.company_id = %(company_id)s
          GROUP BY worker.id
            """,
            company_id=scope.company.id,
        )
