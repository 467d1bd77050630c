"""Rooms, each of which asks only those above it; ``tests/core/test_rooms.py`` keeps the order.

Odoo builds a model from its classes in the order in which they load, so the order decides what runs around what.
"""

# What all others use
from . import shared
from . import settings

# What is known of customers
from . import metrics
from . import plans
from . import profiles

# The rules, and what they decide once a year
from . import rulesets
from . import appraisals
from . import evaluations
from . import value_types
from . import pictures

# What orders give away and use
from . import discounts
from . import credit
from . import approvals
from . import order_form

# After all that is checked: the guard's check has to be the outermost around changes of orders
from . import guard

# After the guard: the ledger of limits has to see a customer's limit before and after all other changes
from . import awards
from . import comparisons

# What users see first, of all the rooms
from . import overview
