from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import FactError
from .key_account_evaluation_replay import Replay
from .key_account_evaluation_run import EvaluationRun


class KeyAccountEvaluation(models.Model):
    """Collect, decide and record: how a run is started, and what follows from its results."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    fit_tables = fields.Json(
        "Profiles", readonly=True, copy=False, help="The profiles as they were when the evaluation was computed."
    )

    # Customers per batch: decided together and recorded by one statement.
    _compute_batch_size = 5000

    def action_compute(self):
        """Create a line for every customer of the population, and decide it by the current rules."""
        self.ensure_one()
        self._claim("draft")
        customers = self.env["key.account.collector"]._count(self._get_scope())
        if not customers:
            raise UserError(self._get_no_customers_message())
        self._freeze_policy()
        self._run_or_queue("compute", customers)
        return True

    def _freeze_policy(self):
        """Store the rules with the evaluation, so that it can be explained and replayed whatever happens to them."""
        if self.ruleset_id.state not in ("active", "retired"):
            raise UserError(
                self.env._(
                    "Rule set “%(ruleset)s” is not active, so it can be previewed only. Activate it, or choose"
                    " another.",
                    ruleset=self.ruleset_id.display_name,
                )
            )
        policy = self.ruleset_id._get_policy()
        self._set_workflow_values({"policy": policy.dump(), "policy_hash": policy.content_hash})

    # -------------------------------------------------------------------------
    # The job
    # -------------------------------------------------------------------------

    def _job_compute(self):
        """Compute in batches; report unusable rules or values as an error in the user's words."""
        try:
            yield from self._compute_batches()
        except FactError as error:
            raise UserError(self._get_fact_message(error)) from error

    def _get_fact_message(self, error):
        line = self.env["key.account.evaluation.line"].browse(error.key)
        metric = self.env["key.account.metric"].with_context(active_test=False).search([("code", "=", error.metric)])
        return self.env._(
            "%(customer)s has a value of %(metric)s that cannot be used: %(value)s. Correct it and compute again.",
            customer=line.partner_name,
            metric=metric.name or error.metric,
            value=error.got,
        )

    def _compute_batches(self):
        """Continue after a crash: reuse collected facts and decided lines."""
        run = EvaluationRun(self)
        if not run.has_lines():
            run.collect()
            yield 1
        for book, lines in run.read_books(SQL("AND NOT decided")):
            run.record(run.decide(book, lines))
            yield 1
        self._finish_compute()

    def _finish_compute(self):
        self._answer_known_kinds()
        self.env["key.account.evaluation.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        self._finish_job(
            {"state": "computed"},
            self.env._(
                "Computed by rule set “%(ruleset)s”. %(summary)s",
                ruleset=self.ruleset_id.display_name,
                summary=self._get_counts_text(),
            ),
        )

    # -------------------------------------------------------------------------
    # When a manager overrides a tier, recompute the grants for the new tier from the same frozen rules and facts
    # -------------------------------------------------------------------------

    def _grant_anew(self, lines):
        """Recompute the grants of lines of one evaluation for their current tiers.

        As in computing, the whole population is surveyed, however few lines there are: rules may depend on ranks in it.
        Customers without business in the period have no figures, so they are granted nothing, whatever their tier.

        :param lines: lines whose tier was overridden, or whose override was taken back
        """
        self.ensure_one()
        run = EvaluationRun(self)
        if not run.evaluator.has_grants:
            return
        lines.flush_model()
        for book, members in run.read_books(SQL("AND id IN %s", tuple(lines.ids))):
            rows = run.decide(book, members)
            changed = self._get_changed_suggestions(rows)
            run.record_grants(rows)
            self._reopen_suggestions(changed)
        lines.invalidate_recordset(flush=False)
        self.invalidate_recordset(["award_summary_html", "notice_html"], flush=False)

    # -------------------------------------------------------------------------
    # Hooks: steps that the room of value types implements
    # -------------------------------------------------------------------------

    def _answer_known_kinds(self, line_ids=None):
        """Mark suggested value types that the customer already has as confirmed. Empty here.

        :param line_ids: restrict to these lines
        """

    def _get_changed_suggestions(self, rows):
        """Return the lines whose suggested value type is about to change. None here.

        :param rows: as returned by ``EvaluationRun.decide``
        :return: ids of the lines
        """
        return set()

    def _reopen_suggestions(self, line_ids):
        """Reset the answers to suggestions that have changed. Empty here."""

    # -------------------------------------------------------------------------
    # Replay
    # -------------------------------------------------------------------------

    def action_replay(self):
        """Decide everything again from the stored facts and rules, change nothing, and report the differences."""
        self.ensure_one()
        self._check_manager()
        if self.state == "draft" or self.job:
            raise UserError(self.env._("Compute the evaluation first: there is nothing to check yet."))
        replay = Replay(self)
        different = replay.get_differences()
        if not different and replay.has_same_rules():
            return self._get_replay_notification()
        return self._report_replay_differences(different)

    def _get_replay_notification(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Decisions Confirmed"),
                "message": self.env._(
                    "%(count)s of %(count)s decisions are the same when they are made again from the stored facts"
                    " and rules.",
                    count=self.line_count,
                ),
            },
        }

    def _report_replay_differences(self, line_ids):
        """Open the lines that differ, and leave a note in the chatter for all readers."""
        self._message_log(
            body=self.env._(
                "Check: %(same)s of %(total)s decisions are the same. Stored facts, rules or decisions were changed"
                " outside of the evaluation.",
                same=self.line_count - len(line_ids),
                total=self.line_count,
            )
        )
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        return {
            **action,
            "name": self.env._("%(count)s decisions differ", count=len(line_ids)),
            "domain": [("id", "in", line_ids)],
            "context": {},
        }
