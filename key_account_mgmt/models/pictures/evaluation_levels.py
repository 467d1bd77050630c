"""The levels into which a measure divides the customers of an evaluation."""

from functools import cached_property
from itertools import pairwise

from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import LevelError, by_bounds, by_shares

CUTS = {"share": by_shares, "score": by_bounds}


class EvaluationLevels:
    """The levels of one evaluation by one measure, cut by shares or by bounds, the best first.

    ``levels`` and the methods that use it raise an error in the user's words if the cut is invalid.
    """

    def __init__(self, evaluation, measure, cut, limits):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.measure = measure
        self.cut = cut
        self.limits = limits

    @cached_property
    def levels(self):
        """Return the levels of the cut.

        :rtype: list[Level]
        """
        if not isinstance(self.cut, str) or self.cut not in CUTS or not isinstance(self.limits, list):
            raise UserError(self.env._("Customers cannot be divided into levels that way. Choose shares or bounds."))
        try:
            return CUTS[self.cut](self.limits)
        except LevelError as error:
            raise UserError(self._get_message(error)) from error

    def _get_message(self, error):
        messages = {
            "none": self.env._("Enter at least one number, such as 20."),
            "too_many": self.env._("%s levels are too many for a picture. Enter at most 10 numbers.", error.got),
            "not_a_number": self.env._("“%s” is not a number. Enter numbers such as 1 / 4 / 15 / 80.", error.got),
            "not_positive": self.env._("A level of %s %% has no customers. Enter shares above zero.", error.got),
            "over_100": self.env._("The shares are %s %% together. Enter shares of 100 %% or less.", error.got),
            "twice": self.env._("%s appears twice. Enter each bound once.", error.got),
        }
        return messages[error.code]

    # -------------------------------------------------------------------------
    # Customers
    # -------------------------------------------------------------------------

    def get_sql(self):
        """Return a query of the population: ``id``, ``revenue``, ``level`` (0 is the best; NULL: no value).

        Customers with equal values share the better rank, as in the rules, so a limit never separates them. Customers
        without a value count in the population of which the shares are taken.
        """
        return SQL(
            """
            SELECT id, revenue, CASE WHEN value IS NOT NULL THEN %(level)s END AS level
              FROM (
                SELECT id, revenue, value,
                       rank() OVER (ORDER BY value DESC NULLS LAST) AS place, count(*) OVER () AS population
                  FROM (
                    SELECT id, revenue, %(measure)s AS value
                      FROM key_account_evaluation_line
                     WHERE evaluation_id = %(evaluation)s AND in_population AND decided
                  ) measured
              ) ranked
            """,
            measure=self.evaluation._get_measure_sql(self.measure),
            level=self._get_place_sql(),
            evaluation=self.evaluation.id,
        )

    def _get_place_sql(self):
        """Return the number of the first level whose limit holds, as SQL."""
        last = SQL("%s", len(self.levels) - 1)
        if len(self.levels) == 1:
            return last
        test = "WHEN place * 100 <= %s * population THEN %s" if self.cut == "share" else "WHEN value >= %s THEN %s"
        whens = [SQL(test, level.limit, place) for place, level in enumerate(self.levels[:-1])]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), last)

    def read_figures(self):
        """Return customers and revenue by level.

        :rtype: dict[int | None, tuple[int, Decimal]]
        """
        rows = self.env.execute_query(
            SQL("SELECT level, count(*), COALESCE(sum(revenue), 0) FROM (%s) levels GROUP BY level", self.get_sql())
        )
        return {level: (customers, revenue) for level, customers, revenue in rows}

    def get_members_sql(self, level):
        """Return a query of the ids of the lines in one level."""
        return SQL("SELECT id FROM (%s) levels WHERE level IS NOT DISTINCT FROM %s", self.get_sql(), level)

    # -------------------------------------------------------------------------
    # Names: "Top 1 %", "500 to under 1,000"
    # -------------------------------------------------------------------------

    def get_labels(self):
        """Return the names of the levels."""
        if self.cut == "share":
            return [self._get_share_label(place, level.share) for place, level in enumerate(self.levels)]
        texts = [self._format_limit(level.limit) for level in self.levels[:-1]]
        between = [
            self.env._("%(lower)s to under %(upper)s", lower=lower, upper=upper) for upper, lower in pairwise(texts)
        ]
        return [
            self.env._("%s and more", texts[0]),
            *between,
            self.env._("Under %s", texts[-1]),
        ]

    def _get_share_label(self, place, share):
        text = self.env["key.account.formatter"]._format_percentage(share)
        if not place:
            return self.env._("Top %s", text)
        return self.env._("Last %s", text) if place == len(self.levels) - 1 else self.env._("Next %s", text)

    def _format_limit(self, value):
        kind, _colon, code = self.measure.partition(":")
        if kind == "metric":
            return self.env["key.account.explainer"]._format_value(code, value, self.evaluation.currency_id)
        return self.env["key.account.formatter"]._format_number(value)
