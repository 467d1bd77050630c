from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import models


@dataclass(frozen=True)
class CollectionScope:
    """Whose facts are collected: a company, a period (both days included) and a population.

    ``partner_ids`` (commercial partners) narrows the population; ``with_business_only=False`` takes exactly those,
    whether or not they were invoiced in the period. ``with_prospects`` adds those without business whom the sources
    ``prospect_sources`` offer, by default all that offer any.
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
        """How many calendar months the period touches."""
        return (self.date_to.year - self.date_from.year) * 12 + self.date_to.month - self.date_from.month + 1

    @property
    def day_count(self):
        """How many days the period has."""
        return (self.date_to - self.date_from).days + 1

    @property
    def is_whole_months(self):
        """Whether the period begins with the first day of a month and ends with the last one of a month."""
        return self.date_from.day == 1 and (self.date_to + timedelta(days=1)).day == 1

    @property
    def previous_period(self):
        """The period of the same length just before: whole months for whole months, else as many days."""
        end = self.date_from - timedelta(days=1)
        if self.is_whole_months:
            return self.date_from - relativedelta(months=self.month_count), end
        return end - (self.date_to - self.date_from), end
