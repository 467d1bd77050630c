"""The kinds of awards, and the states that they pass."""

AWARD_KINDS = [
    ("credit", "Credit Limit"),
    ("bonus", "Bonus"),
    ("equipment", "Equipment"),
    ("training", "Training"),
    ("payment_term", "Payment Terms"),
    ("priority_delivery", "Priority Delivery"),
    ("free", "Other"),
]
AWARD_STATES = [
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("posted", "Posted"),
    ("promised", "Promised"),
    ("delivered", "Delivered"),
    ("refused", "Refused"),
    ("reverted", "Reverted"),
    ("expired", "Expired"),
]
# Awards that wait for a decision, for posting or for delivery.
OPEN_STATES = ("proposed", "approved", "promised")
# The cost of an award counts against budgets from its approval on, until it is certain that no customer gets it.
COMMITTED_STATES = ("approved", "posted", "promised", "delivered")
# Awards that Finance granted and that reverting takes back; delivered awards stay delivered.
GRANTED_STATES = ("approved", "posted", "promised")
# Awards that were granted and have ended; ``ended_on`` says until when they counted.
ENDED_STATES = ("reverted", "expired")
