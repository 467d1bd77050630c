from . import shared
from . import rulesets
from . import appraisals
from . import evaluations
from . import credit
from . import approvals
from . import awards
