from . import key_account_comparison
from . import key_account_comparison_compute
from . import key_account_comparison_recording
from . import key_account_comparison_result
from . import key_account_comparison_job
from . import key_account_comparison_line
from . import key_account_comparison_summary
from . import key_account_ruleset_comparison
