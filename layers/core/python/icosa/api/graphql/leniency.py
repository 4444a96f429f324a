"""What documents select and the workspace does not have: null with a warning, as clients of Twenty expect
(docs/wire/graphql.md#unknown-fields).

They were written for workspaces with other fields, and read what is there. What would change data, or which records are
meant (arguments, filters, orders, input), is never treated so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...access.check import RecordRights, is_relation_readable
from ...model.model import Model, Object
from ...query.aggregates import aggregates_of
from .document import Document
from .failures import Invalid
from .language import Node, suggestion_list
from .selections import Selected

STRICT_HEADER = "x-icosa-strict"
#: Warnings of one answer, and names that a message suggests.
_MOST_WARNINGS = 20
_MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class _Warning:
    message: str
    code: str
    node: Node


class Leniency:
    """Collects the warnings of one request; a ``strict`` one refuses instead."""

    def __init__(self, model: Model, rights: RecordRights, *, strict: bool = False) -> None:
        self._model = model
        self._rights = rights
        self._strict = strict
        self._warnings: dict[str, _Warning] = {}
        self._others = 0

    def unknown(self, selected: Selected, type_name: str, names: Callable[[], Iterable[str]]) -> None:
        """A field that does not exist; ``names`` are those that do. Raises Invalid if the request is strict."""
        start = f'Cannot query field "{selected.name}" on type "{type_name}".'
        if start in self._warnings:
            return
        if len(self._warnings) >= _MOST_WARNINGS:
            self._others += 1
            return
        error = unknown_field(selected, type_name, names())
        if self._strict:
            raise error
        self._warnings[start] = _Warning(f"{error.message} It is null.", "UNKNOWN_FIELD", selected.node)

    def bare(self, selected: Selected, type_text: str) -> None:
        """A composite of which no member is selected. Raises Invalid if the request is strict."""
        if self._strict:
            selected.require_selection(type_text)
        message = f'Field "{selected.name}" of type "{type_text}" has no selection of subfields: it has all of them.'
        if len(self._warnings) < _MOST_WARNINGS:
            self._warnings.setdefault(message, _Warning(message, "NO_SELECTION", selected.node))
        elif message not in self._warnings:
            self._others += 1

    def warnings(self, document: Document) -> list[dict[str, Any]]:
        """The elements of ``extensions.warnings``."""
        entries: list[dict[str, Any]] = [
            {"message": warning.message, "locations": document.locations(warning.node), "code": warning.code}
            for warning in self._warnings.values()
        ]
        if self._others:
            entries.append({"message": f"{self._others} more of this kind.", "code": "MORE"})
        return entries

    # ------------------------------------------------------------------ names that a caller may know

    def fields_of(self, obj: Object) -> Iterable[str]:
        """The fields of an object that the caller may read."""
        rights = self._rights
        hidden = rights.unreadable_fields(obj)
        for field in obj.fields if rights.can(obj, "read") else ():
            if field.id in hidden:
                continue
            if field.relation is None or is_relation_readable(rights, self._model, obj, field):
                yield field.name
                if field.is_many_to_one:
                    yield field.input_name

    def aggregates_of(self, obj: Object) -> Iterable[str]:
        """The aggregates of an object that the caller may read."""
        hidden = self._rights.unreadable_fields(obj)
        for name, aggregate in aggregates_of(obj).items() if self._rights.can(obj, "read") else ():
            if aggregate.field is None or aggregate.field.id not in hidden:
                yield name


def unknown_field(selected: Selected, type_name: str, names: Iterable[str]) -> Invalid:
    """A field that is none of ``names``, with those that are near."""
    return Invalid(
        f'Cannot query field "{selected.name}" on type "{type_name}".{did_you_mean(selected.name, names)}',
        node=selected.node,
    )


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The end of a message about a name that does not exist; nothing if no other is near."""
    near = [f'"{other}"' for other in suggestion_list(name, list(names))[:_MOST_SUGGESTIONS]]
    if not near:
        return ""
    *first, last = near
    text = f"{', '.join(first)}{',' if len(first) > 1 else ''} or {last}" if first else last
    return f" Did you mean {text}?"
