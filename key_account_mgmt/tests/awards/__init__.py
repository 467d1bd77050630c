from . import test_award_budget
from . import test_award_decision
from . import test_award_end
from . import test_award_create
from . import test_award_posting
from . import test_award_ways_round
from . import test_metric_incentive
from . import test_evaluation_revert
