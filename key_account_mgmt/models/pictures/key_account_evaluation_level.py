import json

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...rules import LevelError, by_bounds, by_shares
from ..shared.access import SALES_ALL_DOCUMENTS

CUTS = {"share": by_shares, "score": by_bounds}


class KeyAccountEvaluation(models.Model):
    """The levels into which an evaluation's customers fall by a measure, and the list of those in one of them.

    What makes them: ``{"measure": "metric:revenue", "cut": "share" or "score", "limits": ["1", "4", "15", "80"]}``.
    """

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _check_sees_all(self):
        """Figures of everybody are for those who see everybody's lines. Asked here for those who call remotely."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(SALES_ALL_DOCUMENTS)):
            raise AccessError(
                self.env._("Totals of all customers are for those who see all of them (Sales: All Documents).")
            )

    def _get_levels(self, cut, limits):
        """The levels of a cut, the best first, or an error in the user's words.

        :rtype: list[Level]
        """
        if not isinstance(cut, str) or cut not in CUTS or not isinstance(limits, list):
            raise UserError(self.env._("Customers cannot be cut into levels that way. Choose shares or bounds."))
        try:
            return CUTS[cut](limits)
        except LevelError as error:
            raise UserError(self._get_level_message(error)) from error

    def _get_level_message(self, error):
        messages = {
            "none": self.env._("Enter at least one number, such as 20."),
            "too_many": self.env._("%s levels are too many for a picture. Enter at most 10 numbers.", error.got),
            "not_a_number": self.env._("“%s” is not a number. Enter numbers such as 1 / 4 / 15 / 80.", error.got),
            "not_positive": self.env._("A level of %s %% has no customers. Enter shares above zero.", error.got),
            "over_100": self.env._("The shares are %s %% together. Enter shares of 100 %% or less.", error.got),
            "twice": self.env._("%s is there twice. Enter each bound once.", error.got),
        }
        return messages[error.code]

    # -------------------------------------------------------------------------
    # SQL
    # -------------------------------------------------------------------------

    def _get_level_sql(self, measure, cut, limits):
        """A query of the population: ``id``, ``revenue``, ``level`` (0 is the best; NULL: no value).

        Those who are alike share the better rank, as in the rules, so they are never on two sides of a limit; and
        customers without a value count in the population of which the shares are taken.
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
            measure=self._get_measure_sql(measure),
            level=self._get_place_sql(cut, self._get_levels(cut, limits)),
            evaluation=self.id,
        )

    def _get_place_sql(self, cut, levels):
        """The number of the first level whose limit holds."""
        last = SQL("%s", len(levels) - 1)
        if len(levels) == 1:
            return last
        test = "WHEN place * 100 <= %s * population THEN %s" if cut == "share" else "WHEN value >= %s THEN %s"
        whens = [SQL(test, level.limit, place) for place, level in enumerate(levels[:-1])]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), last)

    def _read_levels(self, measure, cut, limits):
        """Customers and revenue by level.

        :rtype: dict[int | None, tuple[int, Decimal]]
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT level, count(*), COALESCE(sum(revenue), 0) FROM (%s) levels GROUP BY level",
                self._get_level_sql(measure, cut, limits),
            )
        )
        return {level: (customers, revenue) for level, customers, revenue in rows}

    def _get_level_members_sql(self, level, **values):
        """A query of the ids of the lines in one level."""
        query = self._get_level_sql(**values)
        return SQL("SELECT id FROM (%s) levels WHERE level IS NOT DISTINCT FROM %s", query, level)

    # -------------------------------------------------------------------------
    # Lists
    # -------------------------------------------------------------------------

    def action_open_level(self, part, title):
        """The list of the customers that a part of a picture stands for.

        :param part: ``{"tier": id or False}``, or ``{"levels": [level, …]}``: those who are in all of these levels,
            each what makes the levels, and its number as ``level`` (None: those without a value)
        :param title: what the part is called
        """
        self.ensure_one()
        self._check_sees_all()
        if "tier" in part:
            condition = ("tier_id", "=", part["tier"])
        else:
            condition = ("filter_for_level", "=", json.dumps({"evaluation": self.id, "levels": part["levels"]}))
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        # The client shows the display name where there is one.
        names = {"name": title, "display_name": title}
        population = [("evaluation_id", "=", self.id), ("in_population", "=", True)]
        return {**action, **names, "domain": [*population, condition], "context": {}}
