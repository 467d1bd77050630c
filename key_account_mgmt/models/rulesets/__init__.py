"""Rule sets: criteria, tiers, tables of rules, and the policy that the decision core reads.

``kinds`` defines what each kind of rule means, ``sentences`` explains rules and decisions. Depends on metrics, settings
and the shared room.
"""

from . import key_account_cap_vocabulary
from . import key_account_tier
from . import grant_vocabulary
from . import key_account_ruleset_part
from . import kinds
from . import sentences
from . import policy_fit
from . import policy_reader
from . import shipped_rows
from . import ruleset_weights
from . import key_account_ruleset_policy
from . import key_account_ruleset_lifecycle
from . import key_account_ruleset
from . import template_names
from . import key_account_template
from . import key_account_tier_benefit
from . import key_account_criterion
from . import key_account_criterion_step
from . import key_account_rule
from . import key_account_rule_condition
from . import ir_module
from . import res_company
from . import res_config_settings
