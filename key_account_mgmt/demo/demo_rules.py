"""Caps, credit limits and rewards for a rule set of three tiers."""

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

BEST, GOOD = 0, 1
# What the rows grant, by key: name, place of the tier (None: all others), values. In the order in which they apply.
ROWS = {
    "cap_best": (_lt("Best customers"), BEST, {"kind": "discount_cap", "cap": 15}),
    "cap_good": (_lt("Good customers"), GOOD, {"kind": "discount_cap", "cap": 10}),
    "cap_others": (_lt("All other customers"), None, {"kind": "discount_cap", "cap": 5}),
    "limit_best": (
        _lt("Two months of sales"),
        BEST,
        {"kind": "credit_limit", "credit_formula": "months", "formula_value": 2, "rounding_step": 500},
    ),
    "limit_good": (
        _lt("One month of sales"),
        GOOD,
        {"kind": "credit_limit", "credit_formula": "months", "formula_value": 1, "rounding_step": 500},
    ),
    "reward_growth": (
        _lt("Bonus for growth"),
        BEST,
        {"kind": "reward", "reward": "bonus", "bonus_formula": "growth_share", "formula_value": 2, "budget": 20_000},
    ),
    "reward_delivery": (
        _lt("Delivered first"),
        BEST,
        {"kind": "reward", "reward": "priority_delivery", "cost": 150},
    ),
    "reward_course": (
        _lt("Product training"),
        GOOD,
        {"kind": "reward", "reward": "training", "cost": 400},
    ),
}


def make_granting_version(ruleset):
    """Put a new version of the rule set in force, whose tiers are worth something."""
    version = ruleset.browse(ruleset.action_new_version()["res_id"])
    tiers = version.tier_ids.sorted("rank")
    version.rule_ids = [
        Command.create(_prepare_row(tiers, key, place, *row)) for place, (key, row) in enumerate(ROWS.items(), 1)
    ]
    _translate(version.rule_ids.filtered(lambda rule: rule.key in ROWS))
    version.action_activate()
    return version


def _prepare_row(tiers, key, place, name, tier, values):
    """Return the values of one row; a rule set with fewer tiers has its last one twice."""
    tier_ids = [] if tier is None else tiers[min(tier, len(tiers) - 1)].ids
    return {
        "key": key,
        "name": tiers.with_context(lang="en_US").env._(name),
        "sequence": 10 * place,
        "tier_filter_ids": [Command.set(tier_ids)],
        **values,
    }


def _translate(rules):
    languages = [code for code, _name in rules.env["res.lang"].get_installed()]
    for rule in rules:
        name = ROWS[rule.key][0]
        names = {lang: rule.with_context(lang=lang).env._(name) for lang in languages}
        rule.update_field_translations("name", names)
