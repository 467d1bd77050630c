from .columns import find_column_misfit


class RuleKind:
    """What one kind of rule means: as policy, as record, as sentence.

    In all methods ``rule`` is a record of ``key.account.rule``, ``row`` the same rule in a policy of the core, and
    ``say`` the model ``key.account.explainer``, which writes in the language of the user. Methods named
    ``explain_<code>`` put reasons of the core into words: ``(say, params, labels, currency) → sentence``.
    """

    code = ""
    # On the screen, and in sentences about a rule and about all rules of the kind.
    label = ""
    row_name = table_name = None
    # How many of them a rule set has: "1 veto", "%s vetoes". Kinds that every rule set is expected to have are
    # counted where there are none, too.
    one = many = None
    always_counted = False
    # The field of the rule set that lists the rules of the kind.
    rows = "rule_ids"
    # Fields of the rule that its sentence is made of.
    columns = ()
    # Selections among them: problems call their options by name.
    selections = ()
    # Fields that ``check`` looks at.
    checked = ()
    # Whether rules look at one order line, rather than at a customer among all others.
    judges_order_lines = False

    def check(self, rule):
        """Refuse a rule that cannot be meant; what a policy cannot say is found when it is activated."""

    # --- From records to a policy ---

    def to_policy(self, rule):
        """The rule as a policy has it."""
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
        """Conditions of the policy that stand in columns of their own on the screen."""
        return []

    def outcome_to_policy(self, _rule):
        """What the rule gives, as a policy has it."""
        return {}

    def get_formula_metrics(self, _rule):
        """Codes of the metrics that the outcome looks at, besides the conditions."""
        return set()

    def table_to_policy(self, _ruleset, rules):
        """The table of these rules; None where the rule set has none.

        :param rules: the active rules of the kind in a rule set, in their order
        """
        return {"kind": self.code, "rules": [rule._prepare_rule_values() for rule in rules]} if rules else None

    def metrics_to_policy(self, _ruleset, _rules):
        """Metrics that only rules of this kind ask for, as a policy has them."""
        return []

    # --- From a policy to records ---

    def from_policy(self, _row, _reader):
        """Values of the rule besides those that all rules have.

        :param reader: ``PolicyReader``, for the records that the policy names
        """
        return {}

    def table_from_policy(self, _table, _reader):
        """Values of the rule set that the table gives.

        :param table: of the core, None where the policy has none of the kind
        """
        return {}

    def find_mismatch(self, env, row):
        """Why the screen cannot show the rule of a policy, as a sentence; None where it can."""
        return self.find_own_mismatch(env, row) or find_column_misfit(env, row) or self._find_list_of_numbers(env, row)

    def find_own_mismatch(self, _env, _row):
        """Why the columns that this kind has beyond the others cannot show the rule; empty where they can."""
        return ""

    def _find_list_of_numbers(self, env, row):
        """The core compares numbers with several values too; a row on the screen has one."""
        for condition in row.conditions:
            if condition.operator in ("in", "not in") and not isinstance(condition.values[0], str):
                return env._(
                    "Rule “%(rule)s”: a number is compared with a list. Use a rule for each value instead.",
                    rule=row.name or row.key,
                )
        return None

    def find_table_mismatches(self, _env, _table):
        """Why the screen cannot show what the table has besides rules, as sentences."""
        return []

    # --- As sentences ---

    def get_outcome_phrase(self, _rule, _say):
        """What the rule does, such as "at best tier C"."""
        return "…"

    def get_column_phrases(self, _rule, _say):
        """What the rule asks in columns of its own, such as "tier is A or B"."""
        return []

    def get_unconditional_sentence(self, say, outcome):
        """The sentence of a rule without any condition."""
        return say.env._("Every customer: %(outcome)s", outcome=outcome)

    def get_count_phrase(self, env, count):
        """Such as "2 vetoes"; empty where a rule set need not have any and has none."""
        if not count and not self.always_counted:
            return ""
        phrase = env._(self.one if count == 1 else self.many)
        return phrase if count == 1 else phrase % count

    # --- What is doubtful ---

    def get_refused_codes(self, _company):
        """Codes of the doubts with which the company lets no rule set come into force."""
        return frozenset()

    def get_comparable(self, _env, policy):
        """The policy in the form in which the core can compare rules of this kind with each other."""
        return policy

    # --- What is in force ---

    def note_in_force(self, company, ruleset, has_rules):
        """Write on the company what has to be known of it without reading its policy.

        :param ruleset: its active rule set, or an empty one
        :param bool has_rules: whether there are rules of this kind in it
        """
