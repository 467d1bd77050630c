"""Points of a criterion for a column of customers, clamped to 0..maximum and rounded to 6 decimals."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ..exact import EXACT, ZERO, rounded
from ..policy.policy import Criterion
from ..policy.scales import Bands, Deductions, Grades, Linear, Percentile
from .ranking import Ranking

Column = Sequence[Decimal | int | None]
Columns = Callable[[str], Sequence]


def points(criterion: Criterion, columns: Columns, rankings: Mapping[str, Ranking]) -> list[Decimal]:
    """Compute the points of each customer; ``columns`` returns a metric's values, percentiles need ``rankings``."""
    return _FORMULAS[type(criterion.scale)](criterion, columns, rankings)


def inputs(criterion: Criterion) -> tuple[str, ...]:
    """Return the metrics that the points depend on, the criterion's own first."""
    others = (getattr(criterion.scale, name, None) for name in ("target_metric", "offset_metric"))
    return (criterion.metric, *(metric for metric in others if metric))


def _clamped(value: Decimal, maximum: Decimal) -> Decimal:
    if value <= 0:
        return ZERO
    return maximum if value >= maximum else rounded(value)


def _bands(criterion: Criterion, columns: Columns, _rankings: Mapping[str, Ranking]) -> list[Decimal]:
    """Return the points of the last step whose lower bound is not above the value; none below the first step."""
    lowers = [step.lower for step in criterion.scale.steps]
    maximum = rounded(criterion.max_points)
    steps = [ZERO, *(_clamped(step.points, maximum) for step in criterion.scale.steps)]
    values = columns(criterion.metric)
    return [ZERO if value is None else steps[bisect_right(lowers, value)] for value in values]


def _linear(criterion: Criterion, columns: Columns, _rankings: Mapping[str, Ranking]) -> list[Decimal]:
    """Compute max × value ÷ target (yearly appraisal form: 50 × 4.0 M ÷ 5.0 M = 40); 0 unless target > 0."""
    maximum = rounded(criterion.max_points)
    values, scale = columns(criterion.metric), criterion.scale
    targets = [scale.target] * len(values) if scale.target else columns(scale.target_metric)

    def one(value: Decimal | int | None, target: Decimal | int | None) -> Decimal:
        if value is None or target is None or target <= 0:
            return ZERO
        return _clamped(EXACT.divide(EXACT.multiply(maximum, value), target), maximum)

    return list(map(one, values, targets))


def _grades(criterion: Criterion, columns: Columns, _rankings: Mapping[str, Ranking]) -> list[Decimal]:
    """Return the points of the grade; none for an option without a grade."""
    maximum = rounded(criterion.max_points)
    grades = {option: _clamped(grade, maximum) for option, grade in criterion.scale.grades.items()}
    return [grades.get(option, ZERO) for option in columns(criterion.metric)]


def _deductions(criterion: Criterion, columns: Columns, _rankings: Mapping[str, Ranking]) -> list[Decimal]:
    """Compute max − points_each × max(0, value − offset) (yearly appraisal form: 20 − 5 × (3 − 1) = 10)."""
    maximum, each = rounded(criterion.max_points), criterion.scale.points_each
    values, offset = columns(criterion.metric), criterion.scale.offset_metric
    offsets = columns(offset) if offset else [0] * len(values)

    def one(value: Decimal | int | None, made_good: Decimal | int | None) -> Decimal:
        if value is None or made_good is None:
            return ZERO
        left = EXACT.subtract(value, made_good)
        return maximum if left <= 0 else _clamped(EXACT.subtract(maximum, EXACT.multiply(each, left)), maximum)

    return list(map(one, values, offsets))


def _percentile(criterion: Criterion, columns: Columns, rankings: Mapping[str, Ranking]) -> list[Decimal]:
    """Compute max × (1 − (rank − 1) ÷ population): the best gets the maximum, any value more than nothing."""
    maximum, ranking = rounded(criterion.max_points), rankings[criterion.metric]
    population = ranking.population
    ranks = map(ranking.rank, columns(criterion.metric))

    def one(rank: int | None) -> Decimal:
        if rank is None or not population:
            return ZERO
        return _clamped(EXACT.divide(EXACT.multiply(maximum, population - rank + 1), population), maximum)

    return list(map(one, ranks))


_FORMULAS = {
    Bands: _bands,
    Linear: _linear,
    Grades: _grades,
    Deductions: _deductions,
    Percentile: _percentile,
}
