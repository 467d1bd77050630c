"""What every room may use: rights and activities, numbers, formats, protected and internal records.

No word of the business stands here, and it asks no other room.
"""

from . import access
from . import base
from . import mail_activity
from . import key_account_decision_request_mixin
from . import key_account_company_mixin
from . import key_account_internal_thread
from . import key_account_run_totals_mixin
from . import key_account_protected_columns_mixin
from . import statements
from . import key_account_protected_mixin
from . import key_account_job_mixin
from . import key_account_formatter
from . import order_hold
from . import numbers
from . import optional_float
