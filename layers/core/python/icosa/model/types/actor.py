"""ACTOR: who did something, and by what means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from . import json_schema, values
from .base import Field, Stored
from .composite import CompositeType, Member, text_member
from .kinds import RawJson, Select, Uuid
from .rules import FieldTypeRules

#: In the order of docs/wire/graphql.md#composite-types.
SOURCES = ("EMAIL", "CALENDAR", "WORKFLOW", "AGENT", "API", "IMPORT", "MANUAL", "SYSTEM", "WEBHOOK", "APPLICATION")


def _source(name: str, value: Any) -> str | None:
    return values.option(name, value, SOURCES)


class Actor(CompositeType):
    """Null reads as null where the field may be null, else as an unnamed manual actor (docs/wire/rest.md#actor)."""

    name = "ACTOR"
    rules = FieldTypeRules(default={"source": "'MANUAL'", "name": "'System'", "workspaceMemberId": None})
    words = "actor"
    members = (
        Member(name="source", kind=Select(SOURCES), read=_source, schema=json_schema.enum(SOURCES), empty="MANUAL"),
        # Who it was is the server's word: GraphQL's inputs name neither the member nor the name.
        Member(name="workspaceMemberId", kind=Uuid(), read=values.uuid, schema=json_schema.UUID, is_declared=False),
        text_member("name", is_declared=False),
        Member(
            name="context",
            kind=RawJson(),
            read=values.json_text,
            schema=json_schema.JSON,
            empty={},
            show=orjson.loads,
            is_read=False,
        ),
    )

    sample: ClassVar[Mapping[str, Any]] = {"source": "IMPORT"}

    def render(self, field: Field, value: Stored) -> Any:
        value = value or {}
        if field.is_nullable and "source" not in value and "name" not in value:
            return None
        return super().render(field, value)
