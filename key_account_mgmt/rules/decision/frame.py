"""The columns of one batch of customers under a policy: values, points and places, each computed once."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ..exact import ZERO
from ..matching.fact_batch import FactBatch
from ..policy.conditions import Operand
from ..policy.policy import Criterion, Policy
from ..policy.scope import SCORE
from .ranking import Ranking, Standing
from .reasons import Reason
from .scoring import inputs, points


class Frame:
    """A batch under a policy. ``rankings``: those of the population, by metric and for ``score``."""

    def __init__(self, policy: Policy, batch: FactBatch, rankings: Mapping[str, Ranking]):
        self.policy = policy
        self.batch = batch
        self._rankings = rankings
        self._standings: dict[str, list[Standing | None]] = {}
        self.points = [points(criterion, self.values, rankings) for criterion in policy.criteria]
        self.totals = added(self.points, len(batch))

    def values(self, metric: str) -> Sequence:
        """Return the metric's values, or for ``score`` the totals."""
        if metric == SCORE:
            return self.totals
        return self.batch.column(metric, metric in self.policy.choices)

    def columns(self, operands: Iterable[Operand]) -> dict[Operand, Sequence]:
        """Return the columns that conditions read, and those that are ``compared`` instead of them."""
        named = dict.fromkeys(one for operand in operands for one in (operand, operand.compared))
        return {operand: self._operand(operand) for operand in named}

    def _operand(self, operand: Operand) -> Sequence:
        if operand.measure == "value":
            return self.values(operand.metric)
        if operand.measure == "crossing":
            return list(map(self._rankings[operand.metric].crossing, self.values(operand.metric)))
        return [standing and getattr(standing, operand.measure) for standing in self.standings(operand.metric)]

    def standings(self, metric: str) -> list[Standing | None]:
        """Return each customer's place in the population by the metric or ``score``; computed once."""
        if metric not in self._standings:
            self._standings[metric] = list(map(self._rankings[metric].standing, self.values(metric)))
        return self._standings[metric]

    def perspectives(self) -> dict[str, list[Decimal]]:
        """Return the points by perspective, a column each."""
        grouped: dict[str, list[list[Decimal]]] = {}
        for criterion, column in zip(self.policy.criteria, self.points, strict=True):
            grouped.setdefault(criterion.perspective, []).append(column)
        return {perspective: added(columns, len(self.batch)) for perspective, columns in grouped.items()}

    def unscored(self) -> dict[int, list[Reason]]:
        """Return, per affected row, reasons for the criteria without points because a value is missing."""
        found: dict[int, list[Reason]] = {}
        for criterion in self.policy.criteria:
            for metric in inputs(criterion):
                reason = Reason("missing", {"metric": metric, "criterion": criterion.key})
                for row in self._unusable(criterion, metric):
                    found.setdefault(row, []).append(reason)
        return found

    def _unusable(self, criterion: Criterion, metric: str) -> list[int]:
        values = self.values(metric)
        if metric == getattr(criterion.scale, "target_metric", None):
            # Attainment of a target of zero or less is undefined.
            return [row for row, value in enumerate(values) if value is None or value <= 0]
        return absent_rows(values)


def absent_rows(values: Sequence) -> list[int]:
    """Return the positions of missing values."""
    return [row for row, value in enumerate(values) if value is None]


def added(columns: Sequence[Sequence[Decimal]], count: int) -> list[Decimal]:
    """Add the columns, row by row."""
    return list(map(sum, zip(*columns, strict=True))) if columns else [ZERO] * count
