from . import sale_order_line_why
from . import sale_order_cap_status
from . import sale_order_figures
from . import sale_order_credit
