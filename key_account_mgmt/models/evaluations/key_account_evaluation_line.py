from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rulesets.grant_vocabulary import GRANT_KINDS
from .evaluation_claim import EvaluationClaim
from .evaluation_review import EvaluationReview
from .evaluation_run import MOVEMENTS, get_movement
from .evaluation_scorecard import Scorecard
from .evaluation_summary import get_list_html

CREDIT_CHANGES = [("first", "First Limit"), ("raise", "Raised"), ("lower", "Lowered")]
OVERRIDE_FIELDS = {"override_tier_id", "override_reason"}
FROZEN_DIMENSION = "As it was when the evaluation was computed."


class KeyAccountEvaluationLine(models.Model):
    """One customer's frozen result: facts, points, rank, decision, explanation."""

    _name = "key.account.evaluation.line"
    _description = "Key Account Evaluation Line"
    _inherit = ["key.account.run.totals.mixin"]
    _run_fields = ("evaluation_id",)
    _order = "evaluation_id desc, rank, id"
    _rec_name = "partner_name"
    # Lines are created by the thousand and edited only by overrides, which record user and date themselves. Four
    # columns and two foreign keys less make a big evaluation a tenth faster.
    _log_access = False

    evaluation_id = fields.Many2one("key.account.evaluation", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_tier_ids = fields.Many2many(related="evaluation_id.ruleset_id.tier_ids", string="Tiers of the Rule Set")
    state = fields.Selection(related="evaluation_id.state", string="State of the Evaluation")
    date_from = fields.Date(related="evaluation_id.date_from")
    date_to = fields.Date(related="evaluation_id.date_to")
    partner_id = fields.Many2one("res.partner", string="Customer", index=True, readonly=True, ondelete="set null")
    partner_name = fields.Char("Customer Name", readonly=True, help=FROZEN_DIMENSION)
    # Who served the customer and where it stood when the evaluation was computed, to compare results by them later.
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, ondelete="set null", help=FROZEN_DIMENSION)
    team_id = fields.Many2one(
        "crm.team", "Sales Team", readonly=True, ondelete="set null", help="Team of the salesperson at that moment."
    )
    country_id = fields.Many2one("res.country", readonly=True, ondelete="set null", help=FROZEN_DIMENSION)
    industry_id = fields.Many2one("res.partner.industry", readonly=True, ondelete="set null", help=FROZEN_DIMENSION)
    in_population = fields.Boolean(
        default=True, readonly=True, help="Off: the customer has a tier but had no business in the period."
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
    has_missing = fields.Boolean("Missing Values", readonly=True, help="The rules use a value that is unknown.")
    computed_tier_id = fields.Many2one(
        "key.account.tier", readonly=True, ondelete="restrict", help="The tier that the rules give."
    )
    override_tier_id = fields.Many2one(
        "key.account.tier",
        string="Override",
        ondelete="restrict",
        domain="[('id', 'in', ruleset_tier_ids)]",
        help="The tier that a manager gives instead of the computed one, with a reason.",
    )
    override_reason = fields.Char()
    override_user_id = fields.Many2one("res.users", "Overridden by", readonly=True, ondelete="restrict")
    override_date = fields.Datetime("Overridden on", readonly=True)
    tier_id = fields.Many2one(
        "key.account.tier", readonly=True, index=True, ondelete="restrict", group_expand="_group_expand_tiers"
    )
    tier_color = fields.Integer("Tier Color", related="tier_id.color")
    previous_tier_id = fields.Many2one("key.account.tier", readonly=True, ondelete="restrict")
    previous_tier_color = fields.Integer("Color of the Previous Tier", related="previous_tier_id.color")
    movement = fields.Selection(MOVEMENTS, readonly=True)
    outcome = fields.Selection(
        [("applied", "Applied"), ("skipped", "No Change"), ("reverted", "Reverted")],
        readonly=True,
        help="Result of applying or reverting this line.",
    )
    outcome_note = fields.Char("Note", readonly=True)
    replaced_tier_id = fields.Many2one(
        "key.account.tier", readonly=True, ondelete="restrict", help="The customer's tier just before applying."
    )
    replaced_tier_date = fields.Date(readonly=True)
    replaced_evaluation_id = fields.Many2one("key.account.evaluation", readonly=True, ondelete="set null")
    replaced_benefits = fields.Json(
        readonly=True,
        help="Payment terms and pricelist changed by applying the evaluation: the values before and after.",
    )
    in_force = fields.Boolean(
        compute="_compute_in_force",
        search="_search_in_force",
        help="The customer has its tier from this line: the line was applied and has not been reverted or replaced"
        " since, by a later evaluation or by hand.",
    )
    # What the customer is granted: proposed when the line is decided, and frozen with it.
    grants = fields.Json(readonly=True, help="The proposed credit limit and rewards, with their reasons.")
    credit_change = fields.Selection(
        CREDIT_CHANGES, readonly=True, help="Change of the credit limit. Empty: no change."
    )
    credit_limit_before = fields.Monetary("Previous Credit Limit", readonly=True, aggregator="sum")
    credit_limit_proposed = fields.Monetary("Proposed Credit Limit", readonly=True, aggregator="sum")
    fit = fields.Json(readonly=True, help="The industry, the matching rows of the profile and what was unknown.")
    scorecard_html = fields.Html("Scorecard", compute="_compute_scorecard_html", sanitize=False)
    reason_text = fields.Char("Reasons", compute="_compute_reason_text", help="The reasons for the tier, as text.")

    # Batches read the lines of one evaluation by their ids.
    _batches = models.Index("(evaluation_id, id)")

    @api.model
    def _group_expand_tiers(self, tiers, domain):
        return tiers

    # -------------------------------------------------------------------------
    # Frozen, except for the override
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise UserError(self.env._("Lines cannot be created by hand: computing an evaluation creates them."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(self.env._("Lines cannot be deleted one by one. Reset the evaluation to draft instead."))

    def write(self, vals):
        """Write the tier and the reason of an override, the only writable fields; the other values follow from them."""
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
        EvaluationClaim(self.evaluation_id).take_for_override()
        EvaluationReview(self.evaluation_id).note_tier_changer()
        before = {line: line.tier_id for line in self}
        for lines, values in self._get_override_batches(vals):
            super(KeyAccountEvaluationLine, lines).write(values)
        self._grant_anew(before)
        self._log_overrides(before)
        return True

    def _get_override_batches(self, vals):
        """Return lines with their new values, grouped by equal values."""
        ranks = {tier.id: tier.rank for tier in self.evaluation_id.ruleset_id.tier_ids | self.previous_tier_id}
        batches = {}
        for line in self:
            values = line._get_override_values(vals, ranks)
            batches.setdefault(tuple(values.items()), []).append(line.id)
        return [(self.browse(line_ids), dict(items)) for items, line_ids in batches.items()]

    def _get_override_values(self, vals, ranks):
        """Return the values that an override changes on one line; an empty tier removes the override."""
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
        """Grants depend on the tier: recompute them for lines whose tier changed."""
        changed = self.filtered(lambda line: line.tier_id != before[line])
        for evaluation, lines in changed.grouped("evaluation_id").items():
            evaluation._grant_anew(lines)

    def _log_overrides(self, before):
        for evaluation, lines in self.grouped("evaluation_id").items():
            sentences = [line._get_override_sentence(before[line]) for line in lines]
            evaluation._message_log(body=get_list_html(sentences))

    def _get_override_sentence(self, tier_before):
        nothing = self.env._("no tier")
        values = {
            "customer": self.partner_name,
            "before": tier_before.name or nothing,
            "after": self.tier_id.name or nothing,
        }
        if not self.override_tier_id:
            return self.env._("%(customer)s: override removed, %(before)s → %(after)s", **values)
        return self.env._(
            "%(customer)s: overridden, %(before)s → %(after)s, because: %(reason)s",
            reason=self.override_reason,
            **values,
        )

    # -------------------------------------------------------------------------
    # Which lines still count
    # -------------------------------------------------------------------------

    @api.depends(
        "outcome",
        "tier_id",
        "partner_id.commercial_partner_id.key_account_evaluation_id",
        "partner_id.commercial_partner_id.key_account_tier_id",
    )
    def _compute_in_force(self):
        for company, lines in self.grouped("company_id").items():
            for line in lines:
                # sudo: only whether the customer's tier comes from this evaluation is read
                customer = line.sudo().partner_id.commercial_partner_id.with_company(company)
                holds = customer.key_account_evaluation_id == line.evaluation_id
                line.in_force = line.outcome == "applied" and holds and customer.key_account_tier_id == line.tier_id

    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["res.partner"].flush_model()
        self.flush_model(["outcome", "tier_id"])
        holding = SQL(
            """(
            SELECT line.id
              FROM key_account_evaluation_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_partner customer ON customer.id = partner.commercial_partner_id
             WHERE line.outcome = 'applied'
               AND customer.key_account_evaluation_id->>line.company_id::text = line.evaluation_id::text
               AND customer.key_account_tier_id->>line.company_id::text IS NOT DISTINCT FROM line.tier_id::text
            )"""
        )
        return Domain("id", "in", holding)

    # -------------------------------------------------------------------------
    # Why, in the reader's language
    # -------------------------------------------------------------------------

    @api.depends("reasons", "evaluation_id.policy", "override_tier_id", "override_reason")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for lines in self.grouped("evaluation_id").values():
            labels = lines._get_explainer_labels()
            for line in lines:
                line.reason_text = " ".join(line._get_reason_sentences(labels))

    def _get_explainer_labels(self, metric_codes=()):
        """Return the names that sentences about these lines use, looked up once for all lines of an evaluation."""
        return self.env["key.account.explainer"]._get_labels(self.evaluation_id.policy or {}, metric_codes)

    def _get_reason_sentences(self, labels):
        """Return the reasons for the tier."""
        sentences = []
        if not self.in_population:
            sentences.append(self.env._("No business in the period, so the tier is not kept."))
        elif self.evaluation_id.policy:
            explainer = self.env["key.account.explainer"]
            sentences += explainer._get_reason_sentences(
                self.evaluation_id.policy, self.reasons or [], self.currency_id, labels
            )
        # As saved: an override that is still being typed has no user and no reason yet.
        saved = self._origin
        if saved.override_tier_id:
            sentences.append(
                self.env._(
                    "Overridden by %(user)s: %(reason)s", user=saved.override_user_id.name, reason=saved.override_reason
                )
            )
        tables = (self.evaluation_id.policy or {}).get("tables", [])
        if saved.override_tier_id and not self.in_population and any(table["kind"] in GRANT_KINDS for table in tables):
            sentences.append(self.env._("Without figures of the period no credit limit or reward is proposed."))
        return sentences

    def _get_grant_sentences(self, grant, labels):
        return self.env["key.account.explainer"]._get_reason_sentences(
            self.evaluation_id.policy, grant["reasons"], self.currency_id, labels
        )

    @api.depends(
        "facts",
        "points",
        "reasons",
        "grants",
        "tier_id",
        "override_tier_id",
        "override_reason",
        "outcome",
        "replaced_benefits",
    )
    @api.depends_context("lang")
    def _compute_scorecard_html(self):
        # As saved: an override that is still being typed belongs to a line without an id.
        previous = self._origin._get_previous_lines()
        for line in self:
            values = line._get_scorecard_values(previous[line._origin])
            line.scorecard_html = self.env["ir.qweb"]._render("key_account_mgmt.evaluation_scorecard", values)

    def _get_previous_lines(self):
        """Return ``{line: line of the same customer in the last applied evaluation of an earlier period}``."""
        applied = self.search_fetch(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("outcome", "=", "applied"),
            ],
            ["partner_id", "company_id", "evaluation_id"],
        )
        # Not the policies of all of them, which are large.
        applied.evaluation_id.fetch(["date_to", "name"])
        ordered = applied.sorted(lambda line: (line.evaluation_id.date_to, line.evaluation_id.id), reverse=True)
        by_customer = ordered.grouped(lambda line: (line.partner_id, line.company_id))
        return {line: line._get_last_before(by_customer) for line in self}

    def _get_last_before(self, by_customer):
        """Return the line before this one.

        :param by_customer: lines by customer and company, the last period first
        """
        lines = by_customer.get((self.partner_id, self.company_id), self.browse())
        return lines.filtered(lambda line: line.evaluation_id.date_to < self.evaluation_id.date_to)[:1]

    def _get_scorecard_values(self, previous=()):
        """Return the values of the scorecard's template: all its parts. Extend it to show more.

        :param previous: the customer's line of an earlier period, if any
        """
        card = Scorecard(self)
        return {
            "line": self,
            **card.get_points(),
            "comparison": card.get_comparison(previous),
            "reasons": self._get_reason_sentences(card.labels),
            **card.get_grants(),
            "value_type": self._get_value_type_values(card.labels),
            "benefits": card.get_benefits(),
            "facts": card.get_facts(),
            "fit": card.get_fit(),
        }

    def _get_value_type_values(self, labels):
        """Return the scorecard's values of a suggested value type. Hook of the room of value types; empty here.

        :param labels: as returned by ``_get_explainer_labels``
        """
        return {}

    # -------------------------------------------------------------------------
    # On to the customer
    # -------------------------------------------------------------------------

    def action_open_customer(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).get_formview_action()

    def action_open_results(self):
        """Open all results of the customer, the last one first."""
        self.ensure_one()
        return self.partner_id.with_company(self.company_id).action_open_key_account_lines()
