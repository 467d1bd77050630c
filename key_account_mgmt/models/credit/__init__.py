"""What customers owe or will owe, and whether an order fits into their credit.

Asks ``discounts`` for the value of lines, ``metrics`` and ``settings``.
"""

from . import account_move_line
from . import account_partial_reconcile
from . import sale_order_line
from . import res_partner
from . import account_move_draft
from . import sale_order
from . import key_account_exposure_entry
from . import key_account_exposure
from . import key_account_exposure_statements
from . import key_account_credit
from . import key_account_source_payment
from . import key_account_source_credit
