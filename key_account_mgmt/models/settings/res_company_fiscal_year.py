from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models

QUARTERS = [("year", "Whole Year"), ("1", "Q1"), ("2", "Q2"), ("3", "Q3"), ("4", "Q4")]
YEARS = range(1900, 9000)


class ResCompany(models.Model):
    """Fiscal years and their quarters, as people name them: by the year in which the fiscal year ends."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _get_key_account_this_year(self):
        """The fiscal year of today, by the user's date."""
        return self.compute_fiscalyear_dates(fields.Date.context_today(self))["date_to"].year

    def _get_key_account_last_year(self):
        """The last full fiscal year: what the yearly evaluation asks about."""
        start = self.compute_fiscalyear_dates(fields.Date.context_today(self))["date_from"]
        return (start - timedelta(days=1)).year

    def _get_key_account_period(self, year, quarter="year"):
        """First and last day of a fiscal year, or of three of its months; ``(False, False)`` for an impossible year.

        :param quarter: one of ``QUARTERS``; what is none is the whole year
        """
        if not self or year not in YEARS:
            return False, False
        # The 1st of the last month: in any year, the fiscal year around it ends in the year asked for.
        dates = self.compute_fiscalyear_dates(date(year, int(self.fiscalyear_last_month), 1))
        first, last = dates["date_from"], dates["date_to"]
        if quarter not in ("1", "2", "3", "4"):
            return first, last
        start, after = (first + relativedelta(months=3 * number) for number in (int(quarter) - 1, int(quarter)))
        return start, last if quarter == "4" else after - timedelta(days=1)
