from . import test_collector
from . import test_metric
from . import test_metric_invoice
from . import test_metric_order
from . import test_metric_payment
from . import test_metric_random
from . import test_metric_source
from . import test_metric_value
