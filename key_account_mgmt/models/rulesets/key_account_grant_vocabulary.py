"""What policies call the parts of credit limits, rewards and kinds of value."""

from ...rules import CREDIT, REWARDS, VALUE_KINDS
from ...rules import TIER as TIER  # for those who take it from here

GRANT_KINDS = (CREDIT, REWARDS)
# Rows of these can ask for the tier that was decided.
TIER_KINDS = (*GRANT_KINDS, VALUE_KINDS)
# The column of each formula that has its number.
FORMULA_NUMBERS = {
    "fixed": "amount",
    "factor": "factor",
    "revenue_share": "share_pct",
    "growth_share": "share_pct",
    "months": "months",
    "days": "days",
}
