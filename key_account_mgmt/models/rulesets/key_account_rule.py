import uuid

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..shared.optional_float import OptionalFloat
from .key_account_cap_vocabulary import CHOICE_COLUMNS, CUSTOMER_VALUE_TYPES, MODELS, NO_TIER, NO_VALUE_TYPE
from .kinds.rule_kinds import RULE_KINDS, find_kind

CREDIT_FORMULAS = [
    ("fixed", "Fixed Amount"),
    ("factor", "Current Limit × Factor"),
    ("revenue_share", "Share of the Revenue"),
    ("months", "Average Months"),
    ("days", "Days of Sales"),
]
DIRECTIONS = [("raise", "Raise Only"), ("both", "Raise and Lower")]
REWARD_KINDS = [
    ("none", "Nothing"),
    ("bonus", "Bonus"),
    ("equipment", "Equipment"),
    ("training", "Training"),
    ("credit", "More Credit"),
    ("payment_term", "Better Payment Terms"),
    ("priority_delivery", "Priority Delivery"),
    ("free", "Something Else"),
]
BONUS_FORMULAS = [
    ("fixed", "Fixed Amount"),
    ("revenue_share", "Share of the Revenue"),
    ("growth_share", "Share of the Growth"),
]
# Rows keep archived records: a row without its records would apply to everything.
ARCHIVED_TOO = {"active_test": False}
RECORD_COLUMNS = {metric: CHOICE_COLUMNS[metric] for metric in MODELS}


class KeyAccountRule(models.Model):
    """A row of a rule table: if all its conditions hold, its outcome applies. Its kind defines the outcome."""

    _name = "key.account.rule"
    _description = "Key Account Rule"
    _inherit = ["key.account.ruleset.part"]
    _order = "ruleset_id, kind, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    key = fields.Char(
        required=True,
        copy=True,
        default=lambda self: uuid.uuid4().hex[:8],
        help="Identifies the rule across versions.",
    )
    ruleset_id = fields.Many2one("key.account.ruleset", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection([(kind.code, kind.label) for kind in RULE_KINDS.values()], required=True, default="tier")
    sequence = fields.Integer(default=10)
    condition_ids = fields.One2many("key.account.rule.condition", "rule_id", copy=True)
    ruleset_tier_ids = fields.Many2many(related="ruleset_id.tier_ids", string="Tiers of the Rule Set")
    has_choice = fields.Boolean(compute="_compute_has_choice")
    has_threshold = fields.Boolean(compute="_compute_threshold")
    threshold = fields.Float(
        digits=False,
        min_display_digits=1,
        compute="_compute_threshold",
        inverse="_inverse_threshold",
        aggregator=None,
        help="The number of the only condition that compares one. Open the row to change several conditions.",
    )
    summary = fields.Text(compute="_compute_summary")
    active = fields.Boolean(default=True)

    # --- Tiers and vetoes ---

    tier_id = fields.Many2one("key.account.tier", index=True, ondelete="restrict", check_company=True)
    tier_color = fields.Integer(related="tier_id.color")
    freezes_credit = fields.Boolean(
        help="For bad credit: customers for whom this veto holds get no new credit limit, whatever the other rules say."
    )

    # --- Discount caps; credit limits, rewards and value types also have the column of customer tiers ---

    cap = OptionalFloat(
        "Cap (%)",
        digits=False,
        min_display_digits=0,
        help="The highest effective discount that a salesperson may give alone: the difference between the"
        " reference price and what the customer pays, in percent of the reference price, whatever causes it.",
    )
    has_margin_floor = fields.Boolean(
        "Margin Floor", help="Whether a minimum margin must also be kept, whatever the discount."
    )
    margin_floor = fields.Float(
        "Margin Floor (%)",
        digits=False,
        min_display_digits=0,
        help="The minimum margin: net value less cost, in percent of the net value.",
    )
    tier_filter_ids = fields.Many2many(
        "key.account.tier",
        "key_account_rule_tier_filter_rel",
        "rule_id",
        "tier_id",
        string="Customer Tiers",
        check_company=True,
        ondelete="restrict",
        context=ARCHIVED_TOO,
    )
    without_tier = fields.Boolean("Customers without a Tier")
    product_categ_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        ondelete="restrict",
        help="With all categories below them.",
    )
    product_tmpl_ids = fields.Many2many(
        "product.template",
        string="Products",
        check_company=True,
        ondelete="restrict",
        context=ARCHIVED_TOO,
    )
    customer_value_type = fields.Selection(
        [*CUSTOMER_VALUE_TYPES, (NO_VALUE_TYPE, "Not Confirmed")], string="Value Type"
    )
    team_ids = fields.Many2many(
        "crm.team", string="Sales Teams", check_company=True, ondelete="restrict", context=ARCHIVED_TOO
    )
    country_ids = fields.Many2many("res.country", string="Countries", ondelete="restrict")
    pricelist_ids = fields.Many2many(
        "product.pricelist", string="Pricelists", check_company=True, ondelete="restrict", context=ARCHIVED_TOO
    )
    date_from = fields.Date("From", help="First day on which the rule applies.")
    date_to = fields.Date("To", help="Last day on which the rule applies.")
    option_codes = fields.Json(
        compute="_compute_option_codes",
        store=True,
        help="The codes of the records in the columns, by metric, as used in policies.",
    )

    # --- Credit limits and rewards ---

    formula_value = OptionalFloat(
        digits=False,
        min_display_digits=0,
        help="The number of the formula: an amount, a factor, a percentage, or how many months or days.",
    )
    rounding_step = OptionalFloat(
        "Rounding",
        digits=False,
        min_display_digits=0,
        help="Limits are rounded half up to a multiple of this amount. Empty: to the cent.",
    )
    credit_formula = fields.Selection(
        CREDIT_FORMULAS,
        string="New Limit",
        default="fixed",
        help="Average Months and Days of Sales: revenue of the period, divided by its months since the customer's first"
        " invoice, or by its days.",
    )
    minimum = OptionalFloat(
        "Lowest Limit",
        digits=False,
        min_display_digits=0,
        help="The lowest limit of the rule. Empty: no minimum.",
    )
    maximum = OptionalFloat(
        "Highest Limit",
        digits=False,
        min_display_digits=0,
        help="The highest limit that the rule gives. Empty: no maximum.",
    )
    max_change_pct = OptionalFloat(
        "Maximum Change (%)",
        digits=False,
        min_display_digits=0,
        help="Maximum change from the current limit, in percent. Empty: no restriction.",
    )
    direction = fields.Selection(
        DIRECTIONS,
        default="raise",
        help="Raise Only: a lower limit than the current one changes nothing. Customers without a limit get a first one"
        " either way.",
    )
    below_exposure = fields.Boolean(
        "Allow Limit below Current Exposure",
        help="Whether the limit may be lowered below what the customer owes and has ordered. If not, it is lowered"
        " only to that amount. First limits are not affected.",
    )
    reward = fields.Selection(
        REWARD_KINDS,
        help="Nothing: the reasons say that there is no reward. More Credit is a promise; the credit limit rules"
        " set the amount.",
    )
    bonus_formula = fields.Selection(
        BONUS_FORMULAS,
        string="Bonus",
        default="fixed",
        help="Share of the Growth: a percentage of the revenue growth over the previous period, so that small but"
        " growing customers are rewarded. Customers without growth get none.",
    )
    cost = OptionalFloat(
        "Estimated Cost", digits=False, min_display_digits=0, help="The cost of one such reward. Empty: unknown."
    )
    budget = OptionalFloat(
        digits=False,
        min_display_digits=0,
        help="For all rewards of this row in one evaluation, in company currency. Empty: no budget.",
    )

    # --- Value types ---

    value_type = fields.Selection(
        CUSTOMER_VALUE_TYPES,
        string="Suggested Type",
        help="Suggested for customers for whom the rule holds. It is written on a customer only when a user"
        " confirms it.",
    )

    _key_unique = models.Constraint("UNIQUE (ruleset_id, key)", "This rule set has a rule with this key already.")

    @api.depends("condition_ids.metric_id.kind")
    def _compute_has_choice(self):
        for rule in self:
            rule.has_choice = "choice" in rule.condition_ids.metric_id.mapped("kind")

    @api.depends("condition_ids.value", "condition_ids.metric_id.kind")
    def _compute_threshold(self):
        for rule in self:
            condition = rule._get_threshold_condition()
            rule.has_threshold, rule.threshold = bool(condition), condition.value

    def _inverse_threshold(self):
        for rule in self:
            condition = rule._get_threshold_condition()
            if condition and condition.value != rule.threshold:
                condition.value = rule.threshold

    @api.onchange("threshold")
    def _onchange_threshold(self):
        """Show the sentence with the new number at once."""
        self._inverse_threshold()

    def _get_threshold_condition(self):
        """Return the condition with a number, if there is only one; a list has one cell for it."""
        self.ensure_one()
        numbers = self.condition_ids.filtered(lambda condition: condition.metric_id.kind not in (False, "choice"))
        return numbers if len(numbers) == 1 else numbers.browse()

    @api.depends(lambda self: self._get_summary_dependencies())
    @api.depends_context("lang")
    def _compute_summary(self):
        explainer = self.env["key.account.explainer"]
        for rule in self:
            rule.summary = explainer._get_rule_sentence(rule)

    @api.model
    def _get_summary_dependencies(self):
        return [
            "kind",
            "condition_ids.sequence",
            "condition_ids.metric_id.name",
            "condition_ids.metric_id.unit",
            "condition_ids.metric_id.kind",
            "condition_ids.measure",
            "condition_ids.operator",
            "condition_ids.value",
            "condition_ids.option_ids.name",
            "ruleset_id.company_id",
            *dict.fromkeys(column for kind in RULE_KINDS.values() for column in kind.columns),
        ]

    @api.depends(*RECORD_COLUMNS.values())
    def _compute_option_codes(self):
        vocabulary = self.env["key.account.cap.vocabulary"]
        saved = self.filtered(lambda rule: isinstance(rule.id, int))
        codes = {metric: vocabulary._ensure_codes(saved[column]) for metric, column in RECORD_COLUMNS.items()}
        for rule in self:
            rule.option_codes = rule in saved and {
                metric: sorted(codes[metric][record.id] for record in rule[column])
                for metric, column in RECORD_COLUMNS.items()
                if rule[column]
            }

    @api.constrains(lambda self: ["kind", *(column for kind in RULE_KINDS.values() for column in kind.checked)])
    def _check_outcome(self):
        for rule in self:
            find_kind(rule.kind).check(rule)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for rule in self:
            if rule.date_from and rule.date_to and rule.date_from > rule.date_to:
                raise ValidationError(
                    self.env._(
                        "Discount cap “%(rule)s” would end on %(date_to)s, before it begins on %(date_from)s. Correct"
                        " its dates.",
                        rule=rule.name,
                        date_from=format_date(self.env, rule.date_from),
                        date_to=format_date(self.env, rule.date_to),
                    )
                )

    def action_duplicate(self):
        """Copy these rules within their rule sets, with keys of their own."""
        for rule in self:
            rule.copy({"key": uuid.uuid4().hex[:8], "name": self.env._("%s (copy)", rule.name)})
        return True

    # --- In the form of a policy ---

    def _prepare_rule_values(self):
        """Return this rule in the form of a policy."""
        return find_kind(self.kind).to_policy(self)

    def _get_options(self):
        """Return the codes chosen in columns, by metric."""
        self.ensure_one()
        options = {metric: (self.option_codes or {}).get(metric, []) for metric in CHOICE_COLUMNS}
        if self.without_tier:
            options["customer_tier"] = [*options["customer_tier"], NO_TIER]
        if self.customer_value_type:
            options["customer_value_type"] = [self.customer_value_type]
        return {metric: codes for metric, codes in options.items() if codes}
