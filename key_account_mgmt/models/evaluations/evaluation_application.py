"""Apply approved tiers and their benefits to the customers, and take them back, batch by batch."""

import json

from odoo.tools import SQL

from .evaluation_benefit import NO_CHANGE, TierBenefits


class EvaluationApplication:
    """The lines of one evaluation on their way to its customers and back."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env

    def apply(self, rows):
        """Write the tiers and benefits of lines on their customers; record what became of each line.

        :param rows: as returned by ``get_rows``
        """
        outcomes = {row["id"]: self._get_obstacle(row) for row in rows}
        free = [row for row in rows if not outcomes[row["id"]]]
        changes = TierBenefits(self.evaluation).get_changes(free)
        self.evaluation._write_customers(
            {
                row["customer_id"]: {
                    **self.evaluation._get_applied_values(row["tier_id"]),
                    **changes[row["id"]].values,
                }
                for row in free
            }
        )
        self.record_outcomes("applied", outcomes, changes, free)

    def revert(self, rows):
        """Restore the customers' values from before applying; record what became of each line.

        :param rows: as returned by ``get_rows``
        """
        outcomes = {row["id"]: self._get_obstacle(row) or self._get_change_since(row) for row in rows}
        free = [row for row in rows if not outcomes[row["id"]]]
        changes = TierBenefits(self.evaluation).get_reversals(free)
        self.evaluation._write_customers(
            {row["customer_id"]: {**self._get_replaced_values(row), **changes[row["id"]].values} for row in free}
        )
        self.record_outcomes("reverted", outcomes, changes)

    def _get_obstacle(self, row):
        """Return why a line cannot be applied or reverted, or None."""
        if not row["customer_id"]:
            return self.env._("The customer was deleted.")
        if row["beaten"]:
            return self.env._("The customer was merged with one that has a line of its own here, and that line counts.")
        return None

    def _get_change_since(self, row):
        """Return a description of the change made to the customer since applying, or None."""
        applied = self.evaluation._get_applied_values(row["tier_id"])
        if all(row[name] == (value or None) for name, value in applied.items()):
            return None
        return self.env._("Changed since it was applied, so left as it is.")

    def _get_replaced_values(self, row):
        """Return the customer's values from before applying."""
        return {
            "key_account_tier_id": row["replaced_tier_id"],
            "key_account_tier_date": row["replaced_tier_date"],
            "key_account_evaluation_id": row["replaced_evaluation_id"],
        }

    # -------------------------------------------------------------------------
    # Lines and their customers
    # -------------------------------------------------------------------------

    def get_rows(self, outcome):
        """Return the next batch of lines with that outcome, and the current values of their customers.

        ``beaten``: another line of the evaluation is about the same customer and has a better rank. This happens when
        two customers were merged, or one became a contact of the other.
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
                benefits=TierBenefits(self.evaluation).get_customer_columns_sql(),
                company_key=str(self.evaluation.company_id.id),
                evaluation=self.evaluation.id,
                outcome=outcome,
                limit=self.evaluation._apply_batch_size,
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

    def record_outcomes(self, outcome, obstacles, changes, replaced=()):
        """Record the outcomes on the lines, with one statement.

        :param obstacles: by line id, why the line was left alone; None: it got ``outcome``
        :param changes: by line id, what happened to the benefits
        :param replaced: rows whose customers' previous values have to be kept
        """
        before = {row["id"]: row for row in replaced}
        rows = []
        for line_id, obstacle in obstacles.items():
            change = changes.get(line_id, NO_CHANGE)
            benefits = json.dumps(change.replaced) if change.replaced else None
            kept = _get_kept_values(before.get(line_id))
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

    def get_outcome_text(self):
        """Return the outcome in one line: "Applied: 19, No Change: 1"."""
        lines = self.env["key.account.evaluation.line"]
        labels = dict(lines._fields["outcome"]._description_selection(self.env))
        counts = lines._read_group([("evaluation_id", "=", self.evaluation.id)], ["outcome"], ["__count"])
        return self.env["key.account.formatter"]._format_list(
            self.env._("%(outcome)s: %(count)s", outcome=labels[outcome], count=count)
            for outcome, count in counts
            if outcome
        )

    # -------------------------------------------------------------------------
    # Which applied evaluations still count: those that customers have their tier from
    # -------------------------------------------------------------------------

    def note_superseded(self):
        """After applying or reverting, mark the company's evaluations that no customer has its tier from any more."""
        if self.evaluation.superseded and self.evaluation.state != "applied":
            self.evaluation._set_workflow_values({"superseded": False})
        # sudo: other evaluations of the company change, independently of the user's rights on them
        applied = self.evaluation.sudo().search(
            [("company_id", "in", self.evaluation.company_id.ids), ("state", "=", "applied")]
        )
        holding = self._get_holding(applied)
        for superseded, evaluations in applied.grouped(lambda one: one not in holding).items():
            changed = evaluations.filtered(lambda one, now=superseded: one.superseded != now)
            changed._set_workflow_values({"superseded": superseded})

    def _get_holding(self, evaluations):
        """Return those of the evaluations that determine the tier of a customer, or that it has none."""
        self.env["res.partner"].flush_model(["key_account_evaluation_id"])
        holders = SQL(
            """
            SELECT DISTINCT holder.value::int
              FROM res_partner customer, jsonb_each_text(customer.key_account_evaluation_id) holder
             WHERE holder.value = ANY(%s)
            """,
            [str(evaluation_id) for evaluation_id in evaluations.ids],
        )
        return evaluations.browse(evaluation_id for (evaluation_id,) in self.env.execute_query(holders))


def _get_kept_values(row):
    if not row:
        return None, None, None
    return row["key_account_tier_id"], row["key_account_tier_date"], row["key_account_evaluation_id"]
