import base64
import json

from odoo import api, fields, models
from odoo.fields import Domain

from .kinds.rule_kinds import RULE_KINDS
from .ruleset_weights import format_perspective_weights, get_weights_warning
from .shipped_rows import SHIPPED_VALUE_TYPES, SHIPPED_VETOES


class KeyAccountRuleset(models.Model):
    """One version of all rules of a company: criteria, tiers, rule tables. Immutable once active."""

    _name = "key.account.ruleset"
    _description = "Key Account Rule Set"
    _inherit = [
        "key.account.metric.user.mixin",
        "key.account.company.mixin",
        "key.account.ruleset.lifecycle",
        "key.account.ruleset.policy",
        "key.account.credit.off.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "company_id, version desc, id desc"
    _parent_name = "previous_version_id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    description = fields.Text(translate=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    version = fields.Integer(default=1, readonly=True, copy=False)
    previous_version_id = fields.Many2one("key.account.ruleset", readonly=True, copy=False, index=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    date_from = fields.Date("Active Since", readonly=True, copy=False)
    date_to = fields.Date("Active Until", readonly=True, copy=False)
    tier_ids = fields.Many2many(
        "key.account.tier",
        string="Tiers",
        default=lambda self: self.env["key.account.tier"].search([("company_id", "=", False)]),
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
    )
    # Archived rows stay visible in grey, and are left out of the policy.
    criterion_ids = fields.One2many(
        "key.account.criterion", "ruleset_id", string="Criteria", copy=True, context={"active_test": False}
    )
    rule_ids = fields.One2many(
        "key.account.rule", "ruleset_id", string="Rules", copy=True, context={"active_test": False}
    )
    tier_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Tier Rules",
        domain=[("kind", "=", "tier")],
        context={"active_test": False, "default_kind": "tier"},
        copy=False,
    )
    veto_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Vetoes",
        domain=[("kind", "=", "veto")],
        context={"active_test": False, "default_kind": "veto"},
        copy=False,
    )
    cap_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Discount Caps",
        domain=[("kind", "=", "discount_cap")],
        context={"active_test": False, "default_kind": "discount_cap"},
        copy=False,
    )
    discount_reference = fields.Selection(
        [("list_price", "List Price"), ("pricelist", "Customer's Pricelist")],
        string="Discounts Are Measured Against",
        required=True,
        default="list_price",
        help="List Price: the price of the product without any pricelist. Customer's Pricelist: the price by the"
        " pricelist set on the customer; salespeople can then no longer change that pricelist.",
    )
    credit_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Credit Limits",
        domain=[("kind", "=", "credit_limit")],
        context={"active_test": False, "default_kind": "credit_limit"},
        copy=False,
    )
    reward_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Rewards",
        domain=[("kind", "=", "reward")],
        context={"active_test": False, "default_kind": "reward"},
        copy=False,
    )
    value_type_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Value Types",
        domain=[("kind", "=", "value_type")],
        context={"active_test": False, "default_kind": "value_type"},
        copy=False,
    )
    benefit_ids = fields.One2many("key.account.tier.benefit", "ruleset_id", string="Benefits of Tiers", copy=True)
    max_points_total = fields.Float(
        "Maximum Points in Total",
        digits=False,
        min_display_digits=1,
        compute="_compute_max_points_total",
        help="Of all active criteria.",
    )
    weights_total = fields.Float(
        "Weights Add Up To",
        digits=False,
        min_display_digits=1,
        help="The required sum of the maximum points of all active criteria. With another sum, the rule set cannot"
        " be activated. 0: any sum is allowed.",
    )
    weights_warning = fields.Char(compute="_compute_weights_warning")
    perspective_weights = fields.Char("By Perspective", compute="_compute_perspective_weights")
    summary = fields.Char(compute="_compute_summary")
    findings_html = fields.Html("Findings", compute="_compute_findings_html", sanitize=False)
    off_text = fields.Text(
        "Switched Off", compute="_compute_off_text", help="Parts that the rules use, and that the settings switch off."
    )
    policy = fields.Json(readonly=True, copy=False, help="The rules as they were activated.")
    policy_hash = fields.Char(
        "Fingerprint", readonly=True, copy=False, help="Rule sets with the same fingerprint have the same rules."
    )
    export_file = fields.Binary(compute="_compute_export_file")
    active = fields.Boolean(default=True)

    _one_active_per_company = models.UniqueIndex(
        "(company_id) WHERE state = 'active'",
        "This company has an active rule set already. Retire it first.",
    )

    @api.depends("name", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for ruleset in self:
            ruleset.display_name = ruleset.name and self.env._(
                "%(name)s (v%(version)s)", name=ruleset.name, version=ruleset.version
            )

    @api.depends("criterion_ids.max_points", "criterion_ids.active")
    def _compute_max_points_total(self):
        for ruleset in self:
            ruleset.max_points_total = sum(ruleset.criterion_ids.filtered("active").mapped("max_points"))

    @api.depends("state", "weights_total", "criterion_ids.max_points", "criterion_ids.active", "criterion_ids.name")
    @api.depends_context("lang")
    def _compute_weights_warning(self):
        for ruleset in self:
            ruleset.weights_warning = ruleset.state == "draft" and get_weights_warning(ruleset)

    @api.depends("criterion_ids.max_points", "criterion_ids.active", "criterion_ids.perspective_id.name")
    @api.depends_context("lang")
    def _compute_perspective_weights(self):
        for ruleset in self:
            ruleset.perspective_weights = format_perspective_weights(ruleset)

    @api.depends(
        lambda _self: [
            "tier_ids",
            "criterion_ids.active",
            *dict.fromkeys(f"{kind.rows}.active" for kind in RULE_KINDS.values()),
        ]
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for ruleset in self:
            ruleset.summary = self.env["key.account.formatter"]._format_list(ruleset._get_summary_parts())

    def _get_summary_parts(self):
        """Return the parts of the rule set, as phrases."""
        tiers, criteria = len(self.tier_ids), len(self.criterion_ids.filtered("active"))
        counts = [kind.get_count_phrase(self.env, len(self._get_active_rules(kind))) for kind in RULE_KINDS.values()]
        return [
            self.env._("1 tier") if tiers == 1 else self.env._("%s tiers", tiers),
            *([self._get_criteria_phrase(criteria)] if criteria else []),
            *filter(None, counts),
        ]

    def _get_criteria_phrase(self, count):
        return self.env._("1 criterion") if count == 1 else self.env._("%s criteria", count)

    def _get_active_rules(self, kind):
        """Return the active rules of a kind, in the order of the screen, also while the user edits them."""
        return self[kind.rows].filtered(lambda rule: rule.active and rule.kind == kind.code)

    def _compute_findings_html(self):
        """Compute the findings against activating a draft. Without dependencies on purpose: it checks saved rows."""
        for ruleset in self:
            saved_draft = ruleset.state == "draft" and isinstance(ruleset.id, int)
            ruleset.findings_html = ruleset._render_findings(*ruleset._get_findings()) if saved_draft else False

    @api.depends_context("lang")
    def _compute_off_text(self):
        """Compute what is switched off of an active rule set; a draft has it among its findings."""
        for ruleset in self:
            sentences = ruleset._get_off_sentences() if ruleset.state == "active" else []
            ruleset.off_text = "\n".join(sentences) or False

    def _compute_export_file(self):
        for ruleset in self:
            content = json.dumps(ruleset._get_export_values(), indent=2, ensure_ascii=False)
            ruleset.export_file = base64.b64encode(content.encode())

    @api.model
    def _get_metric_uses(self, metrics):
        criteria = self.env["key.account.criterion"].search(
            Domain("metric_id", "in", metrics.ids)
            | Domain("target_metric_id", "in", metrics.ids)
            | Domain("offset_metric_id", "in", metrics.ids)
        )
        conditions = self.env["key.account.rule.condition"].search([("metric_id", "in", metrics.ids)])
        rulesets = criteria.ruleset_id | conditions.rule_id.ruleset_id
        return [self.env._("rule set %s", ruleset.name) for ruleset in rulesets]

    @api.model
    def _get_credit_off_fields(self):
        return ("credit_rule_ids",)

    def _grants_credit_limits(self):
        return bool(self.credit_rule_ids)

    # --- Shipped rows ---

    def action_add_vetoes(self):
        """Add the shipped vetoes that these drafts lack, inactive; they cap customers at the lowest tier."""
        SHIPPED_VETOES.add_to(self, active=False)
        return True

    def action_add_value_types(self):
        """Add the shipped rows for value types that these drafts lack, and activate those that they have."""
        SHIPPED_VALUE_TYPES.add_to(self, active=True)
        SHIPPED_VALUE_TYPES.switch_on(self)
        return True
