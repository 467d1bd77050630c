"""What an order or invoice gives away, and what its caps allow.

Asks ``rulesets`` and ``settings``.
"""

from . import account_tax
from . import key_account_exchange
from . import key_account_reference_price
from . import key_account_expense_cost
from . import key_account_discount_value
from . import key_account_cap_table
from . import key_account_line_facts
from . import discount_verdict
from . import invoice_judge
from . import key_account_discount
from . import product_category
from . import res_partner
from . import sale_order
from . import sale_order_line
