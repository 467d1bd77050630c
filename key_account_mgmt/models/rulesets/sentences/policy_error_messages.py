from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

COLUMNS = {
    "amount": _lt("Amount"),
    "below_exposure": _lt("Allow Limit below Current Exposure"),
    "budget": _lt("Budget"),
    "cap": _lt("Discount Cap (%)"),
    "ceilings": _lt("Credit Ceiling"),
    "code": _lt("Code"),
    "conditions": _lt("Conditions"),
    "cost": _lt("Estimated Cost"),
    "criteria": _lt("Criteria"),
    "days": _lt("Days"),
    "direction": _lt("Direction"),
    "factor": _lt("Factor"),
    "formula": _lt("Formula"),
    "freezes_credit": _lt("Freezes Credit"),
    "grades": _lt("Grades"),
    "key": _lt("Key"),
    "kind": _lt("Kind"),
    "lower": _lt("From (included)"),
    "margin_floor": _lt("Margin Floor (%)"),
    "max_change_pct": _lt("Maximum Change (%)"),
    "max_points": _lt("Maximum Points"),
    "maximum": _lt("Highest Limit"),
    "measure": _lt("Measure"),
    "metric": _lt("Metric"),
    "metrics": _lt("Metrics"),
    "minimum": _lt("Lowest Limit"),
    "months": _lt("Months"),
    "name": _lt("Name"),
    "offset_metric": _lt("Offset by"),
    "operator": _lt("Operator"),
    "options": _lt("Options"),
    "perspective": _lt("Perspective"),
    "points": _lt("Points"),
    "points_each": _lt("Points Off per Occurrence"),
    "rank": _lt("Rank"),
    "reference": _lt("Discount Measured from"),
    "reward": _lt("Reward"),
    "rounding": _lt("Rounding"),
    "rules": _lt("Rules"),
    "scale": _lt("Scale"),
    "schema": _lt("Version of the File"),
    "share_pct": _lt("Share (%)"),
    "steps": _lt("Bands"),
    "tables": _lt("Tables of Rules"),
    "target": _lt("Target"),
    "target_metric": _lt("Target from Metric"),
    "tier": _lt("Tier"),
    "tiers": _lt("Tiers"),
    "type": _lt("Scale"),
    "value_type": _lt("Value Type"),
    "values": _lt("Value"),
    "weights_total": _lt("Weights Add Up To"),
}
# Required forms of a value in a file, by their names in the core.
FORMS = {
    "bool": _lt("true or false"),
    "dict": _lt("object"),
    "int": _lt("whole number"),
    "list": _lt("list"),
    "model": _lt("object"),
    "model_attributes": _lt("object"),
    "number as text": _lt("number in quotation marks"),
    "option": _lt("option"),
    "string": _lt("text"),
    "tuple": _lt("list"),
}
MESSAGES = {
    "required": _lt("has to be filled in."),
    "empty": _lt("has to be filled in."),
    "unknown_field": _lt("is not known; got %(got)s."),
    "not_allowed": _lt("got “%(got)s”, allowed are: %(allowed)s."),
    "unknown_type": _lt("got “%(got)s”, allowed are: %(allowed)s."),
    "wrong_type": _lt("got “%(got)s”, which is not of the right form (%(allowed)s)."),
    "too_long": _lt("the text is too long."),
    "not_storable": _lt("the text has a character that cannot be stored (such as NUL). Remove it."),
    "out_of_range": _lt("got %(got)s, allowed is %(allowed)s."),
    "not_a_number": _lt("got “%(got)s”, which is not a number."),
    "not_finite": _lt("got “%(got)s”, which is not a finite number."),
    "too_many_decimals": _lt("got %(got)s, at most %(allowed)s decimals are allowed."),
    "negative": _lt("got %(got)s, it must not be negative."),
    "not_positive": _lt("got %(got)s, it must be more than 0."),
    "duplicate": _lt("“%(got)s” appears twice; each may appear only once."),
    "not_json": _lt("the file is not readable as JSON: %(got)s"),
    "reserved_code": _lt("“%(got)s” is reserved; choose another code."),
    "no_tiers": _lt("no tier is chosen. Add at least one."),
    "no_tier_table": _lt("there is no tier rule. Add at least one, such as one without conditions for all customers."),
    "unknown_metric": _lt("“%(got)s” is not a metric of this rule set."),
    "unknown_tier": _lt("“%(got)s” is not one of the rule set's tiers (%(allowed)s)."),
    "unknown_option": _lt("“%(got)s” is not an option of the metric, allowed are: %(allowed)s."),
    "score_not_allowed": _lt("the score is the sum of the criteria, so a criterion cannot use it."),
    "wrong_metric_kind": _lt("“%(got)s” does not fit a metric of kind “%(kind)s”."),
    "measure_not_allowed": _lt("“%(got)s” does not fit a metric with options, which have no rank and no share."),
    "operator_not_allowed": _lt("“%(got)s” does not fit the metric, allowed are: %(allowed)s."),
    "metric_not_allowed": _lt("“%(got)s” exists for order lines only, so only a discount cap can use it."),
    "place_not_allowed": _lt("“%(got)s” compares with all other customers; a discount cap can look at the value only."),
    "minimum_above_maximum": _lt("got %(got)s, which is above the highest limit (%(allowed)s)."),
    "formula_not_allowed": _lt("only a bonus has a formula."),
    "no_value": _lt("has to be filled in; choose at least one."),
    "too_many_values": _lt("%(got)s values are given, allowed is one; for several use “is one of”."),
    "no_steps": _lt("there is no band. Add at least one."),
    "duplicate_step": _lt("two bands begin at %(got)s, so one of them is empty."),
    "steps_not_ascending": _lt("%(got)s must be %(allowed)s: bands overlap."),
    "one_target": _lt("give either a fixed target or a metric that holds the target."),
    "no_grades": _lt("no grade has points. Add at least one."),
    "weights_not_in_total": _lt(
        "the maximum points of the criteria add up to %(got)s instead of %(allowed)s (%(rows)s). Change the points,"
        " or the required sum."
    ),
    # Findings of lint: allowed, but probably not intended.
    "tier_never_given": _lt("no rule gives this tier."),
    "tier_out_of_reach": _lt(
        "no customer can get this tier: of %(population)s customers, the best has a rank percentage of %(best)s %%."
        " Raise the limit, or use the rank instead."
    ),
    "above_maximum": _lt("%(got)s points exceed the maximum of the criterion (%(allowed)s) and are reduced to it."),
    "option_without_grade": _lt("this option has no points, so it gives 0."),
    "score_without_criteria": _lt("the score is compared, but no criterion gives points."),
    "no_rule_for_everybody": _lt(
        "customers for whom no rule holds get no tier. Add a last rule without conditions for all other customers."
    ),
    "impossible": _lt("they exclude each other (%(metrics)s), so the rule never holds."),
    "unreachable": _lt("the rule is never reached: “%(behind)s” above it holds for all these customers."),
    "cap_not_monotone": _lt(
        "customers of tier “%(worse)s” may be given up to %(worse_cap)s %%, those of the better tier “%(better)s” only "
        "%(better_cap)s %% (“%(better_rule)s”), though all else is the same."
    ),
    "cap_not_monotone_without": _lt(
        "customers of the worse tier “%(worse)s” have no cap where those of “%(better)s” have %(better_cap)s %%, "
        "though all else is the same. Add a row for them."
    ),
    "caps_not_compared": _lt(
        "the rows overlap in too many ways to check for all customers whether a worse tier gets a higher cap."
    ),
    "ceiling_not_monotone": _lt(
        "customers of tier “%(worse)s” may have up to %(worse_ceiling)s of credit, those of the better tier "
        "“%(better)s” only %(better_ceiling)s."
    ),
    "ceiling_not_monotone_without": _lt(
        "customers of the worse tier “%(worse)s” have no credit ceiling where those of “%(better)s” have "
        "%(better_ceiling)s. Add one for them."
    ),
    "veto_without_effect": _lt("a cap at the best tier changes nothing."),
    "veto_for_everybody": _lt("without conditions the veto holds for every customer."),
}
