import json
from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL

from .key_account_evaluation import NO_REQUEST
from .key_account_evaluation_benefit import NO_CHANGE, TierBenefits

# The logged fields of a customer: the column that stores the value, and the field under which users know it.
LOGGED_FIELDS = {
    "key_account_tier_id": "key_account_tier_id",
    "property_payment_term_id": "property_payment_term_id",
    "specific_property_product_pricelist": "property_product_pricelist",
    "key_account_kind": "key_account_kind",
}


class KeyAccountEvaluation(models.Model):
    """Apply approved tiers and their benefits to the customers, and take them back."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    # Customers per batch: each write on them is logged, which takes most of the time.
    _apply_batch_size = 500

    def action_apply(self):
        """Give every customer the tier of its line, and keep the customer's previous values on the line."""
        self.ensure_one()
        self._claim("approved")
        if not self.effective_date:
            self._set_workflow_values({"effective_date": fields.Date.context_today(self)})
        self._run_or_queue("apply", self.line_count)
        return True

    def action_revert(self):
        """Restore the values from before applying, except those that were changed since.

        :raise UserError: Finance granted awards of this evaluation and has not consented
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
        self._finish_application(
            {"state": "applied", "applied_on": fields.Datetime.now()},
            self.env._("The customers have their new tiers. %(outcome)s", outcome=self._get_outcome_text()),
        )

    def _apply_rows(self, rows):
        outcomes = {row["id"]: self._get_obstacle(row) for row in rows}
        free = [row for row in rows if not outcomes[row["id"]]]
        changes = TierBenefits(self).get_changes(free)
        self._write_customers(
            {
                row["customer_id"]: {**self._get_applied_values(row["tier_id"]), **changes[row["id"]].values}
                for row in free
            }
        )
        self._record_outcomes("applied", outcomes, changes, free)
        self._make_awards(rows)

    def _get_obstacle(self, row):
        """Return why a line cannot be applied or reverted, or None."""
        if not row["customer_id"]:
            return self.env._("The customer was deleted.")
        if row["beaten"]:
            return self.env._("The customer was merged with one that has a line of its own here, and that line counts.")
        return None

    def _get_applied_values(self, tier_id):
        """Return the values that applying writes on a customer. Extend it to grant more with a tier."""
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
        self._finish_application(
            {"state": "reverted", **NO_REQUEST},
            self.env._("The customers have their previous tiers again. %(outcome)s", outcome=self._get_outcome_text()),
        )

    def _revert_rows(self, rows):
        outcomes = {row["id"]: self._get_obstacle(row) or self._get_change_since(row) for row in rows}
        free = [row for row in rows if not outcomes[row["id"]]]
        changes = TierBenefits(self).get_reversals(free)
        self._write_customers(
            {row["customer_id"]: {**self._get_replaced_values(row), **changes[row["id"]].values} for row in free}
        )
        self._record_outcomes("reverted", outcomes, changes)
        self._take_back_awards(rows)

    def _get_change_since(self, row):
        """Return a description of the change made to the customer since applying, or None."""
        applied = self._get_applied_values(row["tier_id"])
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
    # Steps of both
    # -------------------------------------------------------------------------

    def _finish_application(self, vals, message):
        """Finish applying or reverting.

        :param vals: the new state
        :param message: text for the chatter
        """
        self._finish_job(vals, message)
        self._note_superseded()
        self._tell_finance()

    # Hooks: steps that the room of awards implements.

    def _check_revert_consent(self):
        """Refuse to revert an evaluation with granted awards without the consent of Finance. Empty here."""

    def _make_awards(self, rows):
        """Create award proposals for lines whose tier was applied. Empty here.

        :param rows: as returned by ``_get_rows_of_outcome``; the outcome of each row is on its line
        """

    def _take_back_awards(self, rows):
        """Take back the awards of lines whose tier was reverted. Empty here.

        :param rows: as in ``_make_awards``
        """

    def _tell_finance(self):
        """Ask Finance to decide on proposed awards. Empty here."""

    # -------------------------------------------------------------------------
    # Lines and their customers
    # -------------------------------------------------------------------------

    def _get_rows_of_outcome(self, outcome):
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
                benefits=TierBenefits(self).get_customer_columns_sql(),
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
        """Return the outcome in one line: "Applied: 19, Left Alone: 1"."""
        lines = self.env["key.account.evaluation.line"]
        labels = dict(lines._fields["outcome"]._description_selection(self.env))
        counts = lines._read_group([("evaluation_id", "=", self.id)], ["outcome"], ["__count"])
        return self.env["key.account.formatter"]._format_list(
            self.env._("%(outcome)s: %(count)s", outcome=labels[outcome], count=count)
            for outcome, count in counts
            if outcome
        )

    # -------------------------------------------------------------------------
    # Which applied evaluations still count: those that customers have their tier from
    # -------------------------------------------------------------------------

    def _note_superseded(self):
        """After applying or reverting, mark the company's evaluations that no customer has its tier from any more."""
        self.filtered(lambda one: one.superseded and one.state != "applied")._set_workflow_values({"superseded": False})
        # sudo: other evaluations of the company change, independently of the user's rights on them
        applied = self.sudo().search([("company_id", "in", self.company_id.ids), ("state", "=", "applied")])
        holding = applied._get_holding()
        for superseded, evaluations in applied.grouped(lambda one: one not in holding).items():
            changed = evaluations.filtered(lambda one, now=superseded: one.superseded != now)
            changed._set_workflow_values({"superseded": superseded})

    def _get_holding(self):
        """Return those of these evaluations that determine the tier of a customer, or that it has none."""
        self.env["res.partner"].flush_model(["key_account_evaluation_id"])
        holders = SQL(
            """
            SELECT DISTINCT holder.value::int
              FROM res_partner customer, jsonb_each_text(customer.key_account_evaluation_id) holder
             WHERE holder.value = ANY(%s)
            """,
            [str(evaluation_id) for evaluation_id in self.ids],
        )
        return self.browse(evaluation_id for (evaluation_id,) in self.env.execute_query(holders))

    # -------------------------------------------------------------------------
    # How applying and reverting write on customers
    # -------------------------------------------------------------------------

    def _write_customers(self, values_by_customer):
        """Write on customers, grouped by equal values, and log the changes of their terms.

        Runs in superuser mode: the record rules of a manager may hide contacts of the company (those of other
        salespeople, or with a user of their own), and a manager may still apply what was approved for them. Only values
        computed here are written, and only after the checks of ``_claim``.
        """
        customers = self.env["res.partner"].sudo().with_company(self.company_id)
        customers_before = {
            customer.id: {name: customer[name] for name in LOGGED_FIELDS}
            for customer in customers.browse(values_by_customer)
        }
        self._read_contacts(customers.browse(values_by_customer))
        groups = defaultdict(list)
        for customer_id, values in values_by_customer.items():
            groups[tuple(values.items())].append(customer_id)
        for items, customer_ids in groups.items():
            # Logged below in bulk: tracking would create the messages one by one.
            customers.browse(customer_ids).with_context(mail_notrack=True).write(dict(items))
        self._log_customers(customers.browse(values_by_customer), customers_before)

    def _read_contacts(self, customers):
        """Prefetch what Odoo would read customer by customer when it passes terms on to the contacts."""
        contacts = customers.child_ids
        while contacts:
            for name in ("user_ids", *LOGGED_FIELDS):
                contacts.mapped(name)
            contacts = contacts.child_ids

    def _log_customers(self, customers, customers_before):
        """Create one note per changed customer, as tracking does, but with two statements for all."""

        def get_changes(customer):
            before = customers_before[customer.id]
            return [name for name in LOGGED_FIELDS if customer[name] != before[name]]

        changed = customers.filtered(get_changes)
        if not changed:
            return
        note = self.env._("By “%(evaluation)s”", evaluation=self.name)
        messages = changed._message_log_batch(dict.fromkeys(changed.ids, note))
        described = changed.fields_get(list(LOGGED_FIELDS.values()), ["string", "type", "selection"])
        # sudo: users have no rights on tracked values; Odoo itself writes them in superuser mode
        tracking = self.env["mail.tracking.value"].sudo()
        tracking.create(
            [
                {
                    "mail_message_id": message.id,
                    **tracking._create_tracking_values(
                        customers_before[customer.id][name],
                        customer[name],
                        LOGGED_FIELDS[name],
                        described[LOGGED_FIELDS[name]],
                        customer,
                    ),
                }
                for customer, message in zip(changed, messages, strict=True)
                for name in get_changes(customer)
            ]
        )
