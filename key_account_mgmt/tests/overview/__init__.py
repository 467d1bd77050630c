from . import test_customers
from . import test_todo
