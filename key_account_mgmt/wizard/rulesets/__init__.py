from . import key_account_ruleset_activation
from . import key_account_ruleset_import
from . import key_account_template_wizard
