from dataclasses import dataclass, field

from odoo import api, models


@dataclass
class MetricLabel:
    """How a metric is called and shown; ``options`` are names by code, ``within``: they contain each other."""

    name: str
    kind: str = "number"
    unit: str = ""
    options: dict = field(default_factory=dict)
    within: bool = False


@dataclass
class Labels:
    """The names, in the user's language, of what reasons and conditions refer to by code and key."""

    metrics: dict = field(default_factory=dict)
    tiers: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    criteria: dict = field(default_factory=dict)
    conditions: dict = field(default_factory=dict)


class KeyAccountLabels(models.AbstractModel):
    """The names that sentences use: those of today's records, else those of the policy."""

    _name = "key.account.labels"
    _description = "Names in Key Account Sentences"

    @api.model
    def _get_labels(self, policy_values, metric_codes=(), reasons=()):
        """The names for what a policy refers to, by a handful of queries whatever its size.

        :param dict policy_values: the policy, for names of what is gone and for the conditions of its rules
        :param metric_codes: further metrics
        :param reasons: those of a decision about an order line, for the names of the records in its facts
        """
        rules = [rule for table in policy_values.get("tables", []) for rule in table["rules"]]
        criteria = policy_values.get("criteria", [])
        return Labels(
            metrics=self._get_metric_labels(policy_values, metric_codes)
            | self._get_column_labels(policy_values, reasons),
            tiers=self._get_names("key.account.tier", "code", policy_values.get("tiers", [])),
            rules=self._get_names("key.account.rule", "key", rules),
            criteria=self._get_names("key.account.criterion", "key", criteria),
            conditions={rule["key"]: rule["conditions"] for rule in rules},
        )

    @api.model
    def _get_names(self, model, column, rows):
        """Names by code or key. Keys live on in later versions, where a name may have come to mean something else:
        a record counts if its source name is still the one in the policy; a tier is the same as long as its code is.
        Of several, those that have a name in the user's language count more: all older ones were made before it."""
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
