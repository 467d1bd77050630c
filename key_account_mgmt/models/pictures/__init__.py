"""Pyramids and the value matrix of an evaluation.

Asks ``evaluations`` and ``metrics``.
"""

from . import key_account_evaluation
from . import key_account_evaluation_line
