from . import models


def post_init_hook(env):
    env["sale.order.line"]._fill_key_account_stopped()


def uninstall_hook(env):
    env["sale.order.line"]._forget_key_account_stopped()
