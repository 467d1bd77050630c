"""Pyramids and the value matrix of an evaluation.

Asks ``evaluations`` and ``metrics``.
"""

from . import key_account_evaluation_measures
from . import key_account_evaluation_levels
from . import key_account_evaluation_matrix
from . import key_account_evaluation_pyramids
from . import key_account_evaluation
from . import key_account_evaluation_line
