from . import test_service_meeting
