"""The names that policies use for the parts of credit limits and rewards."""

from ...rules import CREDIT, REWARDS

GRANT_KINDS = (CREDIT, REWARDS)
