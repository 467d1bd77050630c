from . import test_customer_page
from . import test_customers
from . import test_todo
