"""Rule sets compared on the customers of a period, without writing anything on customers.

Asks ``evaluations`` and ``rulesets``.
"""

from . import comparison_run
from . import comparison_job
from . import comparison_summary
from . import key_account_comparison
from . import key_account_comparison_line
from . import ruleset_effect
from . import key_account_ruleset
