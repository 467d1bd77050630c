from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..shared.numbers import exact_text
from .key_account_cap_vocabulary import CHOICE_COLUMNS, CUSTOMER_KINDS, MODELS, NO_KIND, NO_TIER, ORDER_DATE

# A row that names something archived goes on naming it: else it would turn into one for everything.
ARCHIVED_TOO = {"active_test": False}
RECORD_COLUMNS = {metric: CHOICE_COLUMNS[metric] for metric in MODELS}


class KeyAccountRule(models.Model):
    """A row that caps discounts: which order lines it is for, in columns, and how much may be given away."""

    _inherit = "key.account.rule"

    cap = fields.Float(
        "Cap in %",
        digits=False,
        min_display_digits=0,
        help="The highest effective discount that a salesperson may give alone: what the customer pays less than the"
        " reference price, in percent of it, however that came about.",
    )
    has_margin_floor = fields.Boolean(
        "Margin Floor", help="Whether the margin must not fall below a percentage either, whatever the discount."
    )
    margin_floor = fields.Float(
        "Margin Floor in %",
        digits=False,
        min_display_digits=0,
        help="The least margin that must remain: net value less cost, in percent of the net value.",
    )
    cap_tier_ids = fields.Many2many(
        "key.account.tier",
        "key_account_rule_cap_tier_rel",
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
    customer_kind = fields.Selection([*CUSTOMER_KINDS, (NO_KIND, "Not Confirmed")], string="Kind of Value")
    team_ids = fields.Many2many(
        "crm.team", string="Sales Teams", check_company=True, ondelete="restrict", context=ARCHIVED_TOO
    )
    country_ids = fields.Many2many("res.country", string="Countries", ondelete="restrict")
    pricelist_ids = fields.Many2many(
        "product.pricelist", string="Pricelists", check_company=True, ondelete="restrict", context=ARCHIVED_TOO
    )
    date_from = fields.Date("From", help="First day on which the row counts.")
    date_to = fields.Date("To", help="Last day on which the row counts.")
    option_codes = fields.Json(
        compute="_compute_option_codes",
        store=True,
        help="What policies call the records of the columns: codes by metric.",
    )

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

    @api.depends(
        "cap", "has_margin_floor", "margin_floor", "without_tier", "date_from", "date_to", *CHOICE_COLUMNS.values()
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    @api.constrains("kind", "cap", "has_margin_floor", "margin_floor")
    def _check_percentages(self):
        for rule in self.filtered(lambda rule: rule.kind == "discount_cap"):
            # Written so that "not a number" is refused too.
            if not 0 <= rule.cap <= 100:
                raise ValidationError(
                    self.env._(
                        "Discount cap “%(rule)s”: a cap of %(cap)s %% is not possible. Enter a percentage from 0 (no"
                        " discount) to 100 (may be given away).",
                        rule=rule.name,
                        cap=exact_text(rule.cap),
                    )
                )
            if rule.has_margin_floor and not 0 <= rule.margin_floor <= 100:
                raise ValidationError(
                    self.env._(
                        "Discount cap “%(rule)s”: a margin floor of %(floor)s %% is not possible. Enter a percentage"
                        " from 0 to 100.",
                        rule=rule.name,
                        floor=exact_text(rule.margin_floor),
                    )
                )

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

    # --- As the policy has it ---

    def _prepare_rule_values(self):
        if self.kind != "discount_cap":
            return super()._prepare_rule_values()
        values = {
            "key": self.key,
            "name": self.name or "",
            "cap": exact_text(self.cap),
            "conditions": [
                *self._prepare_column_conditions(),
                *(condition._prepare_condition_values() for condition in self.condition_ids),
            ],
        }
        if self.has_margin_floor:
            values["margin_floor"] = exact_text(self.margin_floor)
        return values

    def _prepare_column_conditions(self):
        """The columns as conditions of a policy: whatever is filled in must hold."""
        options = self._get_options()
        limits = [(">=", self.date_from), ("<=", self.date_to)]
        return [
            *(self._prepare_column_condition(metric, "in", codes) for metric, codes in options.items()),
            *(
                self._prepare_column_condition(ORDER_DATE, operator, [f"{day:%Y%m%d}"])
                for operator, day in limits
                if day
            ),
        ]

    @api.model
    def _prepare_column_condition(self, metric, operator, values):
        return {"metric": metric, "measure": "value", "operator": operator, "values": values}

    def _get_options(self):
        """Codes by metric of the columns in which something is chosen."""
        self.ensure_one()
        options = {metric: (self.option_codes or {}).get(metric, []) for metric in CHOICE_COLUMNS}
        if self.without_tier:
            options["customer_tier"] = [*options["customer_tier"], NO_TIER]
        if self.customer_kind:
            options["customer_kind"] = [self.customer_kind]
        return {metric: codes for metric, codes in options.items() if codes}
