"""Doubts about a valid policy, in the same form as errors."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain

from ..exact import text
from ..matching.regions import Test, regions
from ..policy.outcomes import Rule
from ..policy.policy import Policy
from ..policy.problems import Problem
from ..policy.scales import Bands, Grades, Scale
from ..policy.scope import CREDIT, SCORE
from .monotone import not_monotone

Path = tuple[str | int, ...]


def lint(policy: Policy) -> list[Problem]:
    """Return the doubts about ``policy``."""
    found = (
        _tiers(policy),
        _criteria(policy),
        _scores(policy),
        _tables(policy),
        not_monotone(policy),
        _ceilings(policy),
    )
    return list(chain.from_iterable(found))


def _tiers(policy: Policy) -> Iterator[Problem]:
    given = {rule.tier for table in policy.tables if table.kind in ("tier", "veto") for rule in table.rules}
    for tier in policy.tiers:
        if tier.code not in given:
            yield Problem(("tiers", tier.code), "code", "tier_never_given", {"got": tier.code})


def _criteria(policy: Policy) -> Iterator[Problem]:
    """Find points above the maximum, which scoring clamps, and options without a grade."""
    options = {metric.code: metric.options for metric in policy.metrics}
    for criterion in policy.criteria:
        path: Path = ("criteria", criterion.key, "scale")
        for inner, column, points in _point_columns(criterion.scale):
            if points > criterion.max_points:
                found = {"got": text(points), "allowed": f"<= {text(criterion.max_points)}"}
                yield Problem((*path, *inner), column, "above_maximum", found)
        if isinstance(criterion.scale, Grades):
            for option in options[criterion.metric]:
                if option not in criterion.scale.grades:
                    yield Problem((*path, "grades"), option, "option_without_grade", {"got": option})


def _point_columns(scale: Scale) -> Iterator[tuple[Path, str, Decimal]]:
    """Yield the points stated in a scale: path, column, points."""
    if isinstance(scale, Bands):
        yield from ((("steps", index), "points", step.points) for index, step in enumerate(scale.steps))
    if isinstance(scale, Grades):
        yield from ((("grades",), option, points) for option, points in scale.grades.items())


def _scores(policy: Policy) -> Iterator[Problem]:
    """Find conditions on the score in a policy that scores nothing."""
    if policy.criteria:
        return
    for table in policy.tables:
        for rule in table.rules:
            for index, condition in enumerate(rule.conditions):
                if condition.metric == SCORE:
                    path = ("tables", table.kind, "rules", rule.key, "conditions", index)
                    yield Problem(path, "metric", "score_without_criteria", {"got": SCORE})


def _tables(policy: Policy) -> Iterator[Problem]:
    best = min(policy.tiers, key=lambda tier: tier.rank).code
    for table in policy.tables:
        path: Path = ("tables", table.kind)
        tests = regions(table.rules).tests
        yield from _impossible(table.rules, tests, path)
        if table.hit_policy == "first":
            yield from _covered(table.rules, tests, path)
        if table.kind == "tier" and not any(not rule.conditions for rule in table.rules):
            yield Problem(path, "rules", "no_rule_for_everybody")
        if table.kind == "veto":
            yield from _vetoes(table.rules, best, path)


def _impossible(rules: Sequence[Rule], tests: Sequence[Test], path: Path) -> Iterator[Problem]:
    """Find rules whose conditions exclude each other."""
    for rule, test in zip(rules, tests, strict=True):
        metrics = [operand.metric for operand, buckets in test.items() if not buckets]
        if metrics:
            yield Problem((*path, "rules", rule.key), "conditions", "impossible", {"metrics": metrics})


def _covered(rules: Sequence[Rule], tests: Sequence[Test], path: Path) -> Iterator[Problem]:
    """Find rules that an earlier rule always precedes, in a table where the first hit wins."""
    for later, rule in enumerate(rules):
        if not all(tests[later].values()):
            continue
        earlier = next((i for i in range(later) if _within(tests[later], tests[i])), None)
        if earlier is not None:
            yield Problem((*path, "rules", rule.key), "conditions", "unreachable", {"behind": rules[earlier].key})


def _within(inner: Test, outer: Test) -> bool:
    """Return whether all facts that pass ``inner`` pass ``outer``."""
    return all(operand in inner and inner[operand] <= buckets for operand, buckets in outer.items())


def _vetoes(rules: Sequence[Rule], best: str, path: Path) -> Iterator[Problem]:
    for rule in rules:
        where = (*path, "rules", rule.key)
        if rule.tier == best:
            yield Problem(where, "tier", "veto_without_effect", {"got": best})
        if not rule.conditions:
            yield Problem(where, "conditions", "veto_for_everybody")


def _ceilings(policy: Policy) -> Iterator[Problem]:
    """Find tiers with a higher ceiling than a better tier, or without a ceiling where a better tier has one."""
    table = policy.table(CREDIT)
    ceilings = table.ceilings if table else {}
    lowest: str | None = None
    for tier in sorted(policy.tiers, key=lambda tier: tier.rank):
        ceiling = ceilings.get(tier.code)
        if lowest is not None and (ceiling is None or ceiling > ceilings[lowest]):
            found = {"better": lowest, "worse": tier.code, "better_ceiling": text(ceilings[lowest])}
            found["worse_ceiling"] = ceiling if ceiling is None else text(ceiling)
            yield Problem(("tables", CREDIT, "ceilings"), tier.code, "ceiling_not_monotone", found)
        elif ceiling is not None:
            lowest = tier.code
