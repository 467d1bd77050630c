from datetime import datetime

from odoo import models
from odoo.fields import Command

from ...models.rulesets.key_account_cap_vocabulary import (
    CHOICE_COLUMNS,
    MODELS,
    NAMES,
    NO_TIER,
    ORDER_DATE,
)
from ...models.rulesets.key_account_ruleset_cap import CAPS

DAY_COLUMNS = {">=": "date_from", "<=": "date_to"}


class KeyAccountRulesetImport(models.TransientModel):
    """Discount caps in a file: conditions on what stands in columns here."""

    _inherit = "key.account.ruleset.import"

    # --- What the file refers to ---

    def _get_mismatches(self, policy):
        rows = [row for row in policy.metrics if row.code in MODELS]
        return [
            *super()._get_mismatches(policy),
            *(problem for row in rows if (problem := self._get_record_mismatch(row, policy))),
        ]

    def _get_metric_mismatch(self, row, metric):
        if row.code not in NAMES:
            return super()._get_metric_mismatch(row, metric)
        kind = "number" if row.code == ORDER_DATE else "choice"
        if row.kind != kind or row.of != "line":
            return self.env._(
                "“%(code)s” has a meaning of its own here: it is a column of discount caps. Give the metric “%(name)s”"
                " another code, here and in the file.",
                code=row.code,
                name=row.name or row.code,
            )
        return None

    def _get_record_mismatch(self, row, policy):
        """The records that the file names and nobody can find here."""
        known = self._find_records(row.code, row.options)
        if row.code == "customer_tier":
            known = {tier.code for tier in policy.tiers} | {NO_TIER}
        lacking = [code for code in row.options if code not in known]
        if not lacking:
            return None
        return self.env._(
            "“%(metric)s”: %(codes)s cannot be found here. Create or import it with that code or external ID, or take"
            " it out of the file.",
            metric=self.env["key.account.cap.vocabulary"]._get_metric_name(row.code),
            codes=", ".join(lacking),
        )

    def _find_records(self, metric, codes):
        return self.env["key.account.cap.vocabulary"]._find_records(metric, codes)

    def _get_rule_mismatch(self, rule):
        """A file can say more than the columns: "none of these", or twice about one thing."""
        seen = set()
        for condition in rule.conditions:
            if condition.metric not in NAMES:
                continue
            place = (condition.metric, condition.operator if condition.metric == ORDER_DATE else None)
            if place in seen or not self._fits_column(condition):
                return self.env._(
                    "Rule “%(rule)s”: the condition on “%(metric)s” does not fit into its column, which takes one list"
                    " of what may be (or a first and a last day).",
                    rule=rule.name or rule.key,
                    metric=self.env["key.account.cap.vocabulary"]._get_metric_name(condition.metric),
                )
            seen.add(place)
        return super()._get_rule_mismatch(rule)

    def _fits_column(self, condition):
        if condition.metric == ORDER_DATE:
            return condition.operator in DAY_COLUMNS and self._get_day(condition) is not None
        if condition.metric == "customer_kind":
            known = self.env["key.account.rule"]._fields["customer_kind"].get_values(self.env)
            return condition.operator in ("=", "in") and len(condition.values) == 1 and condition.values[0] in known
        return condition.operator in ("=", "in")

    def _get_day(self, condition):
        try:
            return datetime.strptime(str(condition.values[0]), "%Y%m%d").date()
        except ValueError:
            return None

    # --- The draft ---

    def _prepare_ruleset_values(self, policy):
        table = policy.table(CAPS)
        values = super()._prepare_ruleset_values(policy)
        return {**values, "discount_reference": (table and table.reference) or "list_price"}

    def _prepare_rule_values(self, kind, rule, sequence, metrics, tiers):
        values = super()._prepare_rule_values(kind, rule, sequence, metrics, tiers)
        if kind != CAPS:
            return values
        values["cap"] = float(rule.cap)
        if rule.margin_floor is not None:
            values |= {"has_margin_floor": True, "margin_floor": float(rule.margin_floor)}
        for condition in rule.conditions:
            if condition.metric in NAMES:
                values |= self._prepare_column_values(condition, tiers)
        return values

    def _prepare_column_values(self, condition, tiers):
        """A condition of the file as values of columns."""
        if condition.metric == ORDER_DATE:
            return {DAY_COLUMNS[condition.operator]: self._get_day(condition)}
        column = CHOICE_COLUMNS[condition.metric]
        if condition.metric == "customer_kind":
            return {column: condition.values[0]}
        codes = [code for code in condition.values if code != NO_TIER]
        known = tiers if condition.metric == "customer_tier" else self._find_records(condition.metric, codes)
        values = {column: [Command.set([known[code].id for code in codes])]}
        return {**values, "without_tier": True} if NO_TIER in condition.values else values
