"""Orders that customers confirm are put on hold instead of refused: customers cannot answer an error."""

from contextvars import ContextVar

# Set by the guard while a customer's own confirmation or payment is processed.
HOLDING = ContextVar("key_account_holding", default=False)
