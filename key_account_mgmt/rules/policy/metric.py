"""The facts about a customer or an order line that a policy can use."""

from collections import Counter
from functools import cached_property
from typing import Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from .rows import Code, Row, Text

Kind = Literal["number", "amount", "percentage", "count", "choice"]


class Metric(Row):
    """A fact about a customer, or about an order line (``of``); ``options`` are the codes of a choice."""

    code: Code
    name: Text = ""
    kind: Kind
    options: tuple[Code, ...] = ()
    of: Literal["line"] | None = None

    @field_validator("options")
    @classmethod
    def _distinct(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted(option for option, count in Counter(options).items() if count > 1)
        if twice:
            raise PydanticCustomError("duplicate", "option twice", {"got": twice})
        return options

    @cached_property
    def offered(self) -> frozenset[str]:
        """The options as a set, for fast look-ups: a choice may offer thousands."""
        return frozenset(self.options)
