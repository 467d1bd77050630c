"""The form that all rows of a policy share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError


def is_storable(text: str) -> bool:
    """Return whether PostgreSQL can store ``text``: no NUL character, no lone surrogate."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _storable(text: str) -> str:
    if not is_storable(text):
        raise PydanticCustomError("not_storable", "not storable")
    return text


Code = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
Text = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_storable)]


class Row(BaseModel):
    """An immutable row that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
