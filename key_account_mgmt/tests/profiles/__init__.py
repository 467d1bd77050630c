from . import test_fit
from . import test_fit_profile
from . import test_fit_evaluation
