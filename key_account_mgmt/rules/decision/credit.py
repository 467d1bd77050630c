"""The new credit limit that a rule gives a customer, and which of its bounds applied."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_UP, Decimal, localcontext
from typing import NamedTuple

from ..exact import EXACT, HUNDRED, ZERO, stepped
from ..policy.formulas import EXPOSURE, LIMIT
from ..policy.outcomes import CENT, CreditRule

Values = Mapping[str, Decimal | None]


class Bound(NamedTuple):
    """A lower or upper bound of a limit, named by its column (or ``ceiling``, ``exposure``)."""

    name: str
    value: Decimal


class NewLimit(NamedTuple):
    """``limit``: the new limit, None if it does not change. ``computed``: the result of the formula alone.

    ``bound``: what replaced the formula's amount, or None. ``missing``: required metrics without a value.
    """

    limit: Decimal | None = None
    computed: Decimal | None = None
    bound: Bound | None = None
    missing: tuple[str, ...] = ()


def inputs(rule: CreditRule) -> set[str]:
    """Return the metrics that a new limit by ``rule`` depends on."""
    protects = rule.direction != "raise" and not rule.below_exposure
    return {LIMIT, *rule.formula.inputs} | ({EXPOSURE} if protects else set())


def new_limit(rule: CreditRule, values: Values, ceiling: Decimal | None = None) -> NewLimit:
    """Compute the limit that ``rule`` gives a customer with these ``values`` (of ``inputs``; None is missing).

    1. Take the formula's amount; a negative amount counts as 0.
    2. Keep it at least at ``minimum`` and the current limit − ``max_change_pct``, and at most at ``maximum``, the
       current limit + ``max_change_pct`` and the tier's ``ceiling``. If bounds contradict each other, the lowest upper
       bound wins, out of caution. Without a current limit ``max_change_pct`` does not apply.
    3. Round half up to steps of ``rounding``; if that leaves the bounds, to the next step inside them; if no step lies
       between them, do not round.
    4. With ``direction`` raise, never lower the current limit. A customer without a limit gets a first one.
    5. Unless ``below_exposure``, lower no further than to the customer's exposure (rounded up to a step), and leave
       the limit unchanged if the exposure exceeds it. A first limit ignores the exposure, or customers who order most
       before they have a limit would get the highest one.

    Two average months of 20,000 are 40,000. The current limit of 30,000 may change by 20 %, so the new one is at most
    36,000; in steps of 5,000 that is 35,000.
    """
    missing = tuple(metric for metric in rule.formula.inputs if values.get(metric) is None)
    if missing:
        return NewLimit(missing=missing)
    with localcontext(EXACT):
        current, computed = values.get(LIMIT), max(ZERO, rule.formula.compute(values))
        lowest, highest = _lowest(rule, current), _highest(rule, current, ceiling)
        limit, bound = _bounded(computed, lowest, highest)
        limit = _rounded(limit, rule.rounding, lowest, highest)
        if current is not None and (limit == current or (limit < current and rule.direction == "raise")):
            return NewLimit(None, computed, bound)
        found = NewLimit(limit, computed, bound)
        if rule.below_exposure or current is None or limit > current:
            return found
        return _protected(found, rule.rounding, current, values.get(EXPOSURE))


def _lowest(rule: CreditRule, current: Decimal | None) -> Bound | None:
    bounds = [Bound("minimum", rule.minimum)]
    if current is not None and rule.max_change_pct is not None:
        less = stepped(current - current * rule.max_change_pct / HUNDRED, CENT, ROUND_UP)
        bounds.append(Bound("max_change_pct", max(ZERO, min(current, less))))
    return max(_given(bounds), key=_value, default=None)


def _highest(rule: CreditRule, current: Decimal | None, ceiling: Decimal | None) -> Bound | None:
    bounds = [Bound("maximum", rule.maximum), Bound("ceiling", ceiling)]
    if current is not None and rule.max_change_pct is not None:
        more = stepped(current + current * rule.max_change_pct / HUNDRED, CENT, ROUND_DOWN)
        bounds.append(Bound("max_change_pct", max(current, more)))
    return min(_given(bounds), key=_value, default=None)


def _given(bounds: list[Bound]) -> list[Bound]:
    return [bound for bound in bounds if bound.value is not None]


def _value(bound: Bound) -> Decimal:
    return bound.value


def _bounded(amount: Decimal, lowest: Bound | None, highest: Bound | None) -> tuple[Decimal, Bound | None]:
    """Return the amount within its bounds, and the bound that replaced it."""
    bound = None
    if lowest and amount < lowest.value:
        amount, bound = lowest.value, lowest
    if highest and amount > highest.value:
        amount, bound = highest.value, highest
    return amount, bound


def _rounded(limit: Decimal, step: Decimal, lowest: Bound | None, highest: Bound | None) -> Decimal:
    near = stepped(limit, step)
    return next((one for one in (near, near - step, near + step) if _within(one, lowest, highest)), limit)


def _within(limit: Decimal, lowest: Bound | None, highest: Bound | None) -> bool:
    return limit >= (lowest.value if lowest else ZERO) and (highest is None or limit <= highest.value)


def _protected(found: NewLimit, step: Decimal, current: Decimal, exposure: Decimal | None) -> NewLimit:
    """Keep a limit that is lower than the ``current`` one from falling below the customer's exposure."""
    if exposure is None:
        return NewLimit(missing=(EXPOSURE,))
    used = stepped(exposure, step, ROUND_CEILING)
    if found.limit >= used:
        return found
    return NewLimit(None if used >= current else used, found.computed, Bound("exposure", exposure))
