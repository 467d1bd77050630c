from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# From computing on; a reverted evaluation suggests nothing any more.
SUGGESTING_STATES = ("computed", "in_review", "approved", "applied")


class KeyAccountEvaluation(models.Model):
    """Users confirm suggested value types on customers; applying never writes them.

    Reverting leaves confirmed value types alone: they are the users' own decisions, not part of the tiers.

    The button, the job and the steps of computing that this room fills are those of the evaluation.
    """

    _inherit = "key.account.evaluation"

    # Customers per batch: each write on them is logged, which takes most of the time.
    _confirm_batch_size = 500

    value_type_count = fields.Integer("Suggested Value Types", compute="_compute_value_type_counts")
    open_value_type_count = fields.Integer(
        "Value Types to Confirm",
        compute="_compute_value_type_counts",
        help="Suggested value types without a decision.",
    )

    @api.depends("line_ids.suggested_value_type", "line_ids.value_type_answer", "state")
    def _compute_value_type_counts(self):
        """Count the lines that the reader may see."""
        domain = [
            ("evaluation_id", "in", self.ids),
            ("evaluation_id.state", "in", SUGGESTING_STATES),
            ("suggested_value_type", "!=", False),
        ]
        groups = self.env["key.account.evaluation.line"]._read_group(
            domain, ["evaluation_id", "value_type_answer"], ["__count"]
        )
        counts = {(evaluation.id, answer): count for evaluation, answer, count in groups}
        for evaluation in self:
            answers = {answer: count for (key, answer), count in counts.items() if key == evaluation.id}
            evaluation.value_type_count = sum(answers.values())
            evaluation.open_value_type_count = answers.get(False, 0)

    def action_open_value_types(self):
        """Open the suggestions by value type, with their reasons; undecided ones first."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "key_account_mgmt.key_account_evaluation_line_value_type_action"
        )
        return {
            **action,
            "name": self.env._("Value Types: %(evaluation)s", evaluation=self.name),
            "domain": [("evaluation_id", "=", self.id), ("suggested_value_type", "!=", False)],
            "context": {
                "search_default_value_type_open": bool(self.open_value_type_count),
                "search_default_group_suggested_value_type": 1,
            },
        }

    # -------------------------------------------------------------------------
    # Confirm all
    # -------------------------------------------------------------------------

    def action_confirm_value_types(self):
        """Give every customer the suggested value type, except where a user has decided already."""
        self.ensure_one()
        self._claim(*SUGGESTING_STATES)
        if not self.open_value_type_count:
            raise UserError(
                self.env._("“%s” has no suggested value type that is still to be confirmed.", self.display_name)
            )
        self._run_or_queue("confirm", self.open_value_type_count)
        return True

    def _job_confirm(self):
        while rows := self._get_open_value_type_rows():
            self._confirm_value_type_rows(rows)
            yield 1
        self._finish_job({}, self.env._("Value types confirmed. %(outcome)s", outcome=self._get_answer_text()))

    def _set_value_type_answers(self, line_ids, answer):
        self.env.cr.execute(
            SQL(
                "UPDATE key_account_evaluation_line SET value_type_answer = %s WHERE id IN %s",
                answer,
                tuple(line_ids) or (0,),
            )
        )
        self._forget_value_type_counts()

    @api.model
    def _forget_value_type_counts(self):
        """Invalidate the counts after a statement wrote answers."""
        self.env["key.account.evaluation.line"].invalidate_model(["value_type_answer"])
        self.invalidate_model(["value_type_count", "open_value_type_count", "progress"])

    def _get_answer_text(self):
        """Return the answers to the suggestions in one line: "Confirmed: 19, As Before: 1"."""
        lines = self.env["key.account.evaluation.line"]
        labels = dict(lines._fields["value_type_answer"]._description_selection(self.env))
        counts = lines._read_group([("evaluation_id", "=", self.id)], ["value_type_answer"], ["__count"])
        return self.env["key.account.formatter"]._format_list(
            self.env._("%(outcome)s: %(count)s", outcome=labels[answer], count=count)
            for answer, count in counts
            if answer
        )

    # -------------------------------------------------------------------------
    # Suggestions that need no answer
    # -------------------------------------------------------------------------

    def _get_changed_suggestions(self, rows):
        ids = tuple(row["id"] for row in rows)
        before = self.env.execute_query(
            SQL("SELECT id, suggested_value_type FROM key_account_evaluation_line WHERE id IN %s", ids or (0,))
        )
        now = {row["id"]: row["suggested_value_type"] for row in rows}
        return {line_id for line_id, kind in before if kind != now[line_id]}

    def _reopen_suggestions(self, line_ids):
        """Reset the answers of changed suggestions: another tier may lead to another suggestion, still undecided."""
        self._set_value_type_answers(line_ids, None)
        self._answer_known_value_types(line_ids)

    def _answer_known_value_types(self, line_ids=None):
        """Mark suggestions that are already confirmed on the customer: there is nothing to decide.

        :param line_ids: restrict to these lines
        """
        self.env["res.partner"].flush_model(["key_account_value_type"])
        which = SQL("TRUE") if line_ids is None else SQL("line.id IN %s", tuple(line_ids) or (0,))
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET value_type_answer = 'same'
                  FROM res_partner partner
                 WHERE partner.id = line.partner_id AND line.evaluation_id = %s AND line.value_type_answer IS NULL
                   AND line.suggested_value_type = partner.key_account_value_type->>%s AND %s
                """,
                self.id,
                str(self.company_id.id),
                which,
            )
        )

    # -------------------------------------------------------------------------
    # From lines with suggested value types to their customers
    # -------------------------------------------------------------------------

    def _get_open_value_type_rows(self, lines=None):
        """Return lines with a suggestion to confirm, with the customer that each is about, the best rank first.

        ``is_old``: a later evaluation has suggested a value type for the customer since. ``is_decided``: a user decided
        on another line about the customer, or before that line was made, because two customers were merged or one
        became a contact of the other.

        :param lines: these lines, even if a user decided on them already; by default the next batch of open ones
        """
        for model in ("res.partner", "key.account.evaluation", "key.account.evaluation.line"):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.suggested_value_type, customer.id AS customer_id,
                       EXISTS (%(later)s) AS is_old, %(decided)s AS is_decided
                  FROM key_account_evaluation_line line
                  JOIN key_account_evaluation own ON own.id = line.evaluation_id
             LEFT JOIN res_partner partner ON partner.id = line.partner_id
             LEFT JOIN res_partner customer ON customer.id = partner.commercial_partner_id
                 WHERE line.evaluation_id = %(evaluation)s AND line.suggested_value_type IS NOT NULL AND %(which)s
              ORDER BY line.rank NULLS LAST, line.id
                 LIMIT %(limit)s
                """,
                later=self._get_later_suggestion_sql(),
                decided=SQL("FALSE") if lines else SQL("EXISTS (%s)", self._get_decided_line_sql()),
                evaluation=self.id,
                which=SQL("line.id IN %s", tuple(lines.ids)) if lines else SQL("line.value_type_answer IS NULL"),
                limit=None if lines else self._confirm_batch_size,
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
             WHERE member.commercial_partner_id = customer.id AND other.suggested_value_type IS NOT NULL
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
               AND twin.id <> line.id AND twin.value_type_answer IN ('same', 'confirmed', 'other')
            """
        )

    def _confirm_value_type_rows(self, rows):
        """Write the value types on the customers, and record it on the lines; of two lines the first one counts.

        :param rows: as returned by ``_get_open_value_type_rows``
        """
        usable = {}
        for row in rows:
            if row["customer_id"] and not row["is_old"] and not row["is_decided"]:
                usable.setdefault(row["customer_id"], row)
        self._write_customers(
            {key: {"key_account_value_type": row["suggested_value_type"]} for key, row in usable.items()}
        )
        confirmed = {row["id"] for row in usable.values()}
        self._set_value_type_answers(confirmed, "confirmed")
        self._set_value_type_answers({row["id"] for row in rows} - confirmed, "skipped")
