from . import test_comparison
from . import test_comparison_jobs
from . import test_retail_comparison
