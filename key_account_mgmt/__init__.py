from . import controllers
from . import models
from . import demo
from . import wizard
from . import report
from .uninstall import uninstall_hook


def post_init_hook(env):
    env["sale.order.line"]._fill_key_account_uninvoiced_amounts()
    env["account.move"]._fill_key_account_draft_amounts()
