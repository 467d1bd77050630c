"""The kinds of rule tables, and which of their rules that fire counts."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from ..exact import Points
from .outcomes import CapRule, CreditRule, RewardRule, Rule, TierCode, TierRule, ValueKindRule, VetoRule
from .rows import Row
from .scope import CAPS, CREDIT, REWARDS, VALUE_KINDS

HitPolicy = Literal["first", "all"]
Reference = Literal["list_price", "pricelist"]


class TierTable(Row):
    """Gives the tier: the first rule that fires, by order."""

    rule: ClassVar[type[Rule]] = TierRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["tier"]
    rules: tuple[TierRule, ...] = ()


class VetoTable(Row):
    """Caps the tier whatever the score: all rules that fire, and the worst cap counts."""

    rule: ClassVar[type[Rule]] = VetoRule
    hit_policy: ClassVar[HitPolicy] = "all"
    kind: Literal["veto"]
    rules: tuple[VetoRule, ...] = ()


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


class CreditLimitTable(Row):
    """Gives a customer its new credit limit: the first rule that fires, by order; where none does it stays.

    ``ceilings``: by tier, the highest limit that its customers are ever given; a tier without one has no ceiling.
    """

    rule: ClassVar[type[Rule]] = CreditRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["credit_limit"]
    ceilings: dict[TierCode, Points] = {}
    rules: tuple[CreditRule, ...] = ()


class RewardTable(Row):
    """Gives a customer rewards: all rules that fire, in their order."""

    rule: ClassVar[type[Rule]] = RewardRule
    hit_policy: ClassVar[HitPolicy] = "all"
    kind: Literal["reward"]
    rules: tuple[RewardRule, ...] = ()


class ValueKindTable(Row):
    """Suggests what kind of value a customer looks for: the first rule that fires, by order; people confirm it."""

    rule: ClassVar[type[Rule]] = ValueKindRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["value_kind"]
    rules: tuple[ValueKindRule, ...] = ()


# A new kind of table is a class here, its rules' columns in ``outcomes``, and its resolution in a file of its own.
TABLES: dict[str, type[Row]] = {
    "tier": TierTable,
    "veto": VetoTable,
    CAPS: DiscountCapTable,
    CREDIT: CreditLimitTable,
    REWARDS: RewardTable,
    VALUE_KINDS: ValueKindTable,
}
Table = Annotated[
    TierTable | VetoTable | DiscountCapTable | CreditLimitTable | RewardTable | ValueKindTable,
    Field(discriminator="kind"),
]
