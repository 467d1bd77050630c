"""The kinds of rule tables: what their rules give, and which of the rules that fire counts."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, field_validator

from .conditions import Condition
from .exact import Percent
from .rows import Code, Row, Text
from .scope import CAPS, known_tier

HitPolicy = Literal["first", "all"]
Reference = Literal["list_price", "pricelist"]


class Rule(Row):
    """All conditions hold → the outcome, which the kinds of tables add; without conditions it always holds."""

    key: Code
    name: Text = ""
    conditions: tuple[Condition, ...] = ()


class TierRule(Rule):
    """Outcome: the tier, for ``veto`` the best one still allowed."""

    tier: Annotated[Code, AfterValidator(known_tier)]


class CapRule(Rule):
    """Outcome: the highest discount a salesperson may give alone, and the lowest margin, both in % (0..100)."""

    cap: Percent
    margin_floor: Percent | None = None


class TierTable(Row):
    """Gives the tier: the first rule that fires, by order."""

    rule: ClassVar[type[Rule]] = TierRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["tier"]
    rules: tuple[TierRule, ...] = ()


class VetoTable(Row):
    """Caps the tier whatever the score: all rules that fire, and the worst cap counts."""

    rule: ClassVar[type[Rule]] = TierRule
    hit_policy: ClassVar[HitPolicy] = "all"
    kind: Literal["veto"]
    rules: tuple[TierRule, ...] = ()


class DiscountCapTable(Row):
    """Gives an order line its cap: the first rule that fires, by order; where none does there is no cap.

    ``reference``: what a discount is measured from, None for the list price.
    """

    rule: ClassVar[type[Rule]] = CapRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["discount_cap"]
    reference: Reference | None = None
    rules: tuple[CapRule, ...] = ()

    @field_validator("reference")
    @classmethod
    def _unsaid(cls, reference: str | None) -> str | None:
        """The default is left out, so that saying it is no other content."""
        return None if reference == "list_price" else reference


# A new kind of table is a class here and its resolution in ``decision`` or ``caps``.
TABLES: dict[str, type[Row]] = {"tier": TierTable, "veto": VetoTable, CAPS: DiscountCapTable}
Table = Annotated[TierTable | VetoTable | DiscountCapTable, Field(discriminator="kind")]
