from . import test_stopped
