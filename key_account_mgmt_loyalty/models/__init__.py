from . import key_account_card_use
from . import key_account_discount_value
from . import key_account_guard
from . import account_move
