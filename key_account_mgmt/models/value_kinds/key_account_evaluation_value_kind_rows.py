from odoo import models
from odoo.tools import SQL

from .key_account_evaluation_value_kind import SUGGESTING_STATES

# Customers per batch: each write on them is logged, which takes most of the time.
BATCH_SIZE = 500


class KeyAccountEvaluation(models.Model):
    """From lines with suggested kinds of value to the customers that get them."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_open_kind_rows(self, lines=None):
        """Lines with a suggestion to be confirmed, with the customer that it is about, the best place first.

        ``is_old``: a later evaluation has suggested a kind for the customer since. ``is_decided``: somebody decided on
        another line about the customer, or before it was made, since two were merged or one became a contact of the
        other.

        :param lines: these, also if somebody decided on them already; by default the next batch of open ones
        """
        for model in ("res.partner", "key.account.evaluation", "key.account.evaluation.line"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.suggested_kind, customer.id AS customer_id,
                       EXISTS (%(later)s) AS is_old, %(decided)s AS is_decided
                  FROM key_account_evaluation_line line
                  JOIN key_account_evaluation own ON own.id = line.evaluation_id
             LEFT JOIN res_partner partner ON partner.id = line.partner_id
             LEFT JOIN res_partner customer ON customer.id = partner.commercial_partner_id
                 WHERE line.evaluation_id = %(evaluation)s AND line.suggested_kind IS NOT NULL AND %(which)s
              ORDER BY line.rank NULLS LAST, line.id
                 LIMIT %(limit)s
                """,
                later=self._get_later_suggestion_sql(),
                decided=SQL("FALSE") if lines else SQL("EXISTS (%s)", self._get_decided_line_sql()),
                evaluation=self.id,
                which=SQL("line.id IN %s", tuple(lines.ids)) if lines else SQL("line.kind_answer IS NULL"),
                limit=None if lines else BATCH_SIZE,
            )
        )
        return self.env.cr.dictfetchall()

    def _get_later_suggestion_sql(self):
        return SQL(
            """
            SELECT 1
              FROM res_partner member
              JOIN key_account_evaluation_line other ON other.partner_id = member.id
              JOIN key_account_evaluation later ON later.id = other.evaluation_id
             WHERE member.commercial_partner_id = customer.id AND other.suggested_kind IS NOT NULL
               AND later.company_id = own.company_id AND later.state IN %s
               AND (later.date_to, later.id) > (own.date_to, own.id)
            """,
            SUGGESTING_STATES,
        )

    def _get_decided_line_sql(self):
        return SQL(
            """
            SELECT 1
              FROM res_partner member
              JOIN key_account_evaluation_line twin ON twin.partner_id = member.id
             WHERE member.commercial_partner_id = customer.id AND twin.evaluation_id = line.evaluation_id
               AND twin.id <> line.id AND twin.kind_answer IN ('same', 'confirmed', 'other')
            """
        )

    def _confirm_kind_rows(self, rows):
        """Write the kinds on the customers, and on the lines that it was done; of two lines the first one counts.

        :param rows: as ``_get_open_kind_rows`` gives them
        """
        usable = {}
        for row in rows:
            if row["customer_id"] and not row["is_old"] and not row["is_decided"]:
                usable.setdefault(row["customer_id"], row)
        self._write_customers({key: {"key_account_kind": row["suggested_kind"]} for key, row in usable.items()})
        confirmed = {row["id"] for row in usable.values()}
        self._set_kind_answers(confirmed, "confirmed")
        self._set_kind_answers({row["id"] for row in rows} - confirmed, "skipped")
