from . import key_account_discount_report
from . import key_account_exposure_document
