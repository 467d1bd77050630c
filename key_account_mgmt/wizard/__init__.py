from . import key_account_evaluation_refusal
from . import key_account_evaluation_wizard
from . import key_account_ruleset_import
from . import key_account_approval_request
from . import key_account_approval_refusal
from . import key_account_ruleset_import_cap
from . import key_account_ruleset_import_grant
