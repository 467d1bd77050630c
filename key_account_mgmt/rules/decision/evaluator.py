"""The steps from customers' facts to decisions: score, rank, match, resolve, a batch at a time."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

from ..exact import EXACT, plain
from ..matching.fact_batch import FactBatch
from ..matching.matching import shared_matcher
from ..policy.conditions import Operand
from ..policy.policy import Policy
from ..policy.scope import SCORE
from .decision import Decision, TierOutcome
from .frame import Frame, absent_rows, added
from .grant_tables import GrantTables
from .ranking import Ranking, Standing
from .reasons import Reason
from .scoring import inputs, points


@dataclass(frozen=True)
class Population:
    """The customers ranked together: their number, and the rankings of the score and of every ranked metric."""

    size: int
    rankings: Mapping[str, Ranking]


class Result(NamedTuple):
    """The outcome for a customer: points by criterion key and by perspective, total, place by total, decision."""

    key: Hashable
    points: dict[str, Decimal]
    perspectives: dict[str, Decimal]
    total: Decimal
    standing: Standing | None
    decision: Decision

    def dump(self) -> dict[str, Any]:
        """Return the result as plain JSON values, numbers as text."""
        return plain(self)


class Evaluator:
    """Evaluates customers by a policy. ``engine`` picks a matcher for tests and benchmarks; default: what works.

    ``metrics``: the codes that the policy reads; ``optional``: those that are not required for any decision;
    ``has_grants``: whether the policy grants anything.
    """

    def __init__(self, policy: Policy, engine: str | None = None):
        self.policy = policy
        self._tiers = shared_matcher(policy, "tier", engine)
        self._vetoes = shared_matcher(policy, "veto", engine)
        self._grants = GrantTables(policy, engine)
        self._operands = tuple(dict.fromkeys((*self._tiers.operands, *self._vetoes.operands)))
        asked = (*self._operands, *self._grants.operands)
        self._by_rank = [one for one in policy.criteria if one.scale.type == "percentile"]
        self._by_value = [one for one in policy.criteria if one.scale.type != "percentile"]
        ranked = {operand.metric for operand in asked if operand.measure != "value"}
        self._ranked = sorted((ranked | {one.metric for one in self._by_rank}) - {SCORE})
        scored = {metric for criterion in policy.criteria for metric in inputs(criterion)}
        judged = {operand.metric for operand in asked}
        self.metrics = frozenset((scored | judged | self._grants.metrics) - {SCORE})
        self.optional = self._grants.optional - scored - judged
        self.has_grants = bool(self._grants)

    def rank_population(self, batches: Iterable[FactBatch]) -> Population:
        """Build the population of all customers in ``batches``, in one pass that keeps only what is ranked.

        Raises FactError for a value that cannot be used.
        """
        columns: dict[str, list] = {metric: [] for metric in self._ranked}
        totals: list[Decimal] = []
        with localcontext(EXACT):
            for batch in batches:
                for metric, column in columns.items():
                    column.extend(batch.column(metric))
                totals += self._value_points(batch)
            rankings = {metric: Ranking(column) for metric, column in columns.items()}
            ranked_points = [points(criterion, columns.__getitem__, rankings) for criterion in self._by_rank]
            rankings[SCORE] = Ranking(added([totals, *ranked_points], len(totals)))
        return Population(len(totals), rankings)

    def _value_points(self, batch: FactBatch) -> list[Decimal]:
        """Return the points that do not depend on other customers."""
        choices = self.policy.choices
        columns = [points(one, lambda code: batch.column(code, code in choices), {}) for one in self._by_value]
        return added(columns, len(batch))

    def decide(
        self, batch: FactBatch, population: Population, override_tiers: Mapping[Hashable, str] | None = None
    ) -> list[Result]:
        """Return one result per customer of ``batch``, in its order; the size of batches makes no difference.

        ``override_tiers``: by key, a tier that replaces the decided one for credit limits and rewards.
        Raises FactError for a value that cannot be used.
        """
        with localcontext(EXACT):
            frame = Frame(self.policy, batch, population.rankings)
            decisions = self._grants.granted(frame, self._decisions(frame), override_tiers or {})
            standings = frame.standings(SCORE)
            points_rows = _records([criterion.key for criterion in self.policy.criteria], frame.points, len(batch))
            perspectives = frame.perspectives()
            perspective_rows = _records(list(perspectives), list(perspectives.values()), len(batch))
            return list(map(Result, batch.keys, points_rows, perspective_rows, frame.totals, standings, decisions))

    def _decisions(self, frame: Frame) -> list[Decision]:
        count = len(frame.batch)
        columns = frame.columns(self._operands)
        tiers, vetoes = self._tiers.match(columns, count), self._vetoes.match(columns, count)
        outcomes = {pair: self._tier_outcome(*pair) for pair in set(zip(tiers, vetoes, strict=True))}
        missing = self._missing(frame, columns, [outcomes[pair] for pair in zip(tiers, vetoes, strict=True)])
        return [
            outcomes[pair].decision(columns, row, missing.get(row, ()))
            for row, pair in enumerate(zip(tiers, vetoes, strict=True))
        ]

    def _tier_outcome(self, tiers: Sequence[int], vetoes: Sequence[int]) -> TierOutcome:
        tier_rules = [self._tiers.rules[index] for index in tiers]
        return TierOutcome(self.policy, tier_rules, [self._vetoes.rules[index] for index in vetoes])

    def _missing(
        self, frame: Frame, columns: Mapping[Operand, Sequence], outcomes: Sequence[TierOutcome]
    ) -> dict[int, list[Reason]]:
        """Return, per affected row, what could not be scored, then what could not be judged."""
        absent: dict[int, list[Operand]] = {}
        for operand, column in columns.items():
            for row in absent_rows(column):
                absent.setdefault(row, []).append(operand)
        found = frame.unscored()
        unjudged = lru_cache(None)(TierOutcome.unjudged)  # few distinct cases, often repeated
        for row, operands in absent.items():
            found[row] = [*found.get(row, ()), *unjudged(outcomes[row], tuple(operands))]
        return found


def _records(names: Sequence[str], columns: Sequence[Sequence], count: int) -> Iterable[dict[str, Any]]:
    rows = zip(*columns, strict=True) if columns else [()] * count
    return (dict(zip(names, row, strict=True)) for row in rows)


def evaluate(policy: Policy, facts: Mapping[Hashable, Mapping[str, Any]]) -> dict[Hashable, Result]:
    """Evaluate a small batch ``{key: {metric: value}}`` that is its own population."""
    evaluator, batch = Evaluator(policy), FactBatch.from_mapping(facts)
    results = evaluator.decide(batch, evaluator.rank_population([batch]))
    return {result.key: result for result in results}
