"""What an applied evaluation grants, Finance's decisions on it, and the ledger of credit limits.

Asks ``evaluations``, ``credit`` and ``guard``.
"""

from . import key_account_credit_entry
from . import award_states
from . import award_proposals
from . import award_decision
from . import award_budgets
from . import award_notices
from . import award_summary
from . import award_posting
from . import award_delivery
from . import key_account_award
from . import key_account_source_incentive
from . import evaluation_effects
from . import key_account_evaluation
from . import credit_family
from . import res_partner
from . import ir_default
from . import res_users
