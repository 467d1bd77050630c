"""The discount cap of an order line: the first row of the table that fires for its facts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ..decision.frame import absent_rows
from ..decision.reasons import Columns, Reason, facts, missing_reasons
from ..exact import plain
from ..matching.fact_batch import FactBatch
from ..matching.matching import shared_matcher
from ..policy.outcomes import CapRule
from ..policy.policy import Policy
from ..policy.scope import CAPS


class CapDecision(NamedTuple):
    """The deciding ``rule``, its ``cap`` and ``margin_floor`` in % (None: no such limit), and the ``reasons``."""

    rule: str | None
    cap: Decimal | None
    margin_floor: Decimal | None
    reasons: tuple[Reason, ...]

    def dump(self) -> dict[str, Any]:
        """Return the decision as plain JSON values, numbers as text."""
        return plain(self)


def stricter(one: CapDecision, other: CapDecision) -> CapDecision:
    """Combine two decisions on one line: the lower cap, and the higher margin floor."""
    first, second = (other, one) if _limit(other) < _limit(one) else (one, other)
    floors = [floor for floor in (first.margin_floor, second.margin_floor) if floor is not None]
    floor = max(floors, default=None)
    if floor == first.margin_floor:
        return first
    return first._replace(margin_floor=floor, reasons=(*first.reasons, *second.reasons))


def _limit(decision: CapDecision) -> Decimal:
    return Decimal("Infinity") if decision.cap is None else decision.cap


class CapTable:
    """Finds discount caps by a policy; false if it has none. ``engine`` picks a matcher for tests.

    ``metrics``: the codes it reads. ``reference``: what discounts are measured against, list_price or pricelist.
    ``has_floor``: whether any row has a margin floor.
    """

    def __init__(self, policy: Policy, engine: str | None = None):
        table = policy.table(CAPS)
        self._rules: tuple[CapRule, ...] = table.rules if table else ()
        self._matcher = shared_matcher(policy, CAPS, engine)
        self._choices = policy.choices
        self.reference: str = (table and table.reference) or "list_price"
        self.has_floor = any(rule.margin_floor is not None for rule in self._rules)
        self.metrics = frozenset(operand.metric for operand in self._matcher.operands)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def decide(self, batch: FactBatch) -> list[CapDecision]:
        """Return one decision per row of ``batch``, in its order; a ``score`` is a column like the others.

        Raises FactError for a value that cannot be used.
        """
        columns = {one: batch.column(one.metric, one.metric in self._choices) for one in self._matcher.operands}
        fired = self._matcher.match(columns, len(batch))
        absent: dict[int, list] = {}
        for operand, column in columns.items():
            for row in absent_rows(column):
                absent.setdefault(row, []).append(operand)
        return [self._decision(rows, columns, row, absent.get(row, ())) for row, rows in enumerate(fired)]

    def _decision(self, fired: Sequence[int], columns: Columns, row: int, absent: Sequence) -> CapDecision:
        """Decide about one row; the reasons include what was missing for the rules before the deciding one."""
        looked_at = self._rules[: fired[0]] if fired else self._rules
        missing = missing_reasons(looked_at, absent) if absent else ()
        if not fired:
            return CapDecision(None, None, None, (Reason("no_cap_rule", {}), *missing))
        rule = self._rules[fired[0]]
        said = {"rule": rule.key, "cap": rule.cap, "margin_floor": rule.margin_floor}
        reason = Reason("cap_rule", said | {"facts": facts(rule, columns, row)})
        return CapDecision(rule.key, rule.cap, rule.margin_floor, (reason, *missing))
