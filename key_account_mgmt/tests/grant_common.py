from odoo.fields import Command


class GrantRulesMixin:
    """Builders of rows of credit limits, rewards and value types, and of benefits of tiers."""

    @classmethod
    def make_limit(cls, ruleset, value=10_000, *conditions, tiers=(), **values):
        """A row of credit limits: ``value`` is the number of its formula, a fixed amount by default."""
        return cls._make_grant(ruleset, "credit_limit", conditions, tiers, {"formula_value": value, **values})

    @classmethod
    def make_reward(cls, ruleset, reward="training", *conditions, tiers=(), **values):
        """A row of rewards."""
        return cls._make_grant(ruleset, "reward", conditions, tiers, {"reward": reward, **values})

    @classmethod
    def make_value_type(cls, ruleset, kind="intrinsic", *conditions, tiers=(), **values):
        """A row of value types."""
        return cls._make_grant(ruleset, "value_type", conditions, tiers, {"value_type": kind, **values})

    @classmethod
    def _make_grant(cls, ruleset, kind, conditions, tiers, values):
        number = len(ruleset.rule_ids) + 1
        return cls.env["key.account.rule"].create(
            {
                "name": f"Rule {number}",
                "key": f"{kind}_{number}",
                "ruleset_id": ruleset.id,
                "kind": kind,
                "sequence": 10 * number,
                "tier_filter_ids": [Command.set([cls.get_tier(tier).id for tier in tiers])],
                "condition_ids": [Command.create(cls._prepare_condition(*condition)) for condition in conditions],
                **values,
            }
        )

    @classmethod
    def make_benefit(cls, ruleset, tier, ceiling=None, **values):
        """What a tier is good for; ``ceiling`` is its credit ceiling, None for none."""
        values = {"ruleset_id": ruleset.id, "tier_id": cls.get_tier(tier).id, **values}
        if ceiling is not None:
            values |= {"has_credit_ceiling": True, "credit_ceiling": ceiling}
        return cls.env["key.account.tier.benefit"].create(values)
