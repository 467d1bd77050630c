from . import key_account_evaluation_override
from . import key_account_evaluation_refusal
from . import key_account_evaluation_wizard
