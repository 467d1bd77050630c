from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from ..evaluations.key_account_evaluation import NO_REQUEST
from ..shared.access import ACTIVITY_APPROVAL, ACTIVITY_AWARD, FINANCE, TOTALS_READERS, strip_caller_context
from ..shared.statements import touch
from .award_budgets import AwardBudgets


class KeyAccountEvaluation(models.Model):
    """Applying creates awards, reverting takes them back; Finance is notified once per evaluation."""

    _name = "key.account.evaluation"
    _inherit = ["key.account.evaluation", "key.account.credit.off.mixin"]

    award_ids = fields.One2many("key.account.award", "evaluation_id", "Awards", readonly=True, copy=False)
    award_count = fields.Integer(compute="_compute_award_count")
    delivery_count = fields.Integer(
        "To Deliver", compute="_compute_delivery_count", help="Promised rewards that the user is responsible for."
    )
    award_budget = fields.Monetary(
        copy=False,
        groups=TOTALS_READERS,
        help="The total that all rewards of the evaluation may cost. 0: no overall budget.",
    )
    award_summary_html = fields.Html(
        "Grants", compute="_compute_award_summary_html", sanitize=False, groups=TOTALS_READERS
    )
    revert_requested_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The manager who asked finance to consent to taking this evaluation back.",
    )
    revert_reason = fields.Text("Reason to Revert", readonly=True, copy=False, groups=TOTALS_READERS)

    @api.depends("award_ids")
    def _compute_award_count(self):
        counts = dict(
            self.env["key.account.award"]._read_group(
                [("evaluation_id", "in", self.ids)], ["evaluation_id"], ["__count"]
            )
        )
        for evaluation in self:
            evaluation.award_count = counts.get(evaluation._origin, 0)

    @api.depends("award_ids.state", "award_ids.user_id")
    @api.depends_context("uid")
    def _compute_delivery_count(self):
        domain = [("evaluation_id", "in", self.ids), ("state", "=", "promised"), ("user_id", "=", self.env.uid)]
        counts = dict(self.env["key.account.award"]._read_group(domain, ["evaluation_id"], ["__count"]))
        for evaluation in self:
            evaluation.delivery_count = counts.get(evaluation._origin, 0)

    @api.model
    def _get_credit_off_fields(self):
        return ("ruleset_id.credit_rule_ids",)

    def _grants_credit_limits(self):
        return bool(self.ruleset_id.credit_rule_ids)

    def _check_awards_writable(self, vals):
        if "award_ids" in vals:
            raise UserError(self.env._("Awards cannot be created by hand: applying the evaluation creates them."))
        if "award_budget" in vals:
            self._check_award_budget(vals["award_budget"])

    def _check_award_budget(self, budget):
        """Check a new budget. Finance decides within it, so it is fixed once the evaluation is approved."""
        if (budget or 0) < 0:
            raise UserError(self.env._("A budget cannot be negative."))
        late = self.filtered(lambda evaluation: evaluation.state not in ("draft", "computed", "in_review"))
        if late:
            raise UserError(self.env._("“%s” is approved: its budget can no longer change.", late[0].name))

    @api.model
    def _prepare_new_awards(self, vals_list):
        for vals in vals_list:
            # The check is for a new evaluation: when a user duplicates one, ``self`` is the original.
            self.browse()._check_award_budget(vals.get("award_budget"))
        return [{**vals, "award_ids": []} for vals in vals_list]

    # -------------------------------------------------------------------------
    # Apply and revert
    # -------------------------------------------------------------------------

    def _make_awards(self, rows):
        """Propose what the lines grant; nothing while credit limits and rewards are switched off."""
        if not self.env["key.account.part"]._is_on("credit"):
            return
        lines = self.env["key.account.evaluation.line"].browse([row["id"] for row in rows])
        granted = lines.filtered(lambda line: line.outcome == "applied" and line.grants)
        if granted:
            self.env["key.account.award"]._make(granted)

    def _take_back_awards(self, rows):
        line_ids = [row["id"] for row in rows]
        # sudo: a user who may revert the evaluation takes back all that it granted
        awards = self.env["key.account.award"].sudo().search([("line_id", "in", line_ids)])
        awards.with_env(self.env)._take_back()

    # -------------------------------------------------------------------------
    # Finance
    # -------------------------------------------------------------------------

    def _notify_finance(self):
        """Create one activity per Finance user while awards wait; remove it when all are decided."""
        waiting = self._get_waiting_awards()
        for evaluation in self:
            # sudo: managers and Finance may not assign work to others; the caller's context must not suppress it
            target = strip_caller_context(evaluation).sudo()
            if not waiting.get(evaluation.id):
                target.activity_unlink([ACTIVITY_AWARD])
                continue
            evaluation._request_decision(
                ACTIVITY_AWARD,
                {evaluation: evaluation._get_finance_users()},
                lambda one, count=waiting[evaluation.id]: {"summary": one._get_waiting_text(count)},
                lambda one: {"summary": one._get_no_finance_user_text()},
            )

    def _get_waiting_text(self, count):
        return self.env._("Decide on %(count)s awards of “%(evaluation)s”", count=count, evaluation=self.name)

    def _get_no_finance_user_text(self):
        return self.env._(
            "Awards of “%(evaluation)s” are waiting, and no user may decide on them: give a user who was not"
            " involved in it the access right Key Accounts: Finance / Finance",
            evaluation=self.name,
        )

    def _get_waiting_awards(self):
        groups = (
            self.env["key.account.award"]
            .sudo()  # the number does not depend on the user's rights
            ._read_group(
                [("evaluation_id", "in", self.ids), ("state", "=", "proposed")], ["evaluation_id"], ["__count"]
            )
        )
        return {evaluation.id: count for evaluation, count in groups}

    def _get_finance_users(self):
        """Return the users who may decide on the awards."""
        return self._get_members(FINANCE, self.company_id) - self._get_award_authors()

    def _get_award_authors(self):
        """Return the users who were involved in the evaluation, and so must not decide on its awards."""
        # sudo: only the identity of the users is read
        evaluation = self.sudo()
        return evaluation.create_uid | evaluation.submitted_by_id | evaluation.tier_changer_ids

    def _lock_for_awards(self):
        """Touch the rows, so that the second of two concurrent decisions on a budget is retried and sees the first."""
        touch(self)

    def action_open_awards(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_award_action")
        context = {"search_default_group_rule": 1}
        return {**action, "name": self.name, "domain": [("evaluation_id", "=", self.id)], "context": context}

    def action_open_deliveries(self):
        """Open the promised rewards that the user has to deliver."""
        self.ensure_one()
        return {**self.action_open_awards(), "context": {"search_default_to_deliver": 1}}

    # -------------------------------------------------------------------------
    # The planned and granted awards of an evaluation against its budgets
    # -------------------------------------------------------------------------

    @api.depends("line_ids.grants", "award_ids.state", "award_ids.cost", "award_budget", "state")
    @api.depends_context("lang")
    def _compute_award_summary_html(self):
        for evaluation in self:
            rows = evaluation._get_award_rows() if evaluation.state != "draft" else []
            evaluation.award_summary_html = AwardBudgets(evaluation).render(rows) if rows else False

    def _get_award_rows(self):
        """Return the rows of ``AwardBudgets.get_rows``; none while credit limits and rewards are switched off."""
        if not self.env["key.account.part"]._is_on("credit"):
            return []
        return AwardBudgets(self).get_rows()

    @api.model
    def _get_budget_fields(self):
        return ("award_budget",)

    def _get_budget_notices(self):
        """Return the budgets that the evaluation exceeds, as sentences, until it is approved."""
        if self.state not in ("computed", "in_review") or not self.env["key.account.part"]._is_on("credit"):
            return []
        return AwardBudgets(self).get_notices()

    # -------------------------------------------------------------------------
    # Finance has to consent before an evaluation with granted awards is reverted
    # -------------------------------------------------------------------------
    # Otherwise a sales manager could take back limits that Finance posted and rewards that the company promised.

    def action_open_apply(self):
        """Show the effects of applying, before it is done."""
        return self._get_step_action("apply", self.env._("Apply"))

    def action_open_revert(self):
        """Show what reverting will take back; if Finance has to consent, the dialog asks for the reason."""
        return self._get_step_action("revert", self.env._("Revert"))

    def action_open_consent(self):
        """Show Finance what a manager asks to take back."""
        return self._get_step_action("consent", self.env._("Consent to Reverting"))

    def _get_step_action(self, step, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "key.account.evaluation.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_evaluation_id": self.id, "default_step": step},
        }

    # -------------------------------------------------------------------------
    # Required consent
    # -------------------------------------------------------------------------

    def _get_all_awards(self):
        """Return all awards of these evaluations."""
        # sudo: reverting takes back the awards of customers of all salespeople, so all of them count
        return self.env["key.account.award"].sudo().search([("evaluation_id", "in", self.ids)], order="id")

    def _needs_consent(self):
        """Return whether reverting would take back granted awards that the user may not decide on."""
        granted = self._get_all_awards().filtered("is_granted").with_env(self.env)
        return bool(granted) and not granted._may_decide()

    def _check_revert_consent(self):
        if self._needs_consent():
            raise UserError(
                self.env._(
                    "Finance granted awards under “%(name)s”, so a finance user must consent before it is reverted."
                    " Press Revert on the evaluation to ask for consent.",
                    name=self.name,
                )
            )

    # -------------------------------------------------------------------------
    # Ask, consent, refuse
    # -------------------------------------------------------------------------

    def action_request_revert(self, reason):
        """Ask Finance to consent to reverting. Nothing changes until then.

        :param reason: the reason, for Finance
        """
        self.ensure_one()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the evaluation must be reverted, so that finance can decide."))
        self._claim("applied")
        if not self._needs_consent():
            raise UserError(
                self.env._("The consent of finance is not needed: you can revert “%s” yourself.", self.name)
            )
        self._advance(
            {"revert_requested_by_id": self.env.uid, "revert_reason": reason},
            self.env._("Asked finance to consent to reverting: %s", reason),
        )
        self._ask_for_consent()
        return True

    def action_consent_revert(self):
        """Consent to reverting, and revert as the manager who asked, whose rights are checked again."""
        self._claim_request()
        self._check_may_consent()
        requester = self.revert_requested_by_id
        self._message_log(body=self.env._("%s of finance consents to reverting.", self.env.user.name))
        manager = strip_caller_context(self).with_user(requester).with_context(allowed_company_ids=self.company_id.ids)
        manager._claim("applied")
        manager._run_or_queue("revert", self.line_count)
        return True

    def action_refuse_revert(self, reason):
        """Refuse to take back granted awards.

        :param reason: the reason, for the manager who asked
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why you refuse, so that the manager who asked knows."))
        self._claim_request()
        self._check_may_consent()
        requester = self.revert_requested_by_id
        self._end_request(self.env._("Finance does not consent to reverting: %s", reason))
        self._notify_requester(requester, reason)
        return True

    def action_withdraw_revert(self):
        """Withdraw the request before Finance decides."""
        self._claim("applied")
        self._end_request(self.env._("The request to revert was withdrawn."))
        return True

    def _claim_request(self):
        """Check that the user may read the evaluation, that no other user works on it, and that a request waits."""
        self.ensure_one()
        self.check_access("read")
        foreign = self.company_id - self.env.companies
        if foreign:
            raise AccessError(self.env._("Switch to company %(company)s first.", company=foreign.name))
        self._lock_for_awards()
        self.invalidate_recordset(["state", "job", *NO_REQUEST])
        if self.state != "applied" or self.job or not self.revert_requested_by_id:
            raise UserError(self.env._("“%s” is not waiting for consent to be reverted. Reload the page.", self.name))

    def _check_may_consent(self):
        """Check that the user is of Finance, was not involved and did not ask; even if awards were taken back since."""
        if self.env.user in self._get_consenting_users():
            return
        raise AccessError(
            self.env._(
                "Reverting “%(name)s” needs the consent of a user with the access right Key Accounts: Finance /"
                " Finance who was not involved in it.",
                name=self.name,
            )
        )

    def _get_consenting_users(self):
        """Return the Finance users who may decide on all granted awards."""
        # sudo: only the identity of the users is read
        involved = self._get_all_awards().filtered("is_granted")._get_involved_users()
        return self._get_finance_users() - involved - self.sudo().revert_requested_by_id

    def _end_request(self, message):
        # sudo: Finance may end a request, but has no other write access to evaluations; only these fields change
        self.sudo()._advance(dict(NO_REQUEST), message)

    # -------------------------------------------------------------------------
    # Activities
    # -------------------------------------------------------------------------

    def _ask_for_consent(self):
        """Assign the activity to exactly those users who may consent."""
        self._request_decision(
            ACTIVITY_APPROVAL,
            {evaluation: evaluation._get_consenting_users() for evaluation in self},
            lambda evaluation: evaluation._prepare_consent_activity(),
            lambda evaluation: evaluation._prepare_no_consent_activity(),
        )

    def _prepare_consent_activity(self):
        # sudo: Finance may read the reason in its own activity
        return {
            "summary": self.env._("Consent to reverting “%s”, or refuse", self.name),
            "note": plaintext2html(self.sudo().revert_reason or ""),
        }

    def _prepare_no_consent_activity(self):
        return {
            "summary": self.env._(
                "No user can consent to reverting “%s”: give a user who was not involved in it the access right Key"
                " Accounts: Finance / Finance",
                self.name,
            )
        }

    def _notify_requester(self, user, reason):
        if user.active:
            in_language = strip_caller_context(self).with_context(lang=user.lang)
            # sudo: Finance has no right to assign work to others
            in_language.sudo().activity_schedule(
                ACTIVITY_APPROVAL,
                user_id=user.id,
                summary=in_language.env._("Finance does not consent to reverting “%s”", in_language.name),
                note=plaintext2html(reason),
            )
