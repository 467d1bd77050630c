from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# Names in the files of templates and shipped vetoes, by key of the rule: the files themselves cannot be translated.
RULE_NAMES = {
    "top_1": _lt("Top 1 %"),
    "top_15": _lt("Top 15 %"),
    "top_20": _lt("Top 20 %"),
    "next_4": _lt("Next 4 %"),
    "next_15": _lt("Next 15 %"),
    "next_20": _lt("Next 20 %"),
    "next_30": _lt("Next 30 %"),
    "others": _lt("All others"),
    "revenue_100000": _lt("Revenue from 100,000"),
    "revenue_20000": _lt("Revenue from 20,000"),
    "score_80": _lt("80 points or more"),
    "score_75": _lt("75 points or more"),
    "score_60": _lt("60 points or more"),
    "score_50": _lt("50 points or more"),
    "pass_mark": _lt("Pass mark: 80 points or more"),
    "reward_credit": _lt("Higher credit limit"),
    "reward_bonus": _lt("Bonus"),
    "reward_training": _lt("Training"),
    "reward_equipment": _lt("Equipment"),
    "reward_none": _lt("No reward"),
    "one_off": _lt("One-off purchase"),
    "thin_margin": _lt("Big volume, thin margin"),
    "late_payer": _lt("Pays late"),
    "slow_payer": _lt("Pays far too late"),
    "returns": _lt("High returns"),
    "dormant": _lt("Dormant"),
    "incentives": _lt("Incentives cost more than the margin"),
    "outside_territory": _lt("Goods outside the territory"),
    "value_strategic": _lt("A partner for years"),
    "value_extrinsic": _lt("Pays for more than the product"),
    "value_intrinsic": _lt("Looks at the price"),
}
# By key of the criterion, where the method has its own name for the metric.
CRITERION_NAMES = {
    "performance": _lt("Performance"),
    "cooperation": _lt("Cooperation"),
    "credit": _lt("Credit"),
    "information": _lt("Information"),
}
# By code of the tier.
TIER_NAMES = {
    "vip": _lt("VIP"),
    "main": _lt("Main"),
    "ordinary": _lt("Ordinary"),
    "small": _lt("Small"),
    "excellent": _lt("Excellent"),
    "good": _lt("Good"),
    "fair": _lt("Fair"),
}
