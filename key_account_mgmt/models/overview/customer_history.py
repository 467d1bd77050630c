"""The tiers of a customer through the evaluated periods, as figures and as a picture."""

from decimal import Decimal

from odoo.tools import format_date

# Periods in the picture; more would not fit on a phone.
MOST_PERIODS = 6
LINE_FIELDS = ["evaluation_id", "partner_id", "tier_id", "score", "rank", "revenue", "movement", "outcome"]
# Two periods of a year each may differ by the leap day.
SAME_LENGTH = 1


class CustomerHistory:
    """The applied results of one customer, the last evaluation of each period, in the order of the periods."""

    def __init__(self, customer, lines):
        self.env = customer.env
        self.lines = lines
        self.formatter = self.env["key.account.formatter"]
        self.in_force = next((line for line in reversed(lines) if line.in_force), None)

    @classmethod
    def of(cls, customers):
        """Return ``{customer: CustomerHistory}`` of what the user may see in the current company."""
        lines = customers.env["key.account.evaluation.line"].search_fetch(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", customers.env.company.id),
                ("outcome", "=", "applied"),
            ],
            LINE_FIELDS,
        )
        # Not the policies of all of them, which are large.
        lines.evaluation_id.fetch(["date_from", "date_to"])
        ordered = lines.sorted(lambda line: (line.evaluation_id.date_to, line.evaluation_id.id))
        last = {(line.partner_id, line.evaluation_id.date_to): line for line in ordered}
        by_customer = {}
        for (customer, _date), line in last.items():
            # On its own, so that its reasons are read without those of the other evaluations.
            by_customer.setdefault(customer, []).append(line.with_prefetch())
        return {customer: cls(customer, by_customer.get(customer, [])) for customer in customers}

    @property
    def before(self):
        """Return the line of the period before the one in force, if any."""
        place = self.lines.index(self.in_force) if self.in_force else 0
        return self.lines[place - 1] if place else None

    def get_period(self, line):
        """Return the name of the line's period: the year, or the last month of a shorter period."""
        first, last = self._get_dates(line)
        return str(last.year) if (last - first).days >= 360 else format_date(self.env, last, date_format="MMM yyyy")

    @staticmethod
    def _get_dates(line):
        return line.evaluation_id.date_from, line.evaluation_id.date_to

    def get_growth_texts(self):
        """Return the revenue of the last two evaluated periods, and how much it grew."""
        line, before = self.in_force, self.before
        if not line:
            return []
        growth = self._get_growth(line, before) if before else None
        return [self._get_revenue_text(line, growth), *([self._get_revenue_text(before)] if before else [])]

    def _get_revenue_text(self, line, growth=None):
        amount = self.formatter._format_amount(repr(line.revenue), line.currency_id, trim=True)
        values = {"period": self.get_period(line), "amount": amount}
        if growth is None:
            return self.env._("%(period)s: %(amount)s", **values)
        return self.env._("%(period)s: %(amount)s (%(growth)s)", growth=growth, **values)

    def _get_growth(self, line, before):
        """Return the growth with its sign; None between periods of unequal length or from nothing."""
        lengths = [(last - first).days for first, last in map(self._get_dates, (line, before))]
        if abs(lengths[0] - lengths[1]) > SAME_LENGTH or before.revenue <= 0:
            return None
        growth = (Decimal(repr(line.revenue)) / Decimal(repr(before.revenue)) - 1) * 100
        text = self.formatter._format_percentage(growth, 0)
        return f"+{text}" if growth > 0 else text

    # -------------------------------------------------------------------------
    # The picture: one column per period, the better tier the higher
    # -------------------------------------------------------------------------

    def get_chart(self):
        """Return the values of the picture; None with fewer than two periods, where nothing moved."""
        lines = self.lines[-MOST_PERIODS:]
        if len(lines) < 2:
            return None
        tiers = list(dict.fromkeys(line.tier_id for line in lines))
        levels = sorted(tiers, key=lambda tier: (not tier, tier.rank))
        columns = [self._get_column(line, place, len(lines), levels) for place, line in enumerate(lines)]
        texts = [f"{column['period']}: {column['tier'].name or column['none']}" for column in columns]
        return {
            "columns": columns,
            "path": " ".join(f"{column['x']},{column['y']}" for column in columns),
            "height": 2 * len(levels) + 1,
            "text": self.formatter._format_list(texts),
        }

    def _get_column(self, line, place, count, levels):
        return {
            "period": self.get_period(line),
            "tier": line.tier_id,
            "none": self.env._("no tier"),
            "x": round(100 * (place + 0.5) / count, 2),
            "y": round(100 * (levels.index(line.tier_id) + 0.5) / len(levels), 2),
            "revenue": self.formatter._format_amount(repr(line.revenue), line.currency_id, trim=True),
        }
