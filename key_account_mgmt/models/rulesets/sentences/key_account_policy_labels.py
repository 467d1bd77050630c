from dataclasses import dataclass, field

from odoo import api, models

from ....rules import NO_TIER, TIER
from ..key_account_cap_vocabulary import MODELS, NAMES, ORDER_DATE
from .policy_rows import get_rows


@dataclass
class MetricLabel:
    """Name and format of a metric; ``options`` are names by code, ``within`` marks options that contain each other."""

    name: str
    kind: str = "number"
    unit: str = ""
    options: dict = field(default_factory=dict)
    within: bool = False


@dataclass
class Labels:
    """Names, in the user's language, of the codes and keys in reasons and conditions."""

    metrics: dict = field(default_factory=dict)
    tiers: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    criteria: dict = field(default_factory=dict)
    conditions: dict = field(default_factory=dict)


class KeyAccountPolicyLabels(models.AbstractModel):
    """Names for sentences: those of current records, else those of the policy."""

    _name = "key.account.policy.labels"
    _description = "Names in Key Account Sentences"

    @api.model
    def _get_labels(self, policy_values, metric_codes=(), reasons=()):
        """Return the names for the codes of a policy, with a handful of queries whatever its size.

        :param dict policy_values: the policy, for names of deleted records and for the conditions of its rules
        :param metric_codes: further metrics
        :param reasons: reasons of a decision about an order line, for the names of the records in its facts
        """
        rules = [rule for table in policy_values.get("tables", []) for rule in table["rules"]]
        criteria = policy_values.get("criteria", [])
        tiers = self._get_names("key.account.tier", "code", policy_values.get("tiers", []))
        return Labels(
            metrics={TIER: self._get_decided_tier_label(tiers)}
            | self._get_metric_labels(policy_values, metric_codes)
            | self._get_column_labels(policy_values, reasons),
            tiers=tiers,
            rules=self._get_names("key.account.rule", "key", rules),
            criteria=self._get_names("key.account.criterion", "key", criteria),
            conditions={rule["key"]: rule["conditions"] for rule in rules},
        )

    @api.model
    def _get_names(self, model, column, rows):
        """Return names by code or key.

        Later versions keep keys, while a name may have changed its meaning: a record counts if its source name still
        equals the one in the policy; a tier counts as long as its code is the same. Among several records, those with a
        name in the user's language take precedence: older records may predate the translation.
        """
        if not rows:
            return {}
        names = {row[column]: row.get("name") or row[column] for row in rows}
        records = self.env[model].with_context(active_test=False).search([(column, "in", list(names))])
        sources = {record.id: record.name for record in records.with_context(lang="en_US")}
        found = {}
        for record in records:
            if sources[record.id] == names[record[column]]:
                if record.name != sources[record.id] or record[column] not in found:
                    found[record[column]] = record.name
            elif column == "code":
                found.setdefault(record[column], record.name)
        return {key: found.get(key, name) for key, name in names.items()}

    @api.model
    def _get_metric_labels(self, policy_values, metric_codes=()):
        rows = policy_values.get("metrics", [])
        labels = {
            row["code"]: MetricLabel(
                name=row.get("name") or row["code"],
                kind=row["kind"],
                options={code: code for code in row.get("options", [])},
            )
            for row in rows
        }
        codes = [*labels, *metric_codes, "score"]
        metrics = self.env["key.account.metric"].with_context(active_test=False).search([("code", "in", codes)])
        return labels | {metric.code: self._prepare_metric_label(metric) for metric in metrics}

    @api.model
    def _prepare_metric_label(self, metric):
        return MetricLabel(
            name=metric.name or metric.code,
            kind=metric.kind,
            unit=metric.unit or "",
            options={option.code: option.name for option in metric.option_ids},
        )

    @api.model
    def _get_metric_label(self, code, labels):
        return labels.metrics.get(code) or MetricLabel(self.env._("Score") if code == "score" else code)

    @api.model
    def _get_decided_tier_label(self, tiers):
        """Return the decided tier as a metric: credit limits, rewards and value types have conditions on it.

        :param dict tiers: names by code
        """
        return MetricLabel(self.env._("Tier"), kind="choice", options={**tiers, NO_TIER: self.env._("none")})

    # --- Columns: conditions of discount caps on order lines name records rather than metrics ---

    @api.model
    def _get_column_labels(self, policy_values, reasons=()):
        """Return labels of the columns that a policy uses, with the names of records in the policy and the reasons."""
        rows = get_rows(policy_values, "metrics")
        codes = {row["code"]: self._get_option_codes(row) for row in rows if str(row.get("code")) in NAMES}
        for reason in reasons:
            for fact in reason.get("params", {}).get("facts", []):
                if fact["metric"] in codes and fact.get("value") is not None:
                    codes[fact["metric"]].add(fact["value"])
        return {metric: self._get_column_label(metric, values) for metric, values in codes.items()}

    @api.model
    def _get_option_codes(self, row):
        """Return the option codes of a metric in a policy, or in a file with any content."""
        options = row.get("options")
        return {one for one in options if isinstance(one, str)} if isinstance(options, list) else set()

    @api.model
    def _get_column_label(self, metric, codes=()):
        name = self.env["key.account.cap.vocabulary"]._get_metric_name(metric)
        if metric == ORDER_DATE:
            return MetricLabel(name, kind="date")
        options = self._get_record_names(metric, codes) if codes and metric in MODELS else {}
        if metric == "customer_tier":
            options[NO_TIER] = self.env._("none")
        if metric == "customer_value_type":
            rule = self.env["key.account.rule"]
            options = dict(rule._fields["customer_value_type"]._description_selection(self.env))
        return MetricLabel(name, kind="choice", options=options, within=metric == "product_category")

    @api.model
    def _get_record_names(self, metric, codes):
        """Return names by code; facts name records by their ID in this database, policies by a portable code."""
        vocabulary = self.env["key.account.cap.vocabulary"]
        ids = {code for code in codes if code.isdecimal() and code.isascii()}
        # sudo: only names of records in rules and in the reader's own order lines; a salesperson may lack access to,
        # for example, the pricelist or the sales team of another company.
        found = vocabulary.sudo()._find_records(metric, set(codes) - ids)
        records = self.env[MODELS[metric]].sudo().browse(int(code) for code in ids).exists()
        found |= {str(record.id): record for record in records}
        return {code: vocabulary._get_record_name(record) for code, record in found.items()}
