"""The kinds of rule tables, and which of the rules that fire count."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from ..exact import Points
from .outcomes import CapRule, CreditRule, RewardRule, Rule, TierCode, TierRule, ValueTypeRule, VetoRule
from .rows import Row
from .scope import CAPS, CREDIT, REWARDS, VALUE_TYPES

HitPolicy = Literal["first", "all"]
Reference = Literal["list_price", "pricelist"]


class TierTable(Row):
    """The tier: of the first rule that fires."""

    rule: ClassVar[type[Rule]] = TierRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["tier"]
    rules: tuple[TierRule, ...] = ()


class VetoTable(Row):
    """The best tier allowed, whatever the score: the worst of all rules that fire."""

    rule: ClassVar[type[Rule]] = VetoRule
    hit_policy: ClassVar[HitPolicy] = "all"
    kind: Literal["veto"]
    rules: tuple[VetoRule, ...] = ()


class DiscountCapTable(Row):
    """The discount cap of an order line: of the first rule that fires; without one there is no cap.

    ``reference``: the price that discounts are measured against, None for the list price.
    """

    rule: ClassVar[type[Rule]] = CapRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["discount_cap"]
    reference: Reference | None = None
    rules: tuple[CapRule, ...] = ()

    @field_validator("reference")
    @classmethod
    def _unsaid(cls, reference: str | None) -> str | None:
        """Leave out the default, so that stating it does not change the content hash."""
        return None if reference == "list_price" else reference


class CreditLimitTable(Row):
    """The new credit limit of a customer: of the first rule that fires; without one the limit stays.

    ``ceilings``: by tier, the highest limit that rules can give; a tier that is not listed has no ceiling.
    """

    rule: ClassVar[type[Rule]] = CreditRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["credit_limit"]
    ceilings: dict[TierCode, Points] = {}
    rules: tuple[CreditRule, ...] = ()


class RewardTable(Row):
    """The rewards of a customer: of all rules that fire, in their order."""

    rule: ClassVar[type[Rule]] = RewardRule
    hit_policy: ClassVar[HitPolicy] = "all"
    kind: Literal["reward"]
    rules: tuple[RewardRule, ...] = ()


class ValueTypeTable(Row):
    """The value type that a customer may look for: of the first rule that fires; users confirm it."""

    rule: ClassVar[type[Rule]] = ValueTypeRule
    hit_policy: ClassVar[HitPolicy] = "first"
    kind: Literal["value_type"]
    rules: tuple[ValueTypeRule, ...] = ()


# To add a kind of table, add a class here, the columns of its rules in ``outcomes``, and its resolution in a new file.
TABLES: dict[str, type[Row]] = {
    "tier": TierTable,
    "veto": VetoTable,
    CAPS: DiscountCapTable,
    CREDIT: CreditLimitTable,
    REWARDS: RewardTable,
    VALUE_TYPES: ValueTypeTable,
}
Table = Annotated[
    TierTable | VetoTable | DiscountCapTable | CreditLimitTable | RewardTable | ValueTypeTable,
    Field(discriminator="kind"),
]
