from decimal import Decimal

from ..shared.numbers import exact_text
from .key_account_cap_vocabulary import MODELS, NAMES, NO_TIER, ORDER_DATE
from .kinds.rule_kinds import RULE_KINDS, find_kind


class PolicyFit:
    """Reasons why an imported policy would mean something else here, or cannot be shown in rows."""

    def __init__(self, reader):
        self.reader = reader
        self.policy = reader.policy
        self.env = reader.env

    def find_mismatches(self):
        """Return the mismatches as sentences; none if the policy has the same meaning here as at its origin."""
        policy, metrics, tiers = self.policy, self.reader.metrics, self.reader.tiers
        problems = [
            *(self._get_metric_mismatch(row, metrics.get(row.code)) for row in policy.metrics),
            *(self._get_tier_mismatch(row, tiers.get(row.code)) for row in policy.tiers),
            *(find_kind(table.kind).find_mismatch(self.env, row) for table in policy.tables for row in table.rules),
            *self._get_digit_mismatches(),
            *self._get_table_mismatches(),
            *(self._get_record_mismatch(row) for row in policy.metrics if row.code in MODELS),
        ]
        return [problem for problem in problems if problem]

    # --- References of the policy ---

    def _get_metric_mismatch(self, row, metric):
        if row.code in NAMES:
            return self._get_column_mismatch(row)
        if not metric:
            return self.env._(
                "Metric “%(name)s” (%(code)s) does not exist here. Create it first, with the kind that it"
                " has in the file.",
                name=row.name,
                code=row.code,
            )
        if metric.kind != row.kind:
            return self.env._(
                "Metric “%(name)s” is of kind %(here)s here, but of kind %(there)s in the file.",
                name=metric.name,
                here=self._get_kind_label(metric.kind),
                there=self._get_kind_label(row.kind),
            )
        if (metric.source == "line") != (row.of == "line"):
            return self.env._(
                "Metric “%(name)s” is about different records here and in the file: in one place about order lines,"
                " in the other about customers.",
                name=metric.name,
            )
        return self._get_option_mismatch(row, metric)

    def _get_option_mismatch(self, row, metric):
        known = set(metric.option_ids.mapped("code"))
        lacking = [code for code in row.options if code not in known]
        if not lacking:
            return None
        return self.env._(
            "Metric “%(name)s” lacks these options here: %(options)s.",
            name=metric.name,
            options=", ".join(lacking),
        )

    def _get_column_mismatch(self, row):
        """Return a mismatch of a metric that is a column of discount caps rather than a record."""
        kind = "number" if row.code == ORDER_DATE else "choice"
        if row.kind == kind and row.of == "line":
            return None
        return self.env._(
            "“%(code)s” is reserved here: it is a column of discount caps. Give the metric “%(name)s” another code,"
            " here and in the file.",
            code=row.code,
            name=row.name or row.code,
        )

    def _get_kind_label(self, kind):
        return dict(self.env["key.account.metric"]._fields["kind"]._description_selection(self.env))[kind]

    def _get_tier_mismatch(self, row, tier):
        if tier and tier.rank != row.rank:
            return self.env._(
                "Tier “%(name)s” has rank %(here)s here, but rank %(there)s in the file.",
                name=tier.name,
                here=tier.rank,
                there=row.rank,
            )
        return None

    def _get_record_mismatch(self, row):
        """Return a message about the records in the file that cannot be found here."""
        known = self.reader.find_records(row.code, row.options)
        if row.code == "customer_tier":
            known = {tier.code for tier in self.policy.tiers} | {NO_TIER}
        lacking = [code for code in row.options if code not in known]
        if not lacking:
            return None
        return self.env._(
            "“%(metric)s”: %(codes)s cannot be found here. Create or import it with that code or external ID, or take"
            " it out of the file.",
            metric=self.env["key.account.cap.vocabulary"]._get_metric_name(row.code),
            codes=", ".join(lacking),
        )

    # --- Limits of rows ---

    def _get_table_mismatches(self):
        tables = [(kind, self.policy.table(kind.code)) for kind in RULE_KINDS.values()]
        return [mismatch for kind, table in tables if table for mismatch in kind.find_table_mismatches(self.env, table)]

    def _get_digit_mismatches(self):
        """Return messages about numbers that a row cannot hold exactly: rounding would change the rules."""
        policy = self.policy
        rules = [(self.env._("Rule"), rule.name or rule.key, rule) for table in policy.tables for rule in table.rules]
        criteria = [
            (self.env._("Criterion"), row.name or row.key, (row.max_points, row.scale)) for row in policy.criteria
        ]
        whole = [(self.env._("Rule set"), policy.name, policy.weights_total)]
        return [
            self.env._(
                "%(kind)s “%(row)s”: %(number)s has more digits than can be stored (6 decimals, 15 digits in all).",
                kind=kind,
                row=row,
                number=number,
            )
            for kind, row, part in whole + rules + criteria
            for number in self._get_numbers(part)
            if Decimal(exact_text(float(number))) != number
        ]

    def _get_numbers(self, part):
        """Yield all numbers in a part of a policy."""
        if isinstance(part, Decimal):
            yield part
        elif isinstance(part, (tuple, list, dict)):
            for item in part.values() if isinstance(part, dict) else part:
                yield from self._get_numbers(item)
        elif hasattr(part, "model_fields_set"):
            yield from self._get_numbers(dict(part))
