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
# The cost of an award counts against budgets from its approval on, until it is certain that no customer gets it.
COMMITTED_STATES = ("approved", "posted", "promised", "delivered")
# Awards that Finance granted and that reverting takes back; delivered awards stay delivered.
GRANTED_STATES = ("approved", "posted", "promised")
# Awards that were granted and have ended; ``ended_on`` says until when they counted.
ENDED_STATES = ("reverted", "expired")
# A reward of the kind "credit" only announces more credit; the amount comes from the table of credit limits.
REWARD_KINDS = {kind for kind, _label in AWARD_KINDS} - {"credit"}
# Fields that an award gets after its creation.
LATER_FIELDS = (
    "approved_amount",
    "actual_cost",
    "valid_until",
    "expiry_date",
    "decided_by_id",
    "decided_on",
    "comment",
    "posted_on",
    "delivered_by_id",
    "delivered_on",
    "ended_on",
    "note",
    "problem",
)


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
    ]
    _order = "id desc"

    _mail_post_access = "read"
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
    # Limits do not add up, least of all those of one customer in several evaluations; costs of rewards do.
    proposed = fields.Monetary(
        readonly=True, aggregator=None, help="Given by the rule: the new limit, or the value of the reward."
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

    def _get_wrong_state_message(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Award %(name)s of %(customer)s is %(state)s, so this cannot be done. Reload the page.",
            name=self.name,
            customer=self.partner_name,
            state=states[self.state],
        )

    # -------------------------------------------------------------------------
    # Related records
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
        """Open all changes of the limit of this customer."""
        self.ensure_one()
        return self._get_customer()._get_key_account_ledger_action(self.company_id)

    # -------------------------------------------------------------------------
    # From the lines of an evaluation to awards
    # -------------------------------------------------------------------------

    @api.model
    def _make(self, lines):
        """Create the awards of applied lines of one evaluation, in the transaction that applies them, hence once.

        :param lines: lines with ``grants``, as decided by the core
        """
        evaluation = lines.evaluation_id
        labels = lines._get_explainer_labels()
        granted = [values for line in lines for values in self._prepare_awards(line, labels)]
        first = 1 + self.sudo().search_count([("evaluation_id", "=", evaluation.id)])
        for number, values in enumerate(granted, first):
            values["name"] = f"{evaluation.reference}/{number:04d}"
        # One log entry less per award: the award itself says who proposed it.
        return self.with_context(mail_create_nolog=True)._create_protected(granted)

    @api.model
    def _prepare_awards(self, line, labels):
        """Return the values of all awards of one line.

        :param labels: the names of rules, and of all that the sentences of the reasons mention
        """
        granted = [
            self._prepare_reward(line, reward, labels)
            for reward in line.grants.get("rewards") or []
            if reward["kind"] != "none"
        ]
        if credit := line.grants.get("credit"):
            granted.insert(0, self._prepare_credit(line, credit, labels))
        return granted

    @api.model
    def _prepare_credit(self, line, credit, labels):
        current = credit.get("current")
        return {
            **self._prepare_award(line, credit, labels),
            "kind": "credit",
            "had_limit": current is not None,
            "limit_before": float(current or 0),
            "proposed": float(credit["limit"]),
            "estimated_cost": False,
        }

    @api.model
    def _prepare_reward(self, line, reward, labels):
        amount = float(reward.get("amount") or 0)
        cost = reward.get("cost")
        return {
            **self._prepare_award(line, reward, labels),
            "kind": reward["kind"] if reward["kind"] in REWARD_KINDS else "free",
            "had_limit": False,
            "limit_before": False,
            "rule_name": labels.rules.get(reward["rule"]) or reward["name"],
            "proposed": amount,
            "estimated_cost": amount if cost is None else float(cost),
        }

    @api.model
    def _prepare_award(self, line, grant, labels):
        """Return values for every stored field, so that no default of the context or of a user applies."""
        # sudo: an approved line is applied to its customer, whatever the user's rights on contacts
        customer = line.partner_id.sudo().commercial_partner_id
        return {
            **dict.fromkeys(LATER_FIELDS, False),
            "partner_id": customer.id,
            "partner_name": line.partner_name,
            "company_id": line.company_id.id,
            "evaluation_id": line.evaluation_id.id,
            "line_id": line.id,
            "rule_key": grant["rule"],
            "rule_name": labels.rules.get(grant["rule"]) or grant["rule"],
            "reason": self._get_reason(line, grant, labels),
            "user_id": (customer.user_id or line.evaluation_id.create_uid).id,
            "proposed_by_id": self.env.uid,
            "state": "proposed",
        }

    @api.model
    def _get_reason(self, line, grant, labels):
        """Return the reasons for the award, as sentences; the rule if the core gave no reasons."""
        sentences = self.env["key.account.explainer"]._get_reason_sentences(
            line.evaluation_id.policy, grant.get("reasons") or [], line.currency_id, labels
        )
        rule = labels.rules.get(grant["rule"]) or grant.get("name") or grant["rule"]
        return "\n".join(sentences) or self.env._("Rule “%s”", rule)
