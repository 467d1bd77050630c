from . import models
from . import wizard
from . import report


def post_init_hook(env):
    env["sale.order.line"]._fill_key_account_open_amounts()


def uninstall_hook(env):
    env["key.account.exposure.entry"]._stop_entries()
