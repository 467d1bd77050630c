from .columns import find_column_misfit


class RuleKind:
    """The behaviour of one kind of rule: as policy, as record, as sentence.

    In all methods ``rule`` is a record of ``key.account.rule``, ``row`` the same rule in a policy of the core, and
    ``say`` the model ``key.account.explainer``, which writes in the language of the user. Methods named
    ``explain_<code>`` explain reasons of the core: ``(say, params, labels, currency) → sentence``.
    """

    code = ""
    # Labels on the screen, in sentences about one rule, and in sentences about all rules of the kind.
    label = ""
    row_name = table_name = None
    # Phrases for the number of rules: "1 veto", "%s vetoes". The kind that every rule set needs is also counted at
    # zero.
    one = many = None
    # The part of the addon that the rules belong to; None: always on.
    part = None
    always_counted = False
    # The field of the rule set that lists the rules of the kind.
    rows = "rule_ids"
    # Fields of the rule that its sentence uses.
    columns = ()
    # Selections among these fields: problems show their options by name.
    selections = ()
    # Fields that trigger ``check``.
    checked = ()
    # Whether the rules apply to one order line, rather than to a customer compared with all others.
    judges_order_lines = False

    def check(self, rule):
        """Raise on a rule that makes no sense; activation finds what a policy cannot express."""

    def get_used_parts(self, _rule):
        """Return the parts of the addon that the columns of the rule use, besides the kind's own."""
        return set()

    # --- From records to a policy ---

    def to_policy(self, rule):
        """Return the rule in the form of a policy."""
        return {
            "key": rule.key,
            "name": rule.name or "",
            "conditions": [
                *self.columns_to_policy(rule),
                *(condition._prepare_condition_values() for condition in rule.condition_ids),
            ],
            **self.outcome_to_policy(rule),
        }

    def columns_to_policy(self, _rule):
        """Return the conditions of the policy that have columns of their own on the screen."""
        return []

    def outcome_to_policy(self, _rule):
        """Return the outcome of the rule in the form of a policy."""
        return {}

    def get_formula_metrics(self, _rule):
        """Return the codes of the metrics that the outcome uses, besides those of the conditions."""
        return set()

    def table_to_policy(self, _ruleset, rules):
        """Return the table of these rules; None if the rule set has none.

        :param rules: the active rules of the kind in a rule set, in their order
        """
        return {"kind": self.code, "rules": [rule._prepare_rule_values() for rule in rules]} if rules else None

    def metrics_to_policy(self, _ruleset, _rules):
        """Return the metrics that only rules of this kind use, in the form of a policy."""
        return []

    # --- From a policy to records ---

    def from_policy(self, _row, _reader):
        """Return the values of the rule, except those common to all kinds.

        :param reader: ``PolicyReader``, for the records that the policy names
        """
        return {}

    def table_from_policy(self, _table, _reader):
        """Return the values of the rule set that come from the table.

        :param table: table of the core; None if the policy has none of the kind
        """
        return {}

    def find_mismatch(self, env, row):
        """Return why the screen cannot show the rule of a policy, as a sentence; None if it can."""
        return self.find_own_mismatch(env, row) or find_column_misfit(env, row) or self._find_list_of_numbers(env, row)

    def find_own_mismatch(self, _env, _row):
        """Return why this kind's own columns cannot show the rule, as a sentence; empty if they can."""
        return ""

    def _find_list_of_numbers(self, env, row):
        """Return a message if a number is compared with a list: the core allows lists, a row holds one number."""
        for condition in row.conditions:
            if condition.operator in ("in", "not in") and not isinstance(condition.values[0], str):
                return env._(
                    "Rule “%(rule)s”: a number is compared with a list. Use a rule for each value instead.",
                    rule=row.name or row.key,
                )
        return None

    def find_table_mismatches(self, _env, _table):
        """Return why the screen cannot show the parts of the table besides its rules, as sentences."""
        return []

    # --- As sentences ---

    def get_outcome_phrase(self, _rule, _say):
        """Return the effect of the rule, such as "at best tier C"."""
        return "…"

    def get_column_phrases(self, _rule, _say):
        """Return the conditions in the rule's own columns, such as "tier is A or B"."""
        return []

    def get_unconditional_sentence(self, say, outcome):
        """Return the sentence for a rule without conditions."""
        return say.env._("Every customer: %(outcome)s", outcome=outcome)

    def get_count_phrase(self, env, count):
        """Return the count, such as "2 vetoes"; empty if a rule set needs none and has none."""
        if not count and not self.always_counted:
            return ""
        phrase = env._(self.one if count == 1 else self.many)
        return phrase if count == 1 else phrase % count

    # --- Warnings ---

    def get_refused_codes(self, _company):
        """Return the codes of the warnings that prevent activation in the company."""
        return frozenset()

    def get_comparable(self, _env, policy):
        """Return the policy in a form that lets the core compare rules of this kind with each other."""
        return policy

    # --- Active rules ---

    def update_company(self, company, ruleset, has_rules):
        """Store on the company what callers need to know about its rules without reading the policy.

        :param ruleset: the company's active rule set, or an empty record set
        :param bool has_rules: whether it contains rules of this kind
        """
