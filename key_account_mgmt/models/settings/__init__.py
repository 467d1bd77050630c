"""What a company chooses, and its fiscal year.

Asks ``shared``.
"""

from . import key_account_part
from . import ir_ui_menu
from . import res_company
from . import res_config_settings
from . import key_account_credit_off_mixin
