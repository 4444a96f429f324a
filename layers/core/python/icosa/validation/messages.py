"""The texts of validation errors: those of class-validator, the library that Twenty validates with.

Keys are error types of pydantic and of ``validation.types``. Twenty checks each rule of a member by itself, so one
error can have several texts: a name that is missing is no text, empty, and malformed. Imports nothing but the table's
needs: code that must start fast uses single texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_TEXT: Final = "{name} must be a string"
_FILLED: Final = "{name} should not be empty"
_NAME: Final = "{name} has failed the name validation check"
_OBJECT: Final = "{name} must be an object"
_ARRAY: Final = "{name} must be an array"
_OBJECTS: Final = "each value in {name} must be an object"
_INTEGER: Final = "{name} must be an integer number"
_CHOICE: Final = "{name} must be one of the following values: {choices}"

MESSAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "string_type": (_TEXT,),
    "string_unicode": (_TEXT,),
    "string_too_long": ("{name} must be shorter than or equal to {max_length} characters",),
    "text_empty": (_FILLED,),
    "text_missing": (_TEXT, _FILLED),
    "name_malformed": (_NAME,),
    "name_empty": (_NAME, _FILLED),
    "name_no_text": (_NAME, _TEXT),
    "name_missing": (_NAME, _TEXT, _FILLED),
    "bool_type": ("{name} must be a boolean value",),
    "uuid": ("{name} must be a UUID",),
    "moment": ("{name} must be a valid ISO 8601 date string",),
    "number": ("{name} must be a number conforming to the specified constraints",),
    "integer": (_INTEGER,),
    "greater_than_equal": ("{name} must not be less than {ge}",),
    "less_than_equal": ("{name} must not be greater than {le}",),
    "literal_error": (_CHOICE,),
    "dict_type": (_OBJECT,),
    "model_type": (_OBJECT,),
    "model_attributes_type": (_OBJECT,),
    "list_type": (_ARRAY,),
    "too_long": ("{name} must contain no more than {max_length} elements",),
    "objects_no_list": (_ARRAY, _OBJECTS),
    "texts_no_list": (f"each value in {_TEXT}",),
    # Our own: headers of webhooks.
    "header_name": ("{name} must be 1 to 64 letters, digits and hyphens",),
    "header_reserved": ("{name} must not be {header}, which deliveries set themselves",),
    "header_value": ("{name} must be visible ASCII characters, with blanks only between them",),
    "headers_repeated": ("{name} must not name a header twice",),
    # Our own: settings of a workspace.
    "null": ("{name} should not be null",),
    "characters": ("{member} must not contain the character U+0000 or unpaired surrogates",),
    "host_name": ("{name} must be a valid host name",),
    "subdomain": ("Subdomain is not valid",),
    "sign_in": ("{label} auth is not enabled in the system.",),
}
_QUOTED = re.compile(r"'([^']*)'")


def message(error_type: str, name: str, **context: Any) -> str:
    """The text of an error about a member.

    >>> message("string_too_long", "name", max_length=255)
    'name must be shorter than or equal to 255 characters'
    """
    return ", ".join(_texts(error_type, name, context))


def messages(errors: Iterable[Mapping[str, Any]], *, skip: int = 0) -> list[str]:
    """The texts of pydantic's errors in their order, each once. ``skip``: leading parts of locations that name no
    member (FastAPI's ``body``).

    >>> messages([{"type": "string_type", "loc": ("operations", 0)}, {"type": "number", "loc": ("grid", "row")}])
    ['each value in operations must be a string', 'grid.row must be a number conforming to the specified constraints']
    """
    texts: dict[str, None] = {}
    for error in errors:
        context = dict(error.get("ctx", {}))
        if error["type"] == "literal_error":
            context["choices"] = ", ".join(_QUOTED.findall(context["expected"]))
        texts |= dict.fromkeys(_texts(error["type"], _member(error["loc"][skip:]), context))
    return list(texts)


def _texts(error_type: str, name: str, context: Mapping[str, Any]) -> list[str]:
    return [text.format(name=name, **context) for text in MESSAGES[error_type]]


def _member(location: Sequence[str | int]) -> str:
    """A member as Twenty names it."""
    path = ".".join(part for part in location if isinstance(part, str))
    return f"each value in {path}" if location and isinstance(location[-1], int) else path
