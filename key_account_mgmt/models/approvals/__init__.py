"""Consent to orders beyond a cap or a limit: requests, levels and decisions.

Asks ``discounts`` and ``credit``.
"""

from . import key_account_approval_judge
from . import key_account_approval_level
from . import approval_deciders
from . import approval_notices
from . import approval_request
from . import key_account_approval
from . import key_account_discount_approval
from . import key_account_credit_approval
from . import sale_order
