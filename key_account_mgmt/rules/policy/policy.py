"""The policy: the form in which the core takes the rules of a company, and the import / export form."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ..exact import Positive
from .metric import Metric
from .rows import Code, Row, Text
from .scales import Scale
from .scope import own_metric
from .tables import Table


class Tier(Row):
    """A class of customers; rank 1 is the best."""

    code: Code
    name: Text = ""
    rank: int = Field(ge=1, strict=True)


class Criterion(Row):
    """A metric, the scale that turns it into points, and the maximum of points."""

    key: Code
    name: Text = ""
    metric: Annotated[Code, AfterValidator(own_metric)]
    perspective: Text = ""
    max_points: Positive
    scale: Scale

    @field_validator("scale")
    @classmethod
    def _fits(cls, scale: Scale, info: ValidationInfo) -> Scale:
        metric = info.context.metric if info.context else None
        if metric and (metric.kind == "choice") != (scale.type == "grades"):
            found = {"got": scale.type, "metric": metric.code, "kind": metric.kind}
            raise PydanticCustomError("wrong_metric_kind", "scale does not fit the metric", found)
        return scale


class Policy(Row):
    """All rules of one version. Build it with ``load``: only the reader checks rows against each other.

    ``weights_total`` is the required sum of the criteria's maximum points; None accepts any sum.
    """

    model_config = ConfigDict(populate_by_name=True)
    schema_version: Literal[1] = Field(1, alias="schema")
    name: Text = ""
    metrics: tuple[Metric, ...] = ()
    tiers: tuple[Tier, ...]
    weights_total: Positive | None = None
    criteria: tuple[Criterion, ...] = ()
    tables: tuple[Table, ...]

    # Set in ``policy/__init__``: the reader builds policies, so this class must not import it.
    load: ClassVar[Callable[[Mapping[str, Any] | str | bytes], "Policy"]]

    def dump(self) -> dict[str, Any]:
        """Return the policy as plain JSON values in canonical spelling; loading them gives an equal policy."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @cached_property
    def content_hash(self) -> str:
        """sha256 of the canonical JSON: equal for equal content, whatever its original spelling."""
        canonical = json.dumps(self.dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def choices(self) -> frozenset[str]:
        """Codes of the metrics whose values are options."""
        return frozenset(metric.code for metric in self.metrics if metric.kind == "choice")

    def table(self, kind: str) -> Table | None:
        """Return the table of that kind, or None."""
        return next((table for table in self.tables if table.kind == kind), None)
