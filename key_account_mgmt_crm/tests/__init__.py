from . import test_service_lead
