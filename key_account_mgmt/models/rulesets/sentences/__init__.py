from . import policy_rows
from . import key_account_labels
from . import key_account_problem_texts
from . import key_account_problem
from . import key_account_phrase
from . import key_account_explainer_scale
from . import key_account_explainer
