from . import models


def post_init_hook(env):
    """Record existing payments by cards, so that their money cannot be used again."""
    env["key.account.card.use"]._record_all()
