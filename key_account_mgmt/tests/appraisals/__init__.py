from . import test_appraisal
from . import test_appraisal_form
from . import test_appraisal_race
from . import test_appraisal_request
