from . import models
from . import wizard
from . import report


def uninstall_hook(env):
    env["key.account.exposure.entry"]._stop_entries()
