from odoo import models
from odoo.tools import SQL

from .key_account_evaluation_record import GRANT_COLUMNS


class KeyAccountEvaluation(models.Model):
    """Who is given another tier is granted what that tier is good for, by the same frozen rules and facts."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _grant_anew(self, lines):
        """Decide once more what lines of one evaluation grant, for the tiers that they have now.

        As in computing, the whole population is surveyed, however few lines there are: rules may ask for places in it.
        Customers without business in the period have no figures, so that they are granted nothing whatever their tier.

        :param lines: lines whose tier was overridden, or whose override was taken back
        """
        self.ensure_one()
        if not self._get_evaluator().has_grants:
            return
        lines.flush_model()
        evaluator, population = self._survey()
        tiers = self._get_tier_places()
        for book, members in self._read_books(evaluator, SQL("AND id IN %s", tuple(lines.ids))):
            self._record_grants(self._get_decision_rows(evaluator, population, book, members, tiers))
        lines.invalidate_recordset(flush=False)
        self.invalidate_recordset(["award_summary_html", "notice_html"], flush=False)

    def _record_grants(self, rows):
        """Write on decided lines what they grant and why, with one statement; all else of them is frozen."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET %s
                  FROM %s
                 WHERE line.id = decision.id
                """,
                GRANT_COLUMNS,
                self._get_decisions_sql(rows),
            )
        )
