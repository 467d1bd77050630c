from . import key_account_evaluation_value_kind
from . import key_account_evaluation_value_kind_rows
from . import key_account_evaluation_line_value_kind
from . import res_partner_value_kind
