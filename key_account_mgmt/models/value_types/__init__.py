"""The value type of a customer: suggested by an evaluation, confirmed by a manager.

Asks ``evaluations`` and ``rulesets``.
"""

from . import key_account_evaluation
from . import key_account_evaluation_line
from . import res_partner
