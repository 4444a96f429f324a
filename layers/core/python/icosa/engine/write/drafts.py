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
from ...model.problems import Problem, Problems
from ..context import Context

_MAX_NESTED = 200
_MAX_NESTED_DEPTH = 5


@dataclass(slots=True)
class RecordDraft:
    """A record to be written.

    ``data`` is its input, ``parsed`` the checked values by field key. ``nested`` are the drafts inside it with the
    relation fields that point at them; ``connected`` the ids of records to connect by field key. ``is_new``: it stands
    for no record that is there. ``index`` is the place in the request's data of the record that it is, or
    is inside of, and ``path`` where inside (``company.create.``).
    """

    obj: Object
    data: Mapping[str, Any]
    parsed: ParsedInput
    id: str
    id_is_given: bool
    index: int = 0
    path: str = ""
    nested: list[tuple[Field, RecordDraft]] = field(default_factory=list)
    connected: dict[str, str] = field(default_factory=dict)
    is_new: bool = True

    def relation_values(self) -> dict[str, Any]:
        """Values of the relation fields that the input gives as objects, by field key."""
        return link_values(self.parsed, self.connected) | {relation.key: inner.id for relation, inner in self.nested}


def draft_records(
    ctx: Context, obj: Object, data: Mapping[int, Mapping[str, Any]], problems: Problems, *, may_exist: bool
) -> list[RecordDraft]:
    """A draft for each input, by its place in the data. What is wrong with their bodies is added to ``problems``: such
    a draft has the values that can be taken, and must not be written.
    """
    drafts = _Drafts(ctx, problems)
    return [drafts.draft(obj, body, depth=0, index=index, may_exist=may_exist) for index, body in data.items()]


def draft_nested(
    ctx: Context, inputs: Sequence[ParsedInput], problems: Problems
) -> list[list[tuple[Field, RecordDraft]]]:
    """For each body of an update, drafts of the records to create inside it and the fields that will point at them."""
    drafts = _Drafts(ctx, problems)
    return [
        [
            (link.field, drafts.draft(link.target, link.data, depth=1, path=_inside(link)))
            for link in parsed.links
            if isinstance(link, NestedCreate)
        ]
        for parsed in inputs
    ]


class _Drafts:
    """Makes the drafts of one request and counts those that are nested."""

    def __init__(self, ctx: Context, problems: Problems) -> None:
        self._ctx = ctx
        self._problems = problems
        self._nested = 0

    def draft(
        self,
        obj: Object,
        data: Mapping[str, Any],
        *,
        depth: int,
        index: int = 0,
        path: str = "",
        may_exist: bool = False,
    ) -> RecordDraft:
        ctx = self._ctx
        found: list[Problem] = []
        parsed = parse_input(ctx.model, obj, data, mode="create", now=ctx.now, may_exist=may_exist, problems=found)
        self._problems.extend(problem.inside(index, path) for problem in found)
        client_id = parsed.values.get(obj.by_name["id"].key)
        draft = RecordDraft(obj, data, parsed, client_id or str(uuid.uuid4()), client_id is not None, index, path)
        for link in parsed.links:
            if isinstance(link, NestedCreate):
                self._nested += 1
                if self._nested > _MAX_NESTED or depth >= _MAX_NESTED_DEPTH:
                    raise BadRequest(
                        f"At most {_MAX_NESTED} nested records, {_MAX_NESTED_DEPTH} levels deep, can be created at once"
                    )
                inner = self.draft(link.target, link.data, depth=depth + 1, index=index, path=path + _inside(link))
                draft.nested.append((link.field, inner))
        return draft


def _inside(link: NestedCreate) -> str:
    """The path of the record that a link creates."""
    return f"{link.field.name}.create."


def flatten(drafts: Sequence[RecordDraft]) -> list[RecordDraft]:
    """Drafts with those inside them; the inner first."""
    return [each for draft in drafts for each in (*flatten([inner for _, inner in draft.nested]), draft)]


def link_values(parsed: ParsedInput, connected: Mapping[str, str]) -> dict[str, Any]:
    """Values of the relation fields that an input gives as ``connect`` or ``disconnect``, by field key."""
    cleared = {link.field.key: None for link in parsed.links if isinstance(link, Disconnect)}
    return {**cleared, **connected}
