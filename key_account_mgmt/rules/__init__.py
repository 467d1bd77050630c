"""The decision core: plain Python, no Odoo. What is named here is its whole public API (see docs/architecture.md)."""

from .policy import Policy
from .problems import FactError, PolicyError, Problem

__all__ = ["FactError", "Policy", "PolicyError", "Problem"]
