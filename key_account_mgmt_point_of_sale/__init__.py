from . import models
from . import report


def post_init_hook(env):
    env["sale.order.line"]._renew_key_account_settled()
    env["pos.order"]._fill_key_account_on_account()


def uninstall_hook(env):
    env["key.account.exposure.entry"]._leave_point_of_sale()
