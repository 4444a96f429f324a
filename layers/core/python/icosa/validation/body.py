"""Bodies of requests and answers as pydantic models: the one validation of everything but records.

A model says what a body may hold, and the documents show its schema (``schema``). A client that leaves a member out and
one that sends null mean the same, unless the member can be cleared: then its type allows None. What a required member
is missing is said as for a value of a wrong type.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import NoneType
from typing import Annotated, Any, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from .errors import InvalidInput
from .messages import messages

#: The default of members that are only looked at when a request names them.
UNNAMED: Final[Any] = None


class Body(BaseModel):
    """Members by their wire names, which are those of the attributes in camel case. Unknown members are ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    @classmethod
    def wire_names(cls) -> dict[str, FieldInfo]:
        """The members by their wire names."""
        return {field.alias or name: field for name, field in cls.model_fields.items()}


class RequestBody(Body):
    """What a client sends."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        members = {}
        for name, field in cls.wire_names().items():
            if raw.get(name) is not None:
                members[name] = raw[name]
            elif field.is_required() or (name in raw and _is_cleared_by_null(field)):
                members[name] = None
        return members

    def named(self) -> dict[str, Any]:
        """The members that the request named, by wire names; null only where it clears."""
        return self.model_dump(by_alias=True, exclude_unset=True)

    def complete(self) -> dict[str, Any]:
        """All members by wire names, with defaults."""
        return self.model_dump(by_alias=True)


class ResponseBody(Body):
    """An entity as answers show it."""


def validate[T: RequestBody](model: type[T], raw: Mapping[str, Any]) -> T:
    """Read a body. Raises InvalidInput with the texts of everything that is wrong with it."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise InvalidInput(messages(error.errors(include_url=False))) from None


def update_of(model: type[RequestBody], name: str, *, without: Collection[str] = ()) -> type[RequestBody]:
    """The body of updates of what ``model`` creates: no member is required, and those of ``without`` cannot change."""
    members: dict[str, Any] = {}
    for attribute, field in model.model_fields.items():
        if attribute in without:
            continue
        parts = field.asdict()
        attributes = {key: value for key, value in parts["attributes"].items() if not key.startswith("default")}
        kind, info = parts["annotation"], Field(default=UNNAMED, **attributes)
        members[attribute] = Annotated[kind, *parts["metadata"], info]
    return create_model(name, __base__=RequestBody, **members)


def _is_cleared_by_null(field: FieldInfo) -> bool:
    """Whether null is a value of its own: the type allows None."""
    return NoneType in get_args(field.annotation)
