"""Types of the members of bodies. Errors have texts in ``messages``, schemas are those that the documents show."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetJsonSchemaHandler,
    PlainValidator,
    StrictBool,
    StrictStr,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, PydanticOmit

from ..identifiers import parse_uuid
from ..model.dates import format_instant
from .moments import parse_moment

_NAME: Final = re.compile(r"(?!(?:not|or|and|Int|Float|Boolean|String|ID)$)[^'\"\\;.=*/]+")
_BLANKS: Final = re.compile(r"\s+")


def error(error_type: str, **context: Any) -> PydanticCustomError:
    """The error whose texts ``messages`` has; pydantic's own text of it is never shown."""
    return PydanticCustomError(error_type, "invalid", context)


# ------------------------------------------------------------------ texts


def _filled(value: Any) -> Any:
    if value is None:
        raise error("text_missing")
    if value == "":
        raise error("text_empty")
    return value


def _not_blank(value: Any) -> Any:
    if not isinstance(value, str):
        raise error("text_missing")
    if not value.strip():
        raise error("text_empty")
    return value


def _name(value: Any) -> str:
    if value is None:
        raise error("name_missing")
    if not isinstance(value, str):
        raise error("name_no_text")
    if not value.strip():
        raise error("name_empty")
    if not _NAME.fullmatch(value.strip()):  # blanks around names are dropped
        raise error("name_malformed")
    return value


def stripped(value: Any) -> Any:
    """Texts without blanks around them, also inside lists and objects."""
    match value:
        case str():
            return value.strip()
        case list():
            return [stripped(member) for member in value]
        case Mapping():
            return {name: stripped(member) for name, member in value.items()}
        case _:
            return value


def single_spaced(text: str) -> str:
    """
    >>> single_spaced("  my   rocket ")
    'my rocket'
    """
    return _BLANKS.sub(" ", text).strip()


def one_of(names: Sequence[str]) -> AfterValidator:
    """The restriction of text to names that are known when the program runs; others are ``Literal``."""

    def check(value: str) -> str:
        if value not in names:
            raise PydanticKnownError("literal_error", {"expected": ", ".join(map(repr, names))})
        return value

    return AfterValidator(check)


STRIPPED: Final = AfterValidator(stripped)
#: For texts that were stripped: something must be left.
FILLED: Final = AfterValidator(_filled)
SINGLE_SPACED: Final = AfterValidator(single_spaced)


class _Undocumented:
    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        raise PydanticOmit


#: Of members that are read but not shown in documents.
UNDOCUMENTED: Final = _Undocumented()


def documented_as(form: Any) -> BeforeValidator:
    """Lets documents show another type: of a member whose form is checked together with the change."""
    return BeforeValidator(lambda value: value, json_schema_input_type=form)


Text = StrictStr
#: Blanks count as text.
FilledText = Annotated[StrictStr, BeforeValidator(_filled)]
NonBlankText = Annotated[str, PlainValidator(_not_blank), WithJsonSchema({"type": "string", "pattern": r"\S"})]
#: What a GraphQL name may be made from; what else names need is checked with the change (``metadata.rules``).
Name = Annotated[str, PlainValidator(_name)]


# ------------------------------------------------------------------ scalars


def _uuid(value: Any) -> str:
    identifier = parse_uuid(value)
    if identifier is None:
        raise error("uuid")
    return identifier


def _moment(value: Any) -> str:
    moment = parse_moment(value)
    if moment is None:
        raise error("moment")
    return format_instant(moment)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise error("number")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
        raise error("integer")
    return int(value)


Flag = StrictBool
#: In lower case.
Identifier = Annotated[str, PlainValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
#: As stored DATE_TIME text; read from ISO 8601 in any offset, UTC without one.
Moment = Annotated[str, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
#: Finite; whole numbers stay integers in JSON.
Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
#: ``2.0`` is one, too.
Integer = Annotated[int, PlainValidator(_integer), WithJsonSchema({"type": "integer"})]


# ------------------------------------------------------------------ JSON


def _json_objects(value: Any) -> Any:
    if not isinstance(value, list):
        raise error("objects_no_list")
    return value


Json = Any
JsonObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
#: Whose members are looked at later.
JsonObjects = Annotated[list[dict[str, Any]], BeforeValidator(_json_objects)]
