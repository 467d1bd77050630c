"""What can be known of a customer for a period: metrics, entered values, the collector and its sources.

Asks ``shared`` and ``settings``.
"""

from . import key_account_perspective
from . import key_account_metric_user_mixin
from . import key_account_metric
from . import key_account_metric_option
from . import key_account_metric_value
from . import collection_scope
from . import key_account_source
from . import account_move
from . import account_move_line_cost
from . import source_invoice_line
from . import key_account_source_invoice
from . import key_account_source_order
from . import key_account_source_customer
from . import key_account_source_manual
from . import key_account_collector
