from . import test_value_type
