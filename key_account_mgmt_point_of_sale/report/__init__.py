from . import key_account_exposure_document
