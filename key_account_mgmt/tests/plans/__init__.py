from . import test_expectation
from . import test_target
from . import test_service_cost
from . import test_metric_service
from . import test_metric_territory
