"""The yearly evaluation: collect, decide, record, review, apply and revert.

Asks ``rulesets``, ``metrics``, ``profiles`` and ``appraisals``; later rooms fill its hooks.
"""

from . import key_account_appraisal
from . import key_account_population_mixin
from . import evaluation_benefit
from . import evaluation_application
from . import evaluation_claim
from . import evaluation_customers
from . import evaluation_notices
from . import evaluation_collection
from . import evaluation_run
from . import evaluation_replay
from . import evaluation_summary
from . import evaluation_job
from . import evaluation_review
from . import key_account_evaluation
from . import evaluation_scorecard
from . import key_account_evaluation_line
from . import res_partner
from . import key_account_ruleset
