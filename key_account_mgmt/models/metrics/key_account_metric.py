import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..settings.key_account_part import PARTS

METRIC_KINDS = [
    ("number", "Number"),
    ("amount", "Amount"),
    ("percentage", "Percentage"),
    ("count", "Count"),
    ("choice", "Choice"),
]
# A code is a column of the sources' statements and a key in frozen facts.
CODE_FORM = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Columns that the sources' statements have besides metrics, and the total of the criteria.
RESERVED_CODES = {"partner_id", "document_count", "score"}
# The decided tier, by which rules grant credit and rewards.
RESERVED_CODES |= {"tier"}
# Columns of the rows that cap discounts. In a policy they stand beside metrics.
RESERVED_CODES |= {"customer_tier", "product_category", "product", "customer_value_type"}
RESERVED_CODES |= {"sales_team", "country", "pricelist", "order_date"}
# Not collected from customers: the score results from the criteria, and an order line brings its own facts.
UNCOLLECTED_SOURCES = ("score", "line")
LINE_CODES = ["order_amount", "order_quantity"]
DEFINITION_FIELDS = ("code", "kind", "source")
# Sources whose metrics all belong to a part of the addon. Other metrics of a part name it in their data.
PART_OF_SOURCE = {
    "target": "targets",
    "service": "costs",
    "expectation": "expectations",
    "territory": "territories",
    "profile": "profiles",
    "credit": "credit",
}


class KeyAccountMetric(models.Model):
    """A number, amount, percentage, count or choice known of a customer for a period.

    The closed set of sources fills the metrics that addons ship; users enter the values of metrics that administrators
    add.
    """

    _name = "key.account.metric"
    _description = "Key Account Metric"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        index=True,
        copy=False,
        help="Stable name in exported rule sets and stored facts, such as market_potential.",
    )
    kind = fields.Selection(METRIC_KINDS, required=True, default="number")
    source = fields.Selection(
        [
            ("invoice", "Invoices"),
            ("payment", "Payments"),
            ("order", "Sales Orders"),
            ("customer", "Customer"),
            ("manual", "Entered by People"),
            ("score", "Score of the Evaluation"),
            ("line", "Order Line"),
            ("target", "Targets"),
            ("service", "Cost to Serve"),
            ("expectation", "Expectations"),
            ("territory", "Territory"),
            ("profile", "Profiles"),
            ("credit", "Credit"),
        ],
        required=True,
        default="manual",
        copy=False,
        help="Where the values come from. Another addon adds a source by extending this selection"
        " and defining the model key.account.source.<source>.",
    )
    part = fields.Selection(
        PARTS,
        compute="_compute_part",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="The metric can be used only while this part is switched on in the settings. Empty: always.",
    )
    is_available = fields.Boolean(
        compute="_compute_is_available",
        search="_search_is_available",
        help="The part that the metric belongs to is switched on.",
    )
    unit = fields.Char(translate=True)
    description = fields.Text(translate=True, help="What the metric means and how it is computed.")
    missing_when = fields.Text(translate=True, help="When a customer has no value.")
    option_ids = fields.One2many("key.account.metric.option", "metric_id", string="Options", copy=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE (code)", "A metric with this code exists already.")

    @api.depends("source")
    def _compute_part(self):
        for metric in self:
            metric.part = PART_OF_SOURCE.get(metric.source, metric.part)

    @api.depends("part")
    def _compute_is_available(self):
        on = self.env["key.account.part"]._get_on()
        for metric in self:
            metric.is_available = not metric.part or metric.part in on

    @api.model
    def _search_is_available(self, operator, value):
        if operator != "in":
            return NotImplemented
        off = Domain("part", "in", self.env["key.account.part"]._get_off())
        return Domain.OR(~off if one else off for one in value)

    @api.constrains("code", "source")
    def _check_code(self):
        for metric in self:
            if not CODE_FORM.fullmatch(metric.code):
                raise ValidationError(
                    self.env._(
                        'The code "%(code)s" of metric %(metric)s cannot be used. Use lowercase letters, digits and'
                        " underscores, starting with a letter, at most 60 characters; for example market_potential.",
                        code=metric.code,
                        metric=metric.name,
                    )
                )
            if metric.source != "score" and metric.code in RESERVED_CODES:
                raise ValidationError(
                    self.env._(
                        'The code "%(code)s" of metric %(metric)s is reserved. Choose another code.',
                        code=metric.code,
                        metric=metric.name,
                    )
                )
            if metric.code not in metric._get_possible_codes():
                raise ValidationError(
                    self.env._(
                        "No source fills the metric %(metric)s with code %(code)s: %(origin)s does not know it."
                        ' Choose the source "Entered by People".',
                        metric=metric.name,
                        code=metric.code,
                        origin=metric._get_source_name(),
                    )
                )

    def _get_possible_codes(self):
        """Return the codes that the metric's source can fill."""
        self.ensure_one()
        if self.source in UNCOLLECTED_SOURCES:
            return ["score"] if self.source == "score" else LINE_CODES
        if self.source == "manual":
            return [self.code]
        return self.env[f"key.account.source.{self.source}"]._get_metric_codes()

    def _get_source_name(self):
        return dict(self._fields["source"]._description_selection(self.env))[self.source]

    @api.constrains("kind", "option_ids")
    def _check_options(self):
        for metric in self:
            if metric.option_ids and metric.kind != "choice":
                raise ValidationError(
                    self.env._(
                        "Metric %(metric)s has options, but only a metric of kind Choice can have them. Remove the"
                        " options or choose that kind.",
                        metric=metric.name,
                    )
                )

    def copy_data(self, default=None):
        """Give a duplicate a free code. Users enter its values: no source fills a new code."""
        values_list = super().copy_data(default)
        taken = {code for [code] in self.with_context(active_test=False)._read_group([], ["code"])}
        for metric, values in zip(self, values_list, strict=True):
            if "code" not in (default or {}):
                number = 2
                while (code := f"{metric.code[:50]}_{number}") in taken:
                    number += 1
                taken.add(code)
                values["code"] = code
                values["name"] = self.env._("%s (copy)", metric.name)
        return values_list

    def write(self, vals):
        """Refuse to change what a metric means once it is in use: other records rely on it."""
        for metric in self:
            changed = [name for name in DEFINITION_FIELDS if name in vals and vals[name] != metric[name]]
            if changed:
                metric._check_definition_is_free(changed)
        return super().write(vals)

    def _check_definition_is_free(self, names):
        labels = ", ".join(self._fields[name]._description_string(self.env) for name in names)
        if self.source != "manual":
            raise UserError(
                self.env._(
                    "The system fills metric %(metric)s: its %(fields)s cannot be changed. Add a metric of your"
                    " own, or archive this one if you do not need it.",
                    metric=self.name,
                    fields=labels,
                )
            )
        users = self._get_user_names()
        if users:
            raise UserError(
                self.env._(
                    "Metric %(metric)s is in use (%(users)s): its %(fields)s can no longer be changed. Add another"
                    " metric instead.",
                    metric=self.name,
                    users=", ".join(users),
                    fields=labels,
                )
            )

    def _get_user_names(self):
        """Return the names of what uses these metrics, such as rule sets and entered values.

        Runs as superuser: uses in companies hidden from the user count too, and only their names are shown.

        :rtype: list[str]
        """
        sudo = self.sudo().with_context(active_test=False)
        return [name for model in self._get_user_models() for name in sudo.env[model]._get_metric_uses(sudo)]

    @api.model
    def _get_user_models(self):
        """Return the models that use metrics, in loading order."""
        users = self.env.registry.descendants(["key.account.metric.user.mixin"], "_inherit")
        return [name for name in users if not self.env[name]._abstract]

    def action_open_values(self):
        """Open the values entered for this metric, to add more."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("key_account_mgmt.action_key_account_metric_value")
        return {**action, "domain": [("metric_id", "=", self.id)], "context": {"default_metric_id": self.id}}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_own_unused(self):
        for metric in self:
            if metric.source != "manual":
                raise UserError(
                    self.env._(
                        "Metric %(metric)s is part of the system and cannot be deleted. Archive it instead.",
                        metric=metric.name,
                    )
                )
            if users := metric._get_user_names():
                raise UserError(
                    self.env._(
                        "Metric %(metric)s is in use (%(users)s) and cannot be deleted. Archive it instead.",
                        metric=metric.name,
                        users=", ".join(users),
                    )
                )
