from . import models


def post_init_hook(env):
    """What was paid by cards until now cannot be used again."""
    env["key.account.card.use"]._record_all()
