"""What policies call the parts of credit limits, rewards and kinds of value."""

CREDIT, REWARDS = "credit_limit", "reward"
GRANT_KINDS = (CREDIT, REWARDS)
VALUE_KINDS = "value_kind"
# Rows of these can ask for the tier that was decided.
TIER_KINDS = (*GRANT_KINDS, VALUE_KINDS)
# The tier that was decided, as conditions ask for it.
TIER = "tier"
# The column of each formula that has its number.
FORMULA_NUMBERS = {
    "fixed": "amount",
    "factor": "factor",
    "revenue_share": "share_pct",
    "growth_share": "share_pct",
    "months": "months",
    "days": "days",
}
