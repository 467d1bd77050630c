from . import key_account_ruleset_import
from . import key_account_ruleset_import_cap
from . import key_account_ruleset_import_grant
from . import key_account_ruleset_import_value_kind
from . import key_account_template_wizard
