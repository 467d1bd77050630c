"""The yearly evaluation: collect, decide, record, review, apply and revert.

Asks ``rulesets``, ``metrics``, ``profiles`` and ``appraisals``; later rooms fill its hooks.
"""

from . import key_account_appraisal
from . import key_account_population_mixin
from . import key_account_evaluation_benefit
from . import key_account_evaluation_application
from . import key_account_evaluation_claim
from . import key_account_evaluation_customers
from . import key_account_evaluation_notices
from . import key_account_evaluation_collection
from . import key_account_evaluation_run
from . import key_account_evaluation_replay
from . import key_account_evaluation_summary
from . import key_account_evaluation_job
from . import key_account_evaluation_review
from . import key_account_evaluation
from . import key_account_evaluation_scorecard
from . import key_account_evaluation_line
from . import res_partner
