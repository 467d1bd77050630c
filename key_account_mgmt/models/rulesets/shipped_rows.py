from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import file_open

from ...rules import Policy
from .policy_reader import PolicyReader


class ShippedRows:
    """Rules of one kind that the addon ships in a file, as a starting point for any draft."""

    def __init__(self, kind, path):
        self.kind = kind
        self.path = path

    def load(self):
        with file_open(self.path, filter_ext=(".json",)) as file:
            return Policy.load(file.read())

    def find_tier(self, tiers):
        """Return the tier of the rule set that replaces all tiers named in the file.

        :param tiers: tiers of the rule set, the best one first
        """
        raise NotImplementedError

    def get_refusal(self, ruleset):
        """Return why no rows can be added to a rule set without tiers."""
        raise NotImplementedError

    def add_to(self, rulesets, active):
        """Add the rows that the drafts lack.

        :param active: whether the rows are active at once; rows from templates stay inactive until a user wants them
        """
        policy = self.load()
        rows, reader = policy.table(self.kind).rules, PolicyReader(rulesets.env, policy, rulesets.env.company)
        for ruleset in rulesets:
            tiers = dict.fromkeys((tier.code for tier in policy.tiers), self._get_tier(ruleset))
            known, fitted = set(ruleset.rule_ids.mapped("key")), reader.with_tiers(tiers)
            ruleset.rule_ids = [
                Command.create({**fitted.prepare_rule(self.kind, row, sequence), "active": active})
                for sequence, row in enumerate(rows, 1)
                if row.key not in known
            ]
            added = ruleset.rule_ids.filtered(lambda rule, known=known: rule.key not in known)
            rulesets.env["key.account.template"]._translate_rules(added)

    def switch_on(self, rulesets):
        """Activate those of the rows that exist already."""
        shipped = {row.key for row in self.load().table(self.kind).rules}
        rules = rulesets.rule_ids.filtered(lambda rule: rule.kind == self.kind and rule.key in shipped)
        rules.filtered(lambda rule: not rule.active).active = True

    def _get_tier(self, ruleset):
        if not ruleset.tier_ids:
            raise UserError(self.get_refusal(ruleset))
        return self.find_tier(ruleset.tier_ids.sorted("rank"))


class ShippedVetoes(ShippedRows):
    """Vetoes against pseudo key accounts, which put customers into the lowest tier."""

    def find_tier(self, tiers):
        return tiers[-1]

    def get_refusal(self, ruleset):
        return ruleset.env._(
            "Rule set “%s” has no tiers, so a veto cannot give one. Choose its tiers first.",
            ruleset.display_name,
        )


class ShippedValueTypes(ShippedRows):
    """Rules that suggest value types; “the best tier” in them is that of each rule set."""

    def find_tier(self, tiers):
        return tiers[0]

    def get_refusal(self, ruleset):
        return ruleset.env._(
            "Rule set “%s” has no tiers, so there is no best tier to refer to. Choose its tiers first.",
            ruleset.display_name,
        )


SHIPPED_VETOES = ShippedVetoes("veto", "key_account_mgmt/data/key_account_vetoes.json")
SHIPPED_VALUE_TYPES = ShippedValueTypes("value_type", "key_account_mgmt/data/key_account_value_types.json")
