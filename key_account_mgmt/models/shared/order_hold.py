"""Context of orders that customers confirm: hold instead of refuse, since customers cannot act on an error."""

from contextvars import ContextVar

# The guard sets this key while it processes a customer's own confirmation or payment.
HOLD_INSTEAD_OF_RAISING = ContextVar("key_account_hold_instead_of_raising", default=False)
