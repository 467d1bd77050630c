from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .award_budgets import AwardBudgetCheck
from .award_decision import CHANGEABLE, AwardApproval, AwardDeciders, get_approved_text, group_by_values
from .award_delivery import AwardDelivery
from .award_notices import AwardNotices
from .award_posting import AwardEnding, AwardPosting
from .award_proposals import AwardProposals
from .award_states import AWARD_KINDS, AWARD_STATES, ENDED_STATES, GRANTED_STATES, OPEN_STATES
from .award_summary import AwardSummary


class KeyAccountAward(models.Model):
    """What an applied line of an evaluation grants: a credit limit, or a reward that a user has to deliver.

    Applying creates it, Finance decides on it, and only its buttons change it.
    """

    _name = "key.account.award"
    _description = "Key Account Award"
    _inherit = [
        "key.account.protected.mixin",
        "key.account.internal.thread",
        "mail.activity.mixin",
        "key.account.credit.off.mixin",
        "key.account.run.totals.mixin",
    ]
    _order = "id desc"

    # Limits and rewards do not add up, least of all limits of a customer in several evaluations; those of one rule do.
    _run_fields = ("evaluation_id", "rule_key")
    _run_free_fields = ("cost", "estimated_cost", "actual_cost")

    _mail_post_access = "read"
    # Limits per batch: each write on a customer is logged. Up to one batch is posted while the user waits.
    _posting_batch_size = 500

    name = fields.Char("Award Number", required=True, readonly=True)
    kind = fields.Selection(AWARD_KINDS, required=True, readonly=True)
    # A customer may be deleted, or merged with another; the decision stays.
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True, ondelete="set null")
    partner_name = fields.Char("Customer Name", readonly=True, help="As it was when the award was proposed.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    evaluation_id = fields.Many2one(
        "key.account.evaluation", required=True, readonly=True, index=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        "key.account.evaluation.line", "Evaluation Line", required=True, readonly=True, ondelete="restrict"
    )
    rule_key = fields.Char(required=True, readonly=True)
    rule_name = fields.Char("Rule", readonly=True)
    had_limit = fields.Boolean("Had a Limit", readonly=True)
    limit_before = fields.Monetary(
        "Previous Limit",
        readonly=True,
        aggregator=None,
        help="The limit when the evaluation was computed. Posting records the limit at that time separately.",
    )
    proposed = fields.Monetary(readonly=True, help="Given by the rule: the new limit, or the value of the reward.")
    approved_amount = fields.Monetary(readonly=True)
    reason = fields.Text(readonly=True)
    estimated_cost = fields.Monetary(readonly=True)
    actual_cost = fields.Monetary(readonly=True)
    cost = fields.Monetary(
        "Cost Against the Budget",
        compute="_compute_cost",
        store=True,
        help="The actual cost of what is delivered, the estimated cost of what is proposed or promised.",
    )
    valid_until = fields.Date(
        readonly=True, help="The last day of a temporary limit. Afterwards the previous limit is restored."
    )
    expiry_date = fields.Date(readonly=True, help="The last day on which the promise can be redeemed.")
    user_id = fields.Many2one("res.users", "Responsible", readonly=True, index=True, ondelete="set null")
    state = fields.Selection(AWARD_STATES, required=True, readonly=True, index=True)
    proposed_by_id = fields.Many2one(
        "res.users", readonly=True, ondelete="restrict", help="Who applied the evaluation."
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    decided_on = fields.Datetime(readonly=True)
    comment = fields.Text(readonly=True)
    posted_on = fields.Datetime(readonly=True)
    delivered_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    delivered_on = fields.Datetime(readonly=True)
    ended_on = fields.Datetime(readonly=True, help="When the award was taken back or expired.")
    note = fields.Text(readonly=True, help="The actual outcome, if it is not the expected one.")
    problem = fields.Text(readonly=True, help="Why the limit could not be posted.")
    is_granted = fields.Boolean(
        compute="_compute_is_granted",
        help="Finance granted the award, and reverting it takes a benefit away from the customer.",
    )
    entry_ids = fields.One2many("key.account.credit.entry", "award_id", "Ledger", readonly=True)
    # Applying a line creates each of its awards once.
    _once = models.UniqueIndex("(line_id, kind, rule_key)", "The line has this award already.")
    _postable = models.Index("(id) WHERE state = 'approved'")

    @api.depends("state", "kind", "estimated_cost", "actual_cost")
    def _compute_cost(self):
        for award in self:
            if award.kind == "credit" or award.state in ("refused", *ENDED_STATES):
                award.cost = 0
            else:
                award.cost = award.actual_cost if award.state == "delivered" else award.estimated_cost

    @api.depends("state")
    def _compute_is_granted(self):
        for award in self:
            award.is_granted = award.state in GRANTED_STATES

    def _grants_credit_limits(self):
        return self.kind == "credit"

    @api.model
    def _get_protected_message(self, action, names=()):
        if action == "create":
            return self.env._("Awards cannot be created by hand or by import: applying an evaluation creates them.")
        if action == "unlink":
            return self.env._("Awards cannot be deleted: they are the record of who granted what. Revert them instead.")
        if action == "copy":
            return self.env._("An award cannot be copied: applying an evaluation creates awards.")
        return self.env._("An award cannot be edited: it is the record of what was granted. Use its buttons.")

    def _get_customer(self):
        """Return the customer that has the award now: contacts may be merged, or become contacts of others."""
        return self.partner_id.commercial_partner_id

    def _log_each(self, bodies):
        """Log a note in the chatter of each award: ``{award: text}``, in one statement."""
        # sudo: no user has write access to awards, not even to their log
        awards = self.sudo()
        awards._message_log_batch({award.id: bodies[award] for award in self})

    @api.model
    def _make(self, lines):
        """Create the awards of applied lines of one evaluation, in the transaction that applies them, hence once.

        :param lines: lines with ``grants``, as decided by the core
        """
        evaluation = lines.evaluation_id
        granted = AwardProposals(lines).get_values()
        first = 1 + self.sudo().search_count([("evaluation_id", "=", evaluation.id)])
        for number, values in enumerate(granted, first):
            values["name"] = f"{evaluation.reference}/{number:04d}"
        # One log entry less per award: the award itself says who proposed it.
        return self.with_context(mail_create_nolog=True)._create_protected(granted)

    # -------------------------------------------------------------------------
    # What Finance decides: by buttons, once, and by users who were not involved in the evaluation
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Grant the awards as proposed. Credit limits are posted, other awards promised.

        Of several awards, those that their budgets cover are granted, whatever happens to the others.

        :return: a notice; if budgets do not cover some of the awards, a dialog that asks which of those to grant
        """
        self._claim("proposed")
        self._check_decider()
        concerned = AwardBudgetCheck(self).get_concerned() if len(self) > 1 else self.browse()
        covered = self - concerned
        is_fitting = concerned and AwardBudgetCheck(concerned).is_fitting()
        if not covered and not is_fitting:
            covered = self  # refused as a whole, with the budget
        if covered:
            covered._approve({}, False)
        if not is_fitting:
            return AwardSummary(self).conclude() or True
        if covered:
            AwardSummary(covered).log()
        return concerned._get_budget_action(AwardSummary(covered).get_text())

    def action_approve_changed(self, values, comment=False):
        """Grant the awards with changes.

        :param dict values: some of ``CHANGEABLE``; amounts in company currency
        :param comment: the reason; required if the amount changes
        """
        unknown = sorted(set(values) - set(CHANGEABLE))
        if unknown:
            raise UserError(self.env._("Finance cannot change: %s.", ", ".join(unknown)))
        self._approve(values, (comment or "").strip())
        return AwardSummary(self).conclude() or True

    def action_approve_within_budget(self, way, percent=0):
        """Grant the awards that fit into the budgets.

        :param way: one of ``WAYS``
        :param percent: for the way ``cut``: what is taken off every amount
        :return: a notice of the granted and the remaining awards
        """
        self._claim("proposed")
        self._check_decider()
        check = AwardBudgetCheck(self)
        fitting = check.get_fitting(way, percent)
        if not fitting:
            raise UserError(self.env._("The budget has nothing left for any of these awards. Refuse them."))
        cuts = check.get_cuts(fitting)
        self.browse(award.id for award in fitting)._approve({}, check.get_comment(way, percent, cuts), cuts)
        return AwardSummary(self).conclude() or True

    def _approve(self, changes, comment, amounts=None):
        """Approve the awards, and post or promise them.

        :param changes: the changes by Finance, for all awards
        :param amounts: ``{award: amount}`` for awards with another amount than proposed
        """
        self._claim("proposed")
        self._check_decider()
        values = AwardApproval(self, changes, comment, amounts).get_values()
        AwardBudgetCheck(self).check({award: values[award]["estimated_cost"] for award in self})
        decision = self._prepare_decision(comment)
        for vals, awards in group_by_values(values):
            awards._write_protected({**decision, **vals})
        self._log_each({award: get_approved_text(award) for award in self})
        self.evaluation_id._notify_finance()
        AwardNotices(self).update_deliveries()
        self.filtered(lambda award: award.state == "approved")._post_or_queue()

    def _prepare_decision(self, comment):
        return {"decided_by_id": self.env.uid, "decided_on": fields.Datetime.now(), "comment": comment}

    def action_refuse(self, comment):
        """Refuse the awards.

        :param comment: the reason, for the users who evaluated
        """
        if not (comment or "").strip():
            raise UserError(self.env._("Say why you refuse, so that the evaluators know."))
        self._claim("proposed")
        self._check_decider()
        self._write_protected({**self._prepare_decision(comment.strip()), "state": "refused"})
        self._log_each({award: self.env._("Refused: %s", comment.strip()) for award in self})
        self.evaluation_id._notify_finance()
        return AwardSummary(self).conclude() or True

    def _claim(self, *states):
        """Check that the user may read these awards, that no other user decides on them, and that they are due."""
        self.check_access("read")
        foreign = self.company_id - self.env.companies
        if foreign:
            raise AccessError(
                self.env._("Switch to company %(company)s first.", company=", ".join(foreign.mapped("name")))
            )
        # Always lock in this order: two users who decide on different awards of one evaluation meet at the evaluation.
        self.evaluation_id._lock_for_awards()
        self._lock()
        for award in self:
            if award.state not in states:
                raise UserError(award._get_wrong_state_message())

    def _get_wrong_state_message(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Award %(name)s of %(customer)s is %(state)s, so this cannot be done. Reload the page.",
            name=self.name,
            customer=self.partner_name,
            state=states[self.state],
        )

    def _check_decider(self):
        """Check that the user is of Finance and was not involved. Superuser mode does not bypass the check."""
        AwardDeciders(self).check_user()

    def _may_decide(self):
        """Return whether the user is of Finance and was not involved in any of these awards."""
        return AwardDeciders(self).may_decide()

    def _get_involved_users(self):
        """Return the users who proposed these awards, or changed the tiers that they come from."""
        return self.proposed_by_id | self.line_id.override_user_id

    # -------------------------------------------------------------------------
    # Posting approved credit limits on the customers
    # -------------------------------------------------------------------------

    def _post_or_queue(self):
        """Post now, or in the background if there is more than one batch."""
        if len(self) <= self._posting_batch_size:
            self._post()
        else:
            self.env.ref("key_account_mgmt.ir_cron_key_account_post_awards")._trigger()

    def _post(self):
        """Post those of these awards that no other transaction has posted."""
        AwardPosting(self).post()

    def _take(self, state, new_state):
        """Move rows from one state to the next; of two concurrent transactions, one gets them.

        :return: those of these awards that were in ``state``
        """
        self.flush_recordset()
        taken = self.env.execute_query(
            SQL(
                "UPDATE key_account_award SET state = %s WHERE id IN %s AND state = %s RETURNING id",
                new_state,
                tuple(self.ids or [0]),
                state,
            )
        )
        self.invalidate_recordset()
        awards = self.browse(sorted(award_id for (award_id,) in taken))
        # The cost depends on the state.
        self.env.add_to_compute(self._fields["cost"], awards)
        if new_state in ENDED_STATES:
            awards._write_protected({"ended_on": fields.Datetime.now()})
        return awards

    @api.model
    def _cron_post(self):
        """Post the waiting awards, batch by batch, each with a commit."""
        while ids := self._get_waiting_ids(self._posting_batch_size):
            AwardPosting(self.browse(ids)).post_batch()
            left = bool(self._get_waiting_ids(1))
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=int(left)):
                return

    @api.model
    def _get_waiting_ids(self, limit):
        domain = [("kind", "=", "credit"), ("state", "=", "approved"), ("problem", "=", False)]
        return self.search(domain, limit=limit, order="id").ids

    def action_post(self):
        """Retry to post awards that could not be posted."""
        self._claim("approved")
        self._check_decider()
        self._write_protected({"problem": False})
        self._post_or_queue()
        return True

    # -------------------------------------------------------------------------
    # Delivery, revert and expiry
    # -------------------------------------------------------------------------

    def action_deliver(self, cost=None, comment=False, attachment_ids=()):
        """Record the delivery of promised awards.

        :param cost: the actual cost, in company currency; None: as estimated
        :param attachment_ids: proofs that the user uploaded, for the chatter
        """
        self._claim("promised")
        AwardDelivery(self).record(cost, comment, attachment_ids)
        AwardNotices(self).end()
        return True

    def action_revert(self):
        """Take awards back: a posted limit becomes what it was before, unless it was changed since."""
        self._claim(*OPEN_STATES, "posted")
        self._check_decider()
        self._take_back()
        self.evaluation_id._notify_finance()
        return True

    def _take_back(self):
        """Take back all awards that are not delivered or ended; the caller checks the rights."""
        AwardEnding(self).take_back()

    @api.model
    def _cron_expire(self):
        """End temporary limits and promises after their last day, batch by batch, each with a commit."""
        today = fields.Date.context_today(self)
        for state, name, expire in (
            ("posted", "valid_until", "expire_limits"),
            ("promised", "expiry_date", "expire_promises"),
        ):
            domain = [("state", "=", state), (name, "<", today)]
            while awards := self.search(domain, limit=self._posting_batch_size, order="id"):
                getattr(AwardEnding(awards), expire)()
                left = self.search_count(domain, limit=1)
                if not self.env["ir.cron"]._commit_progress(len(awards), remaining=left):
                    return

    # -------------------------------------------------------------------------
    # Dialogs and related records
    # -------------------------------------------------------------------------

    def action_open_refusal(self):
        """Ask for the comment that a refusal requires."""
        return self._get_wizard_action("key.account.award.refusal", self.env._("Refuse"))

    def action_open_change(self):
        """Ask for the changes to the proposal."""
        return self._get_wizard_action("key.account.award.change", self.env._("Approve with Changes"))

    def action_open_budget(self):
        """Show what each award would get within the budgets, by rank or cut by a share, and ask which way to grant."""
        self._claim("proposed")
        self._check_decider()
        return self._get_budget_action(False)

    def _get_budget_action(self, done_text):
        """Return the dialog.

        :param done_text: what has been granted before the dialog opens
        """
        action = self._get_wizard_action("key.account.award.budget", self.env._("Grant within Budget"))
        return {**action, "context": {**action["context"], "default_done_text": done_text}}

    def action_open_delivery(self):
        """Ask for cost and proof."""
        return self._get_wizard_action("key.account.award.delivery", self.env._("Deliver"))

    def _get_wizard_action(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_award_ids": self.ids},
        }

    def action_open_evaluation(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.evaluation",
            "res_id": self.evaluation_id.id,
            "views": [(False, "form")],
        }

    def action_open_ledger(self):
        """Open all changes of the limit of this customer."""
        self.ensure_one()
        return self._get_customer()._get_key_account_ledger_action(self.company_id)
