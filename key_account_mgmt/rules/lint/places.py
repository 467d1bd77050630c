"""Tiers out of reach of a small population: the best of six customers is at 16.67 %, above a limit of 15 %."""

from collections.abc import Iterable
from decimal import Decimal

from ..exact import EXACT, text
from ..matching.engine_reference import holds
from ..policy.conditions import Condition
from ..policy.outcomes import Rule
from ..policy.policy import Policy
from ..policy.problems import Problem

_PLACES = ("rank", "rank_pct")


def asks_for_places(policy: Policy) -> bool:
    """Return whether a tier depends on the number of customers."""
    return any(one.measure in _PLACES for rule in _rules(policy, "tier") for one in rule.conditions)


def out_of_reach(policy: Policy, population: int) -> list[Problem]:
    """Return a problem per tier that no customer of a population of this size can get, whatever the values."""
    capped = {rule.tier for rule in _rules(policy, "veto")}
    reached = {rule.tier for rule in _rules(policy, "tier") if _is_within_reach(rule, population)}
    given = {rule.tier for rule in _rules(policy, "tier")} - capped - reached
    found = {"population": str(population), "best": text(round(_rank_pct(1, population), 2))} if population else {}
    return [
        Problem(("tiers", tier.code), "code", "tier_out_of_reach", {"got": tier.code, **found})
        for tier in policy.tiers
        if population and tier.code in given
    ]


def _rules(policy: Policy, kind: str) -> tuple[Rule, ...]:
    table = policy.table(kind)
    return table.rules if table else ()


def _is_within_reach(rule: Rule, population: int) -> bool:
    """Return whether, for each metric, some rank meets all conditions of the rule on places."""
    by_metric: dict[str, list[Condition]] = {}
    for condition in rule.conditions:
        if condition.measure in _PLACES:
            by_metric.setdefault(condition.metric, []).append(condition)
    return all(
        any(_holds(asked, rank, population) for rank in range(1, population + 1)) for asked in by_metric.values()
    )


def _holds(conditions: Iterable[Condition], rank: int, population: int) -> bool:
    return all(holds(one, rank if one.measure == "rank" else _rank_pct(rank, population)) for one in conditions)


def _rank_pct(rank: int, population: int) -> Decimal:
    return EXACT.divide(Decimal(rank * 100), population)
