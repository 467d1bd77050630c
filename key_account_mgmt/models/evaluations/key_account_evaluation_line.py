from odoo import api, fields, models
from odoo.exceptions import UserError

from .key_account_evaluation_record import get_movement

MOVEMENTS = [
    ("new", "New"),
    ("up", "Up"),
    ("same", "Unchanged"),
    ("down", "Down"),
    ("lost", "Lost"),
    ("none", "No Tier"),
]
OVERRIDE_FIELDS = {"override_tier_id", "override_reason"}


class KeyAccountEvaluationLine(models.Model):
    """One customer's frozen result: facts, points, rank, decision, explanation."""

    _name = "key.account.evaluation.line"
    _description = "Key Account Evaluation Line"
    _inherit = ["key.account.run.totals.mixin"]
    _run_fields = ("evaluation_id",)
    _order = "evaluation_id desc, rank, id"
    _rec_name = "partner_name"
    # Lines are made by the thousand and never edited but by an override, which says itself who and when; four columns
    # and two foreign keys less make a big evaluation a tenth faster.
    _log_access = False

    evaluation_id = fields.Many2one("key.account.evaluation", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_tier_ids = fields.Many2many(related="evaluation_id.ruleset_id.tier_ids", string="Tiers of the Rule Set")
    state = fields.Selection(related="evaluation_id.state", string="State of the Evaluation")
    date_from = fields.Date(related="evaluation_id.date_from")
    date_to = fields.Date(related="evaluation_id.date_to")
    partner_id = fields.Many2one("res.partner", string="Customer", index=True, readonly=True, ondelete="set null")
    partner_name = fields.Char("Customer Name", readonly=True, help="As it was when the evaluation was computed.")
    in_population = fields.Boolean(
        default=True, readonly=True, help="Off: holds a tier but had no business in the period."
    )
    facts = fields.Json(readonly=True)
    points = fields.Json(readonly=True, help="Points by the key of the criterion.")
    reasons = fields.Json("Reason Codes", readonly=True)
    decided = fields.Boolean(readonly=True)
    revenue = fields.Monetary(readonly=True, aggregator="sum")
    score = fields.Float(digits=(16, 6), readonly=True, aggregator="avg")
    rank = fields.Integer(readonly=True, aggregator=None)
    rank_pct = fields.Float("Rank %", digits=(9, 6), readonly=True, aggregator=None)
    cumulative_share_pct = fields.Float("Cumulative Share %", digits=(9, 6), readonly=True, aggregator=None)
    vetoed = fields.Boolean(readonly=True)
    has_missing = fields.Boolean("Missing Values", readonly=True, help="The rules asked for a value that is unknown.")
    computed_tier_id = fields.Many2one(
        "key.account.tier", readonly=True, ondelete="restrict", help="The tier that the rules give."
    )
    override_tier_id = fields.Many2one(
        "key.account.tier",
        string="Override",
        ondelete="restrict",
        domain="[('id', 'in', ruleset_tier_ids)]",
        help="The tier that a manager gives instead, with a reason.",
    )
    override_reason = fields.Char("Reason of the Override")
    override_user_id = fields.Many2one("res.users", "Overridden by", readonly=True, ondelete="restrict")
    override_date = fields.Datetime("Overridden on", readonly=True)
    tier_id = fields.Many2one(
        "key.account.tier", readonly=True, index=True, ondelete="restrict", group_expand="_group_expand_tiers"
    )
    tier_color = fields.Integer("Color of the Tier", related="tier_id.color")
    previous_tier_id = fields.Many2one("key.account.tier", "Tier Before", readonly=True, ondelete="restrict")
    previous_tier_color = fields.Integer("Color of the Tier Before", related="previous_tier_id.color")
    movement = fields.Selection(MOVEMENTS, readonly=True)
    outcome = fields.Selection(
        [("applied", "Applied"), ("skipped", "Left Alone"), ("reverted", "Reverted")],
        readonly=True,
        help="What applying or reverting did with this line.",
    )
    outcome_note = fields.Char("Note", readonly=True)
    replaced_tier_id = fields.Many2one(
        "key.account.tier", readonly=True, ondelete="restrict", help="The customer's tier just before applying."
    )
    replaced_tier_date = fields.Date(readonly=True)
    replaced_evaluation_id = fields.Many2one("key.account.evaluation", readonly=True, ondelete="set null")

    # Batches go through the lines of one evaluation by their ids.
    _batches = models.Index("(evaluation_id, id)")

    @api.model
    def _group_expand_tiers(self, tiers, domain):
        return tiers

    # -------------------------------------------------------------------------
    # Frozen, but for the override
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise UserError(self.env._("Lines are made by computing an evaluation, not by hand."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(self.env._("Lines cannot be deleted one by one. Reset the evaluation to draft instead."))

    def write(self, vals):
        """Only the tier and the reason of an override; whatever else follows from them."""
        if not vals:
            return True
        frozen = set(vals) - OVERRIDE_FIELDS
        if frozen:
            described = self.fields_get(sorted(frozen), ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s of an evaluation line cannot be edited: the line is frozen. Override its tier instead.",
                    fields=", ".join(field["string"] for field in described.values()) or ", ".join(sorted(frozen)),
                )
            )
        self.evaluation_id._check_can_override()
        self.evaluation_id._note_tier_changer()
        before = {line: line.tier_id for line in self}
        for lines, values in self._get_override_batches(vals):
            super(KeyAccountEvaluationLine, lines).write(values)
        self._grant_anew(before)
        self._log_overrides(before)
        return True

    def _get_override_batches(self, vals):
        """Lines with the values that they get; those that end alike together."""
        ranks = {tier.id: tier.rank for tier in self.evaluation_id.ruleset_id.tier_ids | self.previous_tier_id}
        batches = {}
        for line in self:
            values = line._get_override_values(vals, ranks)
            batches.setdefault(tuple(values.items()), []).append(line.id)
        return [(self.browse(line_ids), dict(items)) for items, line_ids in batches.items()]

    def _get_override_values(self, vals, ranks):
        """What an override changes on one line; an empty tier takes the override back."""
        tier = (
            self.env["key.account.tier"].browse(vals["override_tier_id"] or [])
            if "override_tier_id" in vals
            else self.override_tier_id
        )
        reason = (vals.get("override_reason", self.override_reason) or "").strip()
        self._check_override(tier, reason)
        final = tier or self.computed_tier_id
        return {
            "override_tier_id": tier.id,
            "override_reason": reason if tier else False,
            "override_user_id": self.env.uid if tier else False,
            "override_date": self.env.cr.now().replace(microsecond=0) if tier else False,
            "tier_id": final.id,
            "movement": get_movement(ranks.get(self.previous_tier_id.id), ranks.get(final.id)),
        }

    def _check_override(self, tier, reason):
        allowed = self.evaluation_id.ruleset_id.tier_ids
        if tier and tier not in allowed:
            raise UserError(
                self.env._(
                    "Rule set “%(ruleset)s” does not have that tier. Choose one of: %(tiers)s.",
                    ruleset=self.evaluation_id.ruleset_id.display_name,
                    tiers=", ".join(allowed.mapped("name")),
                )
            )
        if tier and not reason:
            raise UserError(
                self.env._("Give a reason for overriding the tier of %(customer)s.", customer=self.partner_name)
            )

    def _grant_anew(self, before):
        """What was granted was granted for the tier of before."""
        changed = self.filtered(lambda line: line.tier_id != before[line])
        for evaluation, lines in changed.grouped("evaluation_id").items():
            evaluation._grant_anew(lines)

    def _log_overrides(self, before):
        for evaluation, lines in self.grouped("evaluation_id").items():
            sentences = [line._get_override_sentence(before[line]) for line in lines]
            evaluation._message_log(body=evaluation._get_list_html(sentences))

    def _get_override_sentence(self, tier_before):
        nothing = self.env._("no tier")
        values = {
            "customer": self.partner_name,
            "before": tier_before.name or nothing,
            "after": self.tier_id.name or nothing,
        }
        if not self.override_tier_id:
            return self.env._("%(customer)s: override taken back, %(before)s → %(after)s", **values)
        return self.env._(
            "%(customer)s: overridden, %(before)s → %(after)s, because: %(reason)s",
            reason=self.override_reason,
            **values,
        )
