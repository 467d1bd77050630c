from datetime import datetime
from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from ..kinds.rule_kinds import find_kind
from .key_account_policy_labels import Labels


class KeyAccountRuleText(models.AbstractModel):
    """Values and conditions as phrases in the user's language."""

    _name = "key.account.rule.text"
    _inherit = ["key.account.formatter", "key.account.policy.labels"]
    _description = "Phrases of Key Account Rules"

    @api.model
    def _format_value(self, metric_code, value, currency, labels=None):
        """Return the value of a metric as users write it: amounts with currency, percentages with %, options by name.

        :param value: Decimal or its text, the code of an option, or None
        :param labels: as returned by ``_get_labels``; pass them when formatting many values
        """
        if value is None or value is False or value == "":
            return ""
        metric = self._get_metric_label(metric_code, labels or self._get_labels({}, [metric_code]))
        return self._format_measured(metric, "value", value, currency)

    @api.model
    def _format_measured(self, metric, measure, value, currency, thresholds=()):
        """Return a measured value, rounded for reading, but never across a threshold."""
        kind = self._get_measure_kind(metric, measure)
        if kind == "choice":
            return metric.options.get(value, value)
        if kind == "date":
            return self._format_day(value)
        value = Decimal(value)
        places = {"amount": currency.decimal_places if currency else 2, "count": 0, "rank": 0}.get(kind, 2)
        if kind in ("count", "rank") and value != value.to_integral_value():
            places = 2
        places = self._get_telling_digits(value, places, thresholds)
        if kind == "amount":
            return self._format_amount(value, currency, places)
        if kind == "percentage":
            return self._format_percentage(value, places)
        return self._with_unit(self._format_number(value, places, trim=True), metric, kind)

    @api.model
    def _format_threshold(self, metric, measure, value, currency):
        """Return a value of a rule, exactly as the user entered it."""
        kind = self._get_measure_kind(metric, measure)
        if kind == "choice":
            return metric.options.get(value, value)
        if kind == "date":
            return self._format_day(value)
        if kind == "amount":
            decimals = -Decimal(value).normalize().as_tuple().exponent
            return self._format_amount(value, currency, max(decimals, 0), trim=True)
        if kind == "percentage":
            return self._format_percentage(value)
        return self._with_unit(self._format_number(value), metric, kind)

    @api.model
    def _with_unit(self, number, metric, kind):
        """Return the number with its unit, unless the metric's name contains the unit ("Active Months ≥ 6")."""
        said = kind == "rank" or metric.unit.lower() in metric.name.lower()
        return number if said else f"{number} {metric.unit}"

    @api.model
    def _format_day(self, value):
        """Return a day of a policy (20261231) in the user's format; any other value unchanged."""
        try:
            day = datetime.strptime(str(value), "%Y%m%d")
        except ValueError:
            return str(value)
        return format_date(self.env, day.date())

    @api.model
    def _get_measure_kind(self, metric, measure):
        kinds = {"rank": "rank", "rank_pct": "percentage", "cumulative_share_pct": "percentage"}
        return kinds.get(measure, metric.kind)

    @api.model
    def _get_rule_sentence(self, rule):
        """Return a rule as a sentence, such as "If revenue ≥ $ 50,000 and number of invoices ≤ 2: at best tier C"."""
        kind = find_kind(rule.kind)
        metrics = {m.code: self._prepare_metric_label(m) for m in rule.condition_ids.metric_id}
        currency = (rule.ruleset_id.company_id or self.env.company).currency_id
        phrases = kind.get_column_phrases(rule, self) + [
            self._get_condition_phrase(condition._prepare_condition_values(), Labels(metrics=metrics), currency)
            for condition in rule.condition_ids.sorted("sequence")
            if condition.metric_id
        ]
        outcome = kind.get_outcome_phrase(rule, self)
        if not phrases:
            return kind.get_unconditional_sentence(self, outcome)
        conditions = self.env._(" and ").join(phrases)
        return self.env._("If %(conditions)s: %(outcome)s", conditions=conditions, outcome=outcome)

    @api.model
    def _get_choice_phrase(self, code, label, names):
        """Return the choice in a column, such as "tier is A or B".

        :param label: ``MetricLabel`` of the column
        :param names: names of the options
        """
        condition = {"metric": code, "measure": "value", "operator": "in", "values": names}
        return self._get_condition_phrase(condition, Labels(metrics={code: label}), None)

    @api.model
    def _get_condition_phrase(self, condition, labels, currency):
        """Return a condition of a policy as a phrase, such as "number of invoices ≤ 2"."""
        metric = self._get_metric_label(condition["metric"], labels)
        limit = self._get_comparison(condition, metric, currency)
        if condition["measure"] == "rank_pct" and condition["operator"] == "<=":
            share = self._format_threshold(metric, "rank_pct", condition["values"][0], currency)
            return self.env._(
                "rank by %(metric)s in the top %(share)s", metric=self._lowercase_title(metric.name), share=share
            )
        return f"{self._get_operand_phrase(metric, condition['measure'])} {limit}"

    @api.model
    def _get_comparison(self, condition, metric, currency):
        values = [
            self._format_threshold(metric, condition["measure"], value, currency) for value in condition["values"]
        ]
        shown = self.env._(" or ").join(values) or "…"
        signs = {">=": "≥", "<=": "≤", "!=": "≠"}
        operator = condition["operator"]
        if operator == "in" and metric.within:
            return self.env._("is within %(options)s", options=shown)
        if operator == "in":
            return self.env._("is %(options)s", options=shown)
        if operator == "not in":
            return self.env._("is not %(options)s", options=shown)
        return f"{signs.get(operator, operator)} {shown}"

    @api.model
    def _get_operand_phrase(self, metric, measure):
        name = self._lowercase_title(metric.name)
        if measure == "rank":
            return self.env._("rank by %(metric)s", metric=name)
        if measure == "rank_pct":
            return self.env._("rank percentage by %(metric)s", metric=name)
        if measure == "cumulative_share_pct":
            return self.env._("cumulative share of %(metric)s", metric=name)
        return name

    @api.model
    def _lowercase_title(self, name):
        """Return a name for use inside a sentence: English names in title case are lowered, abbreviations stay."""
        if not (self.env.lang or "en_US").startswith("en"):
            return name
        return " ".join(word.lower() if word.istitle() else word for word in name.split(" "))

    @api.model
    def _get_value_type_name(self, kind):
        names = dict(self.env["key.account.rule"]._fields["value_type"]._description_selection(self.env))
        return names.get(kind, kind or "…")
