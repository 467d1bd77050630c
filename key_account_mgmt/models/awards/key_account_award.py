from odoo import api, fields, models

AWARD_KINDS = [
    ("credit", "Credit Limit"),
    ("bonus", "Bonus"),
    ("equipment", "Equipment"),
    ("training", "Training"),
    ("payment_term", "Payment Terms"),
    ("priority_delivery", "Priority Delivery"),
    ("free", "Other"),
]
AWARD_STATES = [
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("posted", "Posted"),
    ("promised", "Promised"),
    ("delivered", "Delivered"),
    ("refused", "Refused"),
    ("reverted", "Reverted"),
    ("expired", "Expired"),
]
# What an award costs counts against budgets from its approval on, until it turns out that nobody gets it.
COMMITTED_STATES = ("approved", "posted", "promised", "delivered")
# What finance granted, and reverting takes back; what is delivered stays delivered.
GRANTED_STATES = ("approved", "posted", "promised")
# What was granted and is over: until when it counted, ``ended_on`` says.
ENDED_STATES = ("reverted", "expired")


class KeyAccountAward(models.Model):
    """What an applied line of an evaluation grants: a credit limit, or something that somebody has to deliver.

    It is made by applying, decided by finance, and changes by its buttons only.
    """

    _name = "key.account.award"
    _description = "Key Account Award"
    _inherit = [
        "key.account.frozen.mixin",
        "key.account.internal.thread",
        "mail.activity.mixin",
        "key.account.credit.off.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"

    name = fields.Char("Award Number", required=True, readonly=True)
    kind = fields.Selection(AWARD_KINDS, required=True, readonly=True)
    # A customer may be deleted, and merged with another; what was decided stays.
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
    rule_key = fields.Char("Key of the Rule", required=True, readonly=True)
    rule_name = fields.Char("Rule", readonly=True)
    had_limit = fields.Boolean("Had a Limit", readonly=True)
    limit_before = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="The limit when the evaluation was computed. Posting keeps the one of then.",
    )
    # Limits do not add up, least of all those of one customer in several evaluations; what rewards cost does.
    proposed = fields.Monetary(
        readonly=True, aggregator=None, help="By the rule: the new limit, or what the reward is worth."
    )
    approved_amount = fields.Monetary(readonly=True, aggregator=None)
    reason = fields.Text(readonly=True)
    estimated_cost = fields.Monetary(readonly=True)
    actual_cost = fields.Monetary(readonly=True)
    cost = fields.Monetary(
        "Cost Against the Budget",
        compute="_compute_cost",
        store=True,
        help="The actual cost of what is delivered, the estimated cost of what is proposed or promised.",
    )
    valid_until = fields.Date(readonly=True, help="The last day of a temporary limit. The old limit comes back after.")
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
    note = fields.Text(readonly=True, help="What became of it, where that is not what was expected.")
    problem = fields.Text(readonly=True, help="Why the limit could not be posted.")
    is_granted = fields.Boolean(
        compute="_compute_is_granted", help="Finance granted it, and taking it back takes something from the customer."
    )
    entry_ids = fields.One2many("key.account.credit.entry", "award_id", "Ledger", readonly=True)

    # Applying a line makes each of its awards once.
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
    def _get_frozen_message(self, action):
        if action == "create":
            return self.env._("Awards are not made by hand or by import: applying an evaluation makes them.")
        if action == "unlink":
            return self.env._("Awards are kept for good: they are the record of who granted what. Revert them instead.")
        if action == "copy":
            return self.env._("An award cannot be copied: applying an evaluation makes awards.")
        return self.env._("An award cannot be edited: it is the record of what was granted. Use its buttons.")

    def _get_customer(self):
        """Who has the award now: contacts are merged, and become contacts of others."""
        return self.partner_id.commercial_partner_id

    def _log_each(self, bodies):
        """A note in the chatter of each award: ``{award: text}``, in one statement."""
        # sudo: as the model has it, nobody has the right to write awards, not even their log
        awards = self.sudo()
        awards._message_log_batch({award.id: bodies[award] for award in self})

    def _get_wrong_state_message(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Award %(name)s of %(customer)s is %(state)s, so this cannot be done. Reload the page.",
            name=self.name,
            customer=self.partner_name,
            state=states[self.state],
        )

    # -------------------------------------------------------------------------
    # What belongs to it
    # -------------------------------------------------------------------------

    def action_open_evaluation(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.evaluation",
            "res_id": self.evaluation_id.id,
            "views": [(False, "form")],
        }

    def action_open_ledger(self):
        """All changes of the limit of this customer."""
        self.ensure_one()
        return self._get_customer()._get_key_account_ledger_action(self.company_id)
