"""Reads a policy row by row, so that one pass finds every error."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from .conditions import Condition
from .metric import Metric
from .outcomes import Rule
from .policy import Criterion, Policy, Tier
from .problems import PolicyError, Problem, from_pydantic
from .raw import Envelope, TableEnvelope, by_code, get, label_of, parsed, rows_of
from .rows import Row
from .scope import GRANTS, NO_TIER, SCORE, TIER, Scope
from .tables import TABLES, Table
from .weights import weights_problem

Path = tuple[str | int, ...]
_SCORE_METRIC = Metric(code=SCORE, kind="number")


def read_policy(values: Mapping[str, Any] | str | bytes) -> Policy:
    """Read the policy in ``values``, a dict or JSON text; raise PolicyError with every problem found."""
    reader = _Reader()
    policy = reader.policy(parsed(values))
    if policy is None:
        raise PolicyError(reader.problems)
    return policy


class _Reader:
    """Collects problems while rows become models."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def policy(self, values: Any) -> Policy | None:
        """Build the policy; return None if there are ``problems``."""
        envelope = self._row(Envelope, values, (), Scope())
        metric_rows, tier_rows = rows_of(values, "metrics"), rows_of(values, "tiers")
        metrics, tiers = self._metrics(metric_rows, _reserved(values)), self._tiers(tier_rows)
        known_metrics = {**by_code(metric_rows, metrics), SCORE: _SCORE_METRIC}
        scope = Scope(known_metrics, by_code(tier_rows, tiers))
        criteria = self._rows(Criterion, rows_of(values, "criteria"), ("criteria",), "key", scope)
        self._unique(rows_of(values, "criteria"), ("criteria",), "key", "key")
        self._weights(envelope and envelope.weights_total, rows_of(values, "criteria"), criteria)
        tables = self._tables(rows_of(values, "tables"), scope)
        if self.problems:
            return None
        parts = {"metrics": metrics, "tiers": tiers, "criteria": criteria, "tables": tables}
        return Policy(name=envelope.name, weights_total=envelope.weights_total, **parts)

    def _weights(self, total: Decimal | None, rows: Sequence[Any], criteria: Sequence[Criterion]) -> None:
        weights = {criterion.key: criterion.max_points for criterion in criteria}
        problem = weights_problem(total, weights)
        # Broken and duplicate rows falsify the sum; they are reported already.
        if problem and len(weights) == len(rows):
            self.problems.append(problem)

    def _metrics(self, rows: Sequence[Any], reserved: Sequence[str]) -> list[Metric]:
        self._unique(rows, ("metrics",), "code", "code")
        for code in reserved:
            if any(get(row, "code") == code for row in rows):
                self.problems.append(Problem(("metrics", code), "code", "reserved_code", {"got": code}))
        return self._rows(Metric, rows, ("metrics",), "code", Scope())

    def _tiers(self, rows: Sequence[Any]) -> list[Tier]:
        self._unique(rows, ("tiers",), "code", "code")
        self._unique(rows, ("tiers",), "code", "rank")
        if not rows:
            self.problems.append(Problem((), "tiers", "no_tiers"))
        return self._rows(Tier, rows, ("tiers",), "code", Scope())

    def _tables(self, rows: Sequence[Any], scope: Scope) -> list[Table]:
        self._unique(rows, ("tables",), "kind", "kind")
        tables = [self._table(row, ("tables", label_of(row, "kind", index)), scope) for index, row in enumerate(rows)]
        if not any(get(row, "kind") == "tier" for row in rows):
            self.problems.append(Problem((), "tables", "no_tier_table"))
        return [table for table in tables if table]

    def _table(self, row: Any, path: Path, scope: Scope) -> Table | None:
        envelope = self._row(TableEnvelope, row, path, scope)
        if envelope is None:
            return None
        kind, scope = TABLES[envelope.kind], _scope_of(envelope.kind, scope)
        table = self._row(kind, {**row, "rules": ()}, path, scope)
        path = (*path, "rules")
        self._unique(envelope.rules, path, "key", "key")
        rules = [
            self._rule(kind.rule, rule, (*path, label_of(rule, "key", index)), scope)
            for index, rule in enumerate(envelope.rules)
        ]
        return table and table.model_copy(update={"rules": tuple(rule for rule in rules if rule)})

    def _rule(self, model: type[Rule], row: Any, path: Path, scope: Scope) -> Rule | None:
        """Read a rule; its conditions are read one by one, so that one broken row does not hide another."""
        rows = get(row, "conditions")
        if not isinstance(rows, (list, tuple)):
            return self._row(model, row, path, scope)
        rule = self._row(model, {**row, "conditions": ()}, path, scope)
        conditions = self._rows(Condition, rows, (*path, "conditions"), None, scope)
        return rule and rule.model_copy(update={"conditions": tuple(conditions)})

    def _rows(self, model: type[Row], rows: Sequence[Any], path: Path, label: str | None, scope: Scope) -> list[Any]:
        read_rows = (
            self._row(model, row, (*path, label_of(row, label, index)), scope.of(get(row, "metric")))
            for index, row in enumerate(rows)
        )
        return [row for row in read_rows if row]

    def _row(self, model: type[Row], row: Any, path: Path, scope: Scope) -> Any:
        try:
            return model.model_validate(row, context=scope)
        except ValidationError as error:
            self.problems.extend(from_pydantic(error, path, row))
            return None

    def _unique(self, rows: Iterable[Any], path: Path, label: str, column: str) -> None:
        first: dict[Any, str | int] = {}
        for index, row in enumerate(rows):
            value, name = get(row, column), label_of(row, label, index)
            if isinstance(value, (str, int)) and value in first:
                found = {"got": value, "first": first[value]}
                self.problems.append(Problem((*path, name), column, "duplicate", found))
            elif isinstance(value, (str, int)):
                first[value] = name


def _reserved(values: Any) -> Sequence[str]:
    """Return the codes that no metric may have: ``tier`` only if there is a table whose rules can ask for the tier."""
    grants = any(get(table, "kind") in GRANTS for table in rows_of(values, "tables"))
    return (SCORE, TIER) if grants else (SCORE,)


def _scope_of(kind: str, scope: Scope) -> Scope:
    """Return what the rows of a table may refer to: tables of grants can use the decided tier like a metric."""
    scope = replace(scope, table=kind)
    if kind not in GRANTS:
        return scope
    options = tuple(dict.fromkeys((*scope.tiers, NO_TIER)))
    tier = Metric.model_construct(code=TIER, name="", kind="choice", options=options, of=None)
    return replace(scope, metrics={**scope.metrics, TIER: tier})
