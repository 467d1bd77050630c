"""The worth of a reward: the amount of a bonus."""

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple

from ..exact import EXACT, ZERO, stepped
from ..policy.outcomes import RewardRule


class Worth(NamedTuple):
    """``amount``: of a bonus in company currency, None for other rewards. ``missing``: required metrics."""

    amount: Decimal | None = None
    missing: tuple[str, ...] = ()


def inputs(rule: RewardRule) -> tuple[str, ...]:
    """Return the metrics that the amount of the reward depends on."""
    return rule.formula.inputs if rule.formula else ()


def worth(rule: RewardRule, values: Mapping[str, Decimal | None]) -> Worth:
    """Compute what ``rule`` gives a customer with these ``values`` (of ``inputs``; None is missing).

    The formula's amount, rounded half up to steps of ``rounding``; a negative amount counts as 0. Revenue grew from
    812.35 to 1,049.10, by 236.75; 10 % of that is 23.675, in cents 23.68.
    """
    missing = tuple(metric for metric in inputs(rule) if values.get(metric) is None)
    if missing or not rule.formula:
        return Worth(missing=missing)
    with localcontext(EXACT):
        return Worth(stepped(max(ZERO, rule.formula.compute(values)), rule.rounding))
