from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import models


@dataclass(frozen=True)
class CollectionScope:
    """The customers whose facts are collected: a company, a period (both days included) and a population.

    ``partner_ids`` (commercial partners) narrows the population; ``with_business_only=False`` takes exactly these
    partners, invoiced in the period or not. ``with_prospects`` adds the prospects without business from the sources
    ``prospect_sources``, by default from all sources that offer prospects.
    """

    company: models.BaseModel
    date_from: date
    date_to: date
    partner_ids: tuple | None = None
    with_business_only: bool = True
    with_prospects: bool = False
    prospect_sources: frozenset | None = None

    @property
    def month_count(self):
        """Return the number of calendar months that the period touches."""
        return (self.date_to.year - self.date_from.year) * 12 + self.date_to.month - self.date_from.month + 1

    @property
    def day_count(self):
        """Return the number of days in the period."""
        return (self.date_to - self.date_from).days + 1

    @property
    def is_whole_months(self):
        """Return whether the period runs from the first day of a month to the last day of a month."""
        return self.date_from.day == 1 and (self.date_to + timedelta(days=1)).day == 1

    @property
    def previous_period(self):
        """Return the period of the same length just before: whole months for whole months, else as many days."""
        end = self.date_from - timedelta(days=1)
        if self.is_whole_months:
            return self.date_from - relativedelta(months=self.month_count), end
        return end - (self.date_to - self.date_from), end
