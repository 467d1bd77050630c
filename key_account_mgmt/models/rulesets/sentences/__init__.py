from . import policy_rows
from . import key_account_policy_labels
from . import policy_error_messages
from . import key_account_policy_error_text
from . import key_account_rule_text
from . import key_account_scale_text
from . import key_account_explainer
