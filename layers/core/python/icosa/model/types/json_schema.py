"""JSON Schemas of values, as OpenAPI documents show them.

Names and formats are those of docs/wire/rest.md#schemas-in-the-document where they are true of our answers; a format
that answers do not keep (``email`` of an empty text, ``uri`` of a bare host) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
UUID: Schema = {"type": "string", "format": "uuid"}
#: 64 bits.
LONG: Schema = {"type": "integer", "format": "int64"}
#: Decimals of any length: numbers or numeric text are taken, text is given.
DECIMAL: Schema = {"type": ["number", "string"]}
JSON: Schema = {"type": ["object", "array"], "items": {}}
EMAIL: Schema = {"type": "string", "format": "email"}
DATE: Schema = {"type": "string", "format": "date"}
DATE_TIME: Schema = {"type": "string", "format": "date-time"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def enum(values: tuple[str, ...]) -> Schema:
    """One of some texts; any text while there are none."""
    return {"type": "string", "enum": list(values)} if values else STRING


def object_of(properties: Mapping[str, Schema], *, closed: bool = False) -> Schema:
    """``closed``: no other members are taken."""
    schema = {"type": "object", "properties": dict(properties)}
    return {**schema, "additionalProperties": False} if closed else schema


def nullable(schema: Schema) -> Schema:
    """The schema, or null.

    >>> nullable({"type": "string", "enum": ["A"]})
    {'type': ['string', 'null'], 'enum': ['A', None]}
    """
    if "type" not in schema:
        return {"anyOf": [*schema.get("anyOf", (schema,)), {"type": "null"}]}
    types = schema["type"]
    widened = {**schema, "type": [*([types] if isinstance(types, str) else types), "null"]}
    if "enum" in schema:
        widened["enum"] = [*schema["enum"], None]
    return widened
