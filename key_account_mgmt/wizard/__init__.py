from . import appraisals
from . import approvals
from . import awards
from . import evaluations
from . import credit
from . import rulesets
