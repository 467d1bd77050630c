"""What an applied evaluation grants, Finance's decisions on it, and the ledger of credit limits.

Asks ``evaluations``, ``credit`` and ``guard``.
"""

from . import key_account_credit_entry
from . import key_account_award
from . import key_account_source_privilege
from . import key_account_evaluation_effects
from . import key_account_evaluation_budgets
from . import key_account_evaluation
from . import key_account_award_decision
from . import key_account_award_fulfilment
from . import res_partner
from . import res_partner_credit_family
from . import ir_default
from . import res_users
