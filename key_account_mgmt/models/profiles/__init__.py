"""How well a prospect fits: industry profiles, customer profiles and the explained fit score.

Asks ``metrics`` and rooms above it.
"""

from . import key_account_industry_profile
from . import key_account_customer_profile
from . import key_account_source_profile
from . import key_account_fit_explanation
from . import res_partner
