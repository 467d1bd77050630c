from . import key_account_exposure
from . import key_account_exposure_entry
from . import pos_order
from . import sale_order_line
