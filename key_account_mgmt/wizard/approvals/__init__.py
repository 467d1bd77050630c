from . import key_account_approval_refusal
from . import key_account_approval_request
