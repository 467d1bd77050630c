from . import key_account_appraisal_request
