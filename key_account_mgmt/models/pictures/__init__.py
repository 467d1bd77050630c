"""Pyramids and the value matrix of an evaluation.

Asks ``evaluations`` and ``metrics``.
"""

from . import evaluation_measures
from . import evaluation_levels
from . import evaluation_matrix
from . import evaluation_pyramids
from . import key_account_evaluation
from . import key_account_evaluation_line
