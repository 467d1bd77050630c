from . import test_card_payments
