from . import test_value_kind
