from . import key_account_appraisal
from . import key_account_appraisal_line
from . import key_account_metric_value_appraisal
