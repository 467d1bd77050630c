from . import test_award_budget
from . import test_award_decision
from . import test_award_ending
from . import test_award_making
from . import test_award_posting
from . import test_award_ways_round
from . import test_metric_privilege
from . import test_evaluation_revert
