from .grant_common import GrantRulesMixin
from .ruleset_common import RulesetCommon


class GrantRulesCommon(GrantRulesMixin, RulesetCommon):
    @classmethod
    def make_ceilings(cls, ruleset):
        """Benefits of all tiers, not in their order; the last has no ceiling."""
        cls.make_benefit(ruleset, "B", 20_000)
        cls.make_benefit(ruleset, "A", 60_000.25, payment_term_id=cls.env.ref("account.account_payment_term_30days").id)
        cls.make_benefit(ruleset, "C")
