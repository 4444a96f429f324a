"""Bodies of requests and answers as pydantic models: the one validation of everything but records.

A model says what a body may hold, and the documents show its schema (``schema``). A client that leaves a member out and
one that sends null mean the same, unless the member can be cleared: then its type allows None. What a required member
is missing is said as for a value of a wrong type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Annotated, Any, Final, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from .characters import unstorable
from .errors import InvalidInput
from .messages import messages
from .types import error

#: Marks members that are set when an entity is created; updates ignore them.
FIXED: Final = "fixed"
#: The default of members that are only looked at when a request names them.
UNNAMED: Final[Any] = None


class Body(BaseModel):
    """Members by their wire names, which are those of the attributes in camel case. Unknown members are ignored."""

    # Errors must not repeat inputs: logs may show them, and some are secrets.
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, hide_input_in_errors=True)

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
            elif field.is_required() or (name in raw and is_cleared_by_null(field)):
                members[name] = None
        if (member := unstorable(members)) is not None:
            raise error("characters", member=member)
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
    except ValidationError as failure:
        raise InvalidInput(messages(failure.errors(include_url=False))) from None


def update_of(model: type[RequestBody], name: str, **config: Any) -> type[RequestBody]:
    """The body of updates of what ``model`` creates: no member is required, and fixed ones are left out. ``config`` is
    pydantic's.
    """
    members: dict[str, Any] = {
        attribute: Annotated[type_, *metadata, Field(default=UNNAMED, **attributes)]
        for attribute, type_, metadata, attributes in _members_of(model)
        if FIXED not in metadata
    }
    return create_model(name, __base__=RequestBody, __cls_kwargs__=config, **members)


def response_of(
    model: type[RequestBody], name: str, base: type[ResponseBody] = ResponseBody, **more: Any
) -> type[ResponseBody]:
    """How answers show what ``model`` creates: its members, those of ``base``, and ``more`` (types by attribute)."""
    members: dict[str, Any] = {
        attribute: Annotated[type_, *metadata, Field(**attributes)]
        for attribute, type_, metadata, attributes in _members_of(model)
    }
    return create_model(name, __base__=base, **members, **more)


def _members_of(model: type[Body]) -> Iterator[tuple[str, Any, Sequence[Any], dict[str, Any]]]:
    """The type, metadata and attributes (without a default) of each member, by attribute."""
    for attribute, field in model.model_fields.items():
        parts = field.asdict()
        others = {name: value for name, value in parts["attributes"].items() if not name.startswith("default")}
        yield attribute, parts["annotation"], parts["metadata"], others


def is_cleared_by_null(field: FieldInfo) -> bool:
    """Whether null is a value of its own: the type allows None."""
    return NoneType in get_args(field.annotation)
