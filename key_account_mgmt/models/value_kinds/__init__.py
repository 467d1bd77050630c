from . import key_account_evaluation
from . import key_account_evaluation_line_value_kind
from . import res_partner_value_kind
