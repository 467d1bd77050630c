from . import key_account_evaluation_measure
from . import key_account_evaluation_level
from . import key_account_evaluation_level_name
from . import key_account_evaluation_line_level
from . import key_account_evaluation_pyramid
from . import key_account_evaluation_matrix
