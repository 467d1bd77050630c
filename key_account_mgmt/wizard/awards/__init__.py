from . import key_account_award_budget
from . import key_account_award_change
from . import key_account_award_delivery
from . import key_account_award_refusal
from . import key_account_evaluation_step
