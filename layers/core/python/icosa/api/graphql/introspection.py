"""``__schema`` and ``__type``: selections of the workspace's schema as the caller's role sees it.

The answer is written as text from the schema's own data (``documents.graphql.introspection``) and compressed while it
is written, so that a workspace of 1,000 objects takes some seconds and no more memory than one of ten. Answers to
documents that ask for nothing else are remembered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import orjson

from ...access.check import RecordRights
from ...lru import LRUCache
from ...model.model import Model, Right
from ...runtime.compression import accepts_gzip
from ...runtime.delivery import stream
from ...runtime.http import HttpRequest, HttpResponse
from .failures import Invalid, TooMuchIntrospection
from .leniency import unknown_field
from .selections import TYPENAME, FieldCollector, Selected

if TYPE_CHECKING:
    from ...documents.graphql.introspection import Shape

FIELDS = ("__schema", "__type")
#: Characters of one type in an answer, and of what a selection goes through beside: no honest one comes near.
_MOST_TEXT = 64_000_000
#: Bytes of answers that are remembered, and what one takes in memory beside its body.
_MEMORY = 32_000_000
_ANSWER_BYTES = 1_000
#: By a digest of what an answer depends on: clients may send megabytes to get a short one.
_answers: LRUCache[bytes, HttpResponse] = LRUCache(size=_MEMORY, weigh=lambda answer: _ANSWER_BYTES + len(answer.body))
#: Nothing in the schema is deprecated, so this argument changes nothing.
_IGNORED = "includeDeprecated"

_VERBS: tuple[Right, ...] = get_args(Right)


@dataclass(frozen=True, slots=True)
class Introspection:
    """The value of a root field, which is written in parts when the answer is sent."""

    parts: Callable[[], Iterator[str]]


def plan(selected: Selected, collector: FieldCollector, model: Model, rights: RecordRights) -> Introspection:
    """What writes the value of a root field. Raises Invalid."""
    # Generating schemas needs more of graphql-core than answering requests does.
    from ...documents.graphql.document import schema
    from ...documents.graphql.introspection import IntrospectionWriter, TooMuchText

    values = collector.variables.arguments(selected.arguments)
    name = values.get("name")
    if selected.name == "__type" and not isinstance(name, str):
        raise Invalid(
            'Field "__type" argument "name" of type "String!" is required, but it was not provided.',
            node=selected.node,
        )
    is_schema = selected.name == "__schema"
    shape = _shape(collector, "__Schema" if is_schema else "__Type", selected)

    def write() -> Iterator[str]:
        writer = IntrospectionWriter(schema(model, rights), limit=_MOST_TEXT)
        try:
            if is_schema:
                yield from writer.schema(shape)
            else:
                yield writer.type(str(name), shape)
        except TooMuchText:
            raise TooMuchIntrospection from None

    return Introspection(write)


def respond(result: Mapping[str, Any], http: HttpRequest, remembered_as: tuple[Any, ...] | None) -> HttpResponse:
    """The response of a result that has values of ``plan``. Raises AnswerTooLarge, TooMuchIntrospection.

    ``remembered_as`` is what it depends on, as JSON can say it; None for one that changes with every request.
    """
    if remembered_as is None:
        return stream(_text(result), http)
    text = orjson.dumps((accepts_gzip(http), *remembered_as), option=orjson.OPT_SORT_KEYS)
    key = hashlib.sha256(text).digest()
    answer = _answers.get(key)
    if answer is None:
        answer = stream(_text(result), http)
        _answers.put(key, answer)
    return answer


def seen_by(model: Model, rights: RecordRights) -> tuple[Any, ...]:
    """What a schema depends on, as JSON can say it: roles with the same rights see the same."""
    seen = tuple(
        (
            *(rights.can(obj, verb) for verb in _VERBS),
            sorted(rights.unreadable_fields(obj)),
            sorted(rights.unwritable_fields(obj)),
            sorted(rights.unset_fields(obj)),
        )
        for obj in model.objects
    )
    return model.workspace_id, model.version, seen


def _text(result: Mapping[str, Any]) -> Iterator[str]:
    """A result as JSON."""
    before = "{"
    for name, value in result.items():
        yield f'{before}"{name}":'
        before = ","
        if name == "data":
            yield from _members(value)
        else:
            yield orjson.dumps(value).decode()
    yield "}"


def _members(data: Mapping[str, Any]) -> Iterator[str]:
    before = "{"
    for key, value in data.items():
        yield f'{before}"{key}":'
        before = ","
        if isinstance(value, Introspection):
            yield from value.parts()
        else:
            yield orjson.dumps(value).decode()
    yield "}"


def _shape(collector: FieldCollector, type_name: str, selected: Selected) -> Shape:
    from ...documents.graphql.introspection import INTROSPECTION_TYPES, Shown

    selected.require_selection(type_name)
    members = INTROSPECTION_TYPES[type_name]
    parts: list[Shown] = []
    for part in collector.fields(type_name, selected.sets):
        if part.name == TYPENAME:
            parts.append(Shown(part.key, TYPENAME))
            continue
        if part.name not in members:
            raise unknown_field(part, type_name, members)
        for argument in part.arguments:
            if argument.name.value != _IGNORED:
                raise Invalid(
                    f'Unknown argument "{argument.name.value}" on field "{type_name}.{part.name}".', node=argument
                )
        inner = members[part.name]
        if inner is None:
            part.require_leaf("String")
        parts.append(Shown(part.key, part.name, () if inner is None else _shape(collector, inner, part)))
    return tuple(parts)
