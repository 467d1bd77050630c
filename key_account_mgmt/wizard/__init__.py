from . import key_account_evaluation_wizard
