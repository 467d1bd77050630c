from . import key_account_source_service
