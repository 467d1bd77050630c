from . import key_account_evaluation
from . import key_account_evaluation_line
