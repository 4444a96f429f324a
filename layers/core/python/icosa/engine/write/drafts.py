"""Drafts: the records that a request creates, as far as its input alone tells.

``create`` makes one for each record of the input and for each record inside it, before anything is read. What must be
read (positions, ids of records to connect, the records that an upsert matches) is filled in by each attempt to write.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import BadRequest
from ...model.input import Disconnect, NestedCreate, ParsedInput, parse_input
from ...model.model import Field, Object
from ..context import Context
from ..records import State

_MAX_NESTED = 200
_MAX_NESTED_DEPTH = 5


@dataclass(slots=True)
class RecordDraft:
    """A record to be written.

    ``data`` is its input, ``parsed`` the checked values by field key. ``nested`` are the drafts inside it with the
    relation fields that point at them; ``connected`` the ids of records to connect by field key. ``matched`` is the
    existing record that an upsert updates.
    """

    obj: Object
    data: Mapping[str, Any]
    parsed: ParsedInput
    id: str
    id_is_given: bool
    nested: list[tuple[Field, RecordDraft]] = field(default_factory=list)
    connected: dict[str, str] = field(default_factory=dict)
    matched: State | None = None

    def relation_values(self) -> dict[str, Any]:
        """Values of the relation fields that the input gives as objects, by field key."""
        return link_values(self.parsed, self.connected) | {relation.key: inner.id for relation, inner in self.nested}


def draft_records(
    ctx: Context, obj: Object, data: Sequence[Mapping[str, Any]], *, may_exist: bool
) -> list[RecordDraft]:
    """A draft for each input. Raises what ``parse_input`` raises, and BadRequest for too many records inside them."""
    drafts = _Drafts(ctx)
    return [drafts.draft(obj, body, depth=0, may_exist=may_exist) for body in data]


def draft_nested(ctx: Context, inputs: Sequence[ParsedInput]) -> list[list[tuple[Field, RecordDraft]]]:
    """For each body of an update, drafts of the records to create inside it and the fields that will point at them."""
    drafts = _Drafts(ctx)
    return [
        [
            (link.field, drafts.draft(link.target, link.data, depth=1))
            for link in parsed.links
            if isinstance(link, NestedCreate)
        ]
        for parsed in inputs
    ]


class _Drafts:
    """Makes the drafts of one request and counts those that are nested."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._nested = 0

    def draft(self, obj: Object, data: Mapping[str, Any], *, depth: int, may_exist: bool = False) -> RecordDraft:
        ctx = self._ctx
        parsed = parse_input(ctx.model, obj, data, mode="create", now=ctx.now, may_exist=may_exist)
        client_id = parsed.values.get(obj.by_name["id"].key)
        draft = RecordDraft(obj, data, parsed, client_id or str(uuid.uuid4()), client_id is not None)
        for link in parsed.links:
            if isinstance(link, NestedCreate):
                self._nested += 1
                if self._nested > _MAX_NESTED or depth >= _MAX_NESTED_DEPTH:
                    raise BadRequest(
                        f"At most {_MAX_NESTED} nested records, {_MAX_NESTED_DEPTH} levels deep, can be created at once"
                    )
                draft.nested.append((link.field, self.draft(link.target, link.data, depth=depth + 1)))
        return draft


def flatten(drafts: Sequence[RecordDraft]) -> list[RecordDraft]:
    """Drafts with those inside them; the inner first."""
    return [each for draft in drafts for each in (*flatten([inner for _, inner in draft.nested]), draft)]


def link_values(parsed: ParsedInput, connected: Mapping[str, str]) -> dict[str, Any]:
    """Values of the relation fields that an input gives as ``connect`` or ``disconnect``, by field key."""
    cleared = {link.field.key: None for link in parsed.links if isinstance(link, Disconnect)}
    return {**cleared, **connected}
