"""What an open order shows: tier, status, figures, alerts, and why a line has its cap.

Asks ``discounts``, ``credit`` and ``approvals``.
"""

from . import sale_order_line
from . import sale_order
