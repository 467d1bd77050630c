from odoo import api, models

from ..key_account_cap_vocabulary import MODELS, NAMES, NO_TIER, ORDER_DATE
from .key_account_labels import MetricLabel
from .key_account_problem import get_rows


class KeyAccountLabels(models.AbstractModel):
    """The names of what discount caps ask of an order line: records rather than metrics."""

    _inherit = "key.account.labels"

    @api.model
    def _get_column_labels(self, policy_values, reasons=()):
        """Labels of the columns that a policy uses, with the names of the records that it or the reasons name."""
        rows = get_rows(policy_values, "metrics")
        codes = {row["code"]: self._get_option_codes(row) for row in rows if str(row.get("code")) in NAMES}
        for reason in reasons:
            for fact in reason.get("params", {}).get("facts", []):
                if fact["metric"] in codes and fact.get("value") is not None:
                    codes[fact["metric"]].add(fact["value"])
        return {metric: self._get_column_label(metric, values) for metric, values in codes.items()}

    @api.model
    def _get_option_codes(self, row):
        """Of a metric in a policy, or in a file that may say anything."""
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
        if metric == "customer_kind":
            rule = self.env["key.account.rule"]
            options = dict(rule._fields["customer_kind"]._description_selection(self.env))
        return MetricLabel(name, kind="choice", options=options, within=metric == "product_category")

    @api.model
    def _get_record_names(self, metric, codes):
        """Names by code; facts name records by their ID in this database, policies by one that holds elsewhere."""
        vocabulary = self.env["key.account.cap.vocabulary"]
        ids = {code for code in codes if code.isdecimal() and code.isascii()}
        # sudo: names only, of what stands in rules and in the reader's own order lines; a salesperson may not be
        # allowed to open, say, the pricelist or the sales team of another company.
        found = vocabulary.sudo()._find_records(metric, set(codes) - ids)
        records = self.env[MODELS[metric]].sudo().browse(int(code) for code in ids).exists()
        found |= {str(record.id): record for record in records}
        return {code: vocabulary._get_record_name(record) for code, record in found.items()}
