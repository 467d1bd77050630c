import json

from odoo import fields, models
from odoo.tools import SQL

from .key_account_evaluation import NO_REQUEST
from .key_account_evaluation_benefit import NO_CHANGE


class KeyAccountEvaluation(models.Model):
    """Apply approved tiers and their benefits to the customers, and take them back."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    # Customers per batch: each write on them is logged, which takes most of the time.
    _apply_batch_size = 500

    def action_apply(self):
        """Give every customer the tier of its line, and keep what it had before on the line."""
        self.ensure_one()
        self._claim("approved")
        if not self.effective_date:
            self._set_workflow_values({"effective_date": fields.Date.context_today(self)})
        self._run_or_queue("apply", self.line_count)
        return True

    def action_revert(self):
        """Put back what applying changed; leave alone what somebody changed since.

        :raise UserError: finance granted something under it and has not consented
        """
        self.ensure_one()
        self._claim("applied")
        self._check_revert_consent()
        self._run_or_queue("revert", self.line_count)
        return True

    # -------------------------------------------------------------------------
    # Apply
    # -------------------------------------------------------------------------

    def _job_apply(self):
        while rows := self._get_rows_of_outcome(None):
            self._apply_rows(rows)
            yield 1
        self._finish_job(
            {"state": "applied", "applied_on": fields.Datetime.now()},
            self.env._("The customers have their new tiers. %(outcome)s", outcome=self._get_outcome_text()),
        )

    def _apply_rows(self, rows):
        outcomes = {row["id"]: self._get_obstacle(row) for row in rows}
        free = [row for row in rows if not outcomes[row["id"]]]
        changes = self._get_benefit_changes(free)
        self._write_customers(
            {
                row["customer_id"]: {**self._get_applied_values(row["tier_id"]), **changes[row["id"]].values}
                for row in free
            }
        )
        self._record_outcomes("applied", outcomes, changes, free)

    def _get_obstacle(self, row):
        """Why a line cannot be applied or reverted, or None."""
        if not row["customer_id"]:
            return self.env._("The customer was deleted.")
        if row["beaten"]:
            return self.env._("The customer was merged with one that has a line of its own here, and that line counts.")
        return None

    def _get_applied_values(self, tier_id):
        """What applying writes on a customer. Extend it to grant more with a tier."""
        return {
            "key_account_tier_id": tier_id,
            "key_account_tier_date": self.effective_date,
            "key_account_evaluation_id": self.id,
        }

    # -------------------------------------------------------------------------
    # Revert
    # -------------------------------------------------------------------------

    def _job_revert(self):
        while rows := self._get_rows_of_outcome("applied"):
            self._revert_rows(rows)
            yield 1
        self._finish_job(
            {"state": "reverted", **NO_REQUEST},
            self.env._("The customers have their old tiers again. %(outcome)s", outcome=self._get_outcome_text()),
        )

    def _revert_rows(self, rows):
        outcomes = {row["id"]: self._get_obstacle(row) or self._get_change_since(row) for row in rows}
        free = [row for row in rows if not outcomes[row["id"]]]
        changes = self._get_benefit_reversals(free)
        self._write_customers(
            {row["customer_id"]: {**self._get_replaced_values(row), **changes[row["id"]].values} for row in free}
        )
        self._record_outcomes("reverted", outcomes, changes)

    def _get_change_since(self, row):
        """What somebody changed on the customer after applying, or None."""
        applied = self._get_applied_values(row["tier_id"])
        if all(row[name] == (value or None) for name, value in applied.items()):
            return None
        return self.env._("Changed since it was applied, so left as it is.")

    def _get_replaced_values(self, row):
        """What the customer had before applying."""
        return {
            "key_account_tier_id": row["replaced_tier_id"],
            "key_account_tier_date": row["replaced_tier_date"],
            "key_account_evaluation_id": row["replaced_evaluation_id"],
        }

    # -------------------------------------------------------------------------
    # Lines and their customers
    # -------------------------------------------------------------------------

    def _get_rows_of_outcome(self, outcome):
        """The next batch of lines with that outcome, with what their customers have at the moment.

        ``beaten``: another line of the evaluation is about the same customer, since two were merged or one became a
        contact of the other, and it has the better place.
        """
        self.env["res.partner"].flush_model()
        self.env["key.account.evaluation.line"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.tier_id,
                       line.replaced_tier_id, line.replaced_tier_date, line.replaced_evaluation_id,
                       line.replaced_benefits,
                       customer.id AS customer_id,
                       (customer.key_account_tier_id->>%(company_key)s)::int AS key_account_tier_id,
                       (customer.key_account_tier_date->>%(company_key)s)::date AS key_account_tier_date,
                       (customer.key_account_evaluation_id->>%(company_key)s)::int AS key_account_evaluation_id,
                       %(benefits)s,
                       EXISTS (%(better)s) AS beaten
                  FROM key_account_evaluation_line line
             LEFT JOIN res_partner partner ON partner.id = line.partner_id
             LEFT JOIN res_partner customer ON customer.id = partner.commercial_partner_id
                 WHERE line.evaluation_id = %(evaluation)s AND line.outcome IS NOT DISTINCT FROM %(outcome)s
              ORDER BY line.id
                 LIMIT %(limit)s
                """,
                better=self._get_better_line_sql(outcome),
                benefits=self._get_customer_benefits_sql(),
                company_key=str(self.company_id.id),
                evaluation=self.id,
                outcome=outcome,
                limit=self._apply_batch_size,
            )
        )
        return self.env.cr.dictfetchall()

    def _get_better_line_sql(self, outcome):
        return SQL(
            """
            SELECT 1
              FROM res_partner member
              JOIN key_account_evaluation_line other ON other.partner_id = member.id
             WHERE member.commercial_partner_id = customer.id
               AND other.evaluation_id = line.evaluation_id
               AND other.id <> line.id
               AND (other.outcome IS DISTINCT FROM %(outcome)s AND other.outcome = 'applied'
                    OR other.outcome IS NOT DISTINCT FROM %(outcome)s
                       AND (NOT other.in_population, COALESCE(other.rank, 2147483647), other.id)
                         < (NOT line.in_population, COALESCE(line.rank, 2147483647), line.id))
            """,
            outcome=outcome,
        )

    def _record_outcomes(self, outcome, obstacles, changes, replaced=()):
        """Write on the lines what was done, with one statement.

        :param obstacles: why a line was left alone, by its id; None: it got ``outcome``
        :param changes: what became of the benefits, by the id of the line
        :param replaced: rows whose customers' values before this have to be kept
        """
        before = {row["id"]: row for row in replaced}
        rows = []
        for line_id, obstacle in obstacles.items():
            change = changes.get(line_id, NO_CHANGE)
            benefits = json.dumps(change.replaced) if change.replaced else None
            kept = self._get_kept_values(before.get(line_id))
            rows.append((line_id, "skipped" if obstacle else outcome, obstacle or change.note, benefits, *kept))
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET outcome = done.outcome, outcome_note = done.note,
                       replaced_benefits = COALESCE(done.benefits, line.replaced_benefits),
                       replaced_tier_id = COALESCE(done.tier_id, line.replaced_tier_id),
                       replaced_tier_date = COALESCE(done.tier_date, line.replaced_tier_date),
                       replaced_evaluation_id = COALESCE(done.evaluation_id, line.replaced_evaluation_id)
                  FROM (VALUES %s) AS done(id, outcome, note, benefits, tier_id, tier_date, evaluation_id)
                 WHERE line.id = done.id
                """,
                SQL(", ").join(SQL("(%s, %s, %s::text, %s::jsonb, %s::int, %s::date, %s::int)", *row) for row in rows),
            )
        )
        self.env["key.account.evaluation.line"].invalidate_model()

    def _get_kept_values(self, row):
        if not row:
            return None, None, None
        return row["key_account_tier_id"], row["key_account_tier_date"], row["key_account_evaluation_id"]

    def _get_outcome_text(self):
        """How the work ended, in one line: "Applied: 19, Left Alone: 1"."""
        lines = self.env["key.account.evaluation.line"]
        labels = dict(lines._fields["outcome"]._description_selection(self.env))
        counts = lines._read_group([("evaluation_id", "=", self.id)], ["outcome"], ["__count"])
        return self.env["key.account.formatter"]._format_list(
            self.env._("%(outcome)s: %(count)s", outcome=labels[outcome], count=count)
            for outcome, count in counts
            if outcome
        )
