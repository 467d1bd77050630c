"""No confirmed order or posted invoice beyond caps and credit, whichever way it came.

Asks ``discounts``, ``credit``, ``approvals`` and ``order_form``.
"""

from . import approval_needed
from . import order_checks
from . import key_account_guard
from . import payment_transaction
from . import discount_spread
from . import sale_order
from . import mail_template
from . import sale_order_line
from . import account_move
from . import account_move_line
