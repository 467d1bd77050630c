"""The form that all rows of a policy share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Code = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=1000)]


class Row(BaseModel):
    """Frozen, and without fields that nobody would read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
