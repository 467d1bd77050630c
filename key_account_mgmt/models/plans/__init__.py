"""What users enter about customers in advance or beside the books: targets, expectations, costs to serve, territories.

Asks ``metrics`` and rooms above it.
"""

from . import plan_overlap
from . import plan_revenue
from . import key_account_plan_mixin
from . import key_account_target
from . import key_account_source_target
from . import key_account_service_cost
from . import key_account_source_service
from . import mail_activity_type
from . import key_account_probability
from . import key_account_expectation
from . import key_account_source_expectation
from . import key_account_source_territory
from . import key_account_territory
from . import res_partner
