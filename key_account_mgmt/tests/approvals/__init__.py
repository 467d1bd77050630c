from . import test_approval
from . import test_approval_credit
from . import test_approval_ways_round
from . import test_deciders
from . import test_involved_users
