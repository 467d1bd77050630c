"""Context of orders that customers confirm: hold instead of refuse, since customers cannot act on an error."""

from contextvars import ContextVar

# The guard sets this key while it processes a customer's own confirmation or payment.
HOLDING = ContextVar("key_account_holding", default=False)
