"""The scalars of the Metadata API."""

from __future__ import annotations

from typing import Any

from ariadne import ScalarType
from graphql import GraphQLError

from ....identifiers import parse_uuid
from ....model.inspect import as_text, inspect


def _uuid(value: Any) -> str:
    """In lower case. Raises GraphQLError with the text and codes of docs/wire/metadata.md#limits-of-a-request."""
    entity_id = parse_uuid(value)
    if entity_id is None:
        raise GraphQLError(
            f"Invalid UUID: '{as_text(value)}'",
            extensions={"code": "GRAPHQL_VALIDATION_FAILED", "http": {"status": 400}},
        )
    return entity_id


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"Expected a string, received {inspect(value)}")
    return value


#: JSON takes and gives any value, which is what a scalar does by default.
RESOLVERS = (
    ScalarType("UUID", value_parser=_uuid),
    ScalarType("DateTime", value_parser=_text),
    ScalarType("ConnectionCursor", value_parser=_text),
    ScalarType("JSON"),
)
