"""Grades that appraisers give customers for a period.

Asks ``metrics`` and ``rulesets``.
"""

from . import key_account_appraisal
from . import key_account_appraisal_line
