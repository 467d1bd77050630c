from . import key_account_discount_report
