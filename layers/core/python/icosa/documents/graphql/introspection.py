"""A schema as the answer to introspection queries, written as JSON type by type.

Made from the same data as the SDL, without building a graphql-core schema and running a query on it: for 30 objects
that takes seconds, this takes some 50 ms (docs/graphql.md). A test compares the two. Nothing is kept but the texts of
references to types, which are few: the answer for 1,000 objects has 100 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from .built_in import built_in_types, directives
from .definitions import Schema, TypeDefinition

_Write = Callable[[Any], str]
_Get = Callable[[Any], str]

#: The type of each field of the introspection types; None for scalars. Lists are not marked.
INTROSPECTION_TYPES: Mapping[str, Mapping[str, str | None]] = {
    "__Schema": {
        "description": None,
        "types": "__Type",
        "queryType": "__Type",
        "mutationType": "__Type",
        "subscriptionType": "__Type",
        "directives": "__Directive",
    },
    "__Type": {
        **dict.fromkeys(("kind", "name", "description", "specifiedByURL", "isOneOf")),
        "fields": "__Field",
        "interfaces": "__Type",
        "possibleTypes": "__Type",
        "enumValues": "__EnumValue",
        "inputFields": "__InputValue",
        "ofType": "__Type",
    },
    "__Field": {
        **dict.fromkeys(("name", "description", "isDeprecated", "deprecationReason")),
        "args": "__InputValue",
        "type": "__Type",
    },
    "__InputValue": {
        **dict.fromkeys(("name", "description", "defaultValue", "isDeprecated", "deprecationReason")),
        "type": "__Type",
    },
    "__EnumValue": dict.fromkeys(("name", "description", "isDeprecated", "deprecationReason")),
    "__Directive": {**dict.fromkeys(("name", "description", "isRepeatable", "locations")), "args": "__InputValue"},
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A member that is selected: ``key`` is its name in the answer, ``parts`` what is selected of it.

    ``name`` is ``__typename`` for the name of the type itself.
    """

    key: str
    name: str
    parts: tuple[Shown, ...] = ()


Shape = tuple[Shown, ...]
#: How deep references to types are followed where everything is selected: lists of non-null values in lists.
_REFERENCE_DEPTH = 9


class TooMuchText(Exception):
    """A selection that goes through types of types without end."""


class IntrospectionWriter:
    """Writes selections of a schema. ``limit`` are the characters of one type in the answer, and of all that are kept.

    One writer serves one answer.
    """

    def __init__(self, schema: Schema, *, limit: int | None = None) -> None:
        self._schema = schema
        self._limit = limit
        self._left = limit or 0
        self._kept = limit or 0
        self._writers: dict[tuple[str, Shape], _Write] = {}
        self._references: dict[Shape, dict[str, str]] = {}

    def schema(self, shape: Shape) -> Iterator[str]:
        """``__schema``, in parts. Raises TooMuchText."""
        root: dict[str, TypeDefinition | None] = {
            "queryType": self._schema["Query"],
            "mutationType": self._schema.get("Mutation"),
            "subscriptionType": None,
        }
        before = "{"
        for part in shape:
            yield f'{before}"{part.key}":'
            before = ","
            if part.name in root:
                definition = root[part.name]
                yield "null" if definition is None else self._whole(part.parts, definition)
            elif part.name == "types":
                yield from self._types(part.parts)
            elif part.name == "directives":
                write = self._writer("__Directive", part.parts)
                yield f"[{','.join(map(write, directives()))}]"
            else:
                yield '"__Schema"' if part.name == "__typename" else "null"
        yield "{}" if before == "{" else "}"

    def type(self, name: str, shape: Shape) -> str:
        """``__type``: null when there is none of that name. Raises TooMuchText."""
        definition = self._schema.get(name) or built_in_types().get(name)
        return "null" if definition is None else self._whole(shape, definition)

    def _types(self, shape: Shape) -> Iterator[str]:
        yield "["
        for number, definition in enumerate((*self._schema.values(), *built_in_types().values())):
            yield f"{',' if number else ''}{self._whole(shape, definition)}"
        yield "]"

    def _whole(self, shape: Shape, definition: TypeDefinition) -> str:
        self._left = self._limit or 0
        return self._writer("__Type", shape)(definition)

    # ------------------------------------------------------------------ members

    def _writer(self, type_name: str, shape: Shape) -> _Write:
        """What writes a value of an introspection type."""
        known = self._writers.get((type_name, shape))
        if known is not None:
            return known
        makers = _MEMBERS[type_name]
        texts: list[str] = []
        gets: list[_Get] = []
        for part in shape:
            made = f'"{type_name}"' if part.name == "__typename" else makers[part.name](self, part.parts)
            if callable(made):
                gets.append(made)
            texts.append(f'"{part.key}":{"%s" if callable(made) else made}')
        template = f"{{{','.join(texts)}}}"

        def write(value: Any) -> str:
            return template % tuple([get(value) for get in gets])

        self._writers[type_name, shape] = write
        return write

    def list_of(self, type_name: str, shape: Shape) -> Callable[[Iterable[Any]], str]:
        write = self._writer(type_name, shape)
        if self._limit is None:
            return lambda members: f"[{','.join(map(write, members))}]"

        def limited(members: Iterable[Any]) -> str:
            texts = []
            for member in members:
                texts.append(write(member))
                self._left -= len(texts[-1])
                if self._left < 0:
                    raise TooMuchText
            return f"[{','.join(texts)}]"

        return limited

    def reference_to(self, shape: Shape) -> Callable[[str], str]:
        """What writes types as SDL has them; named types are whole again."""
        known = self._references.setdefault(shape, {})

        def reference(text: str) -> str:
            written = known.get(text)
            if written is None:
                left = self._left
                written = known[text] = self._writer("__Type", shape)(self._referred(text))
                self._left = left - len(written)
                self._kept -= len(written)
                if self._limit is not None and min(self._left, self._kept) < 0:
                    raise TooMuchText
            return written

        return reference

    def _referred(self, text: str) -> TypeDefinition | _Wrapper:
        if text.endswith("!"):
            return _Wrapper("NON_NULL", text[:-1])
        if text.startswith("["):
            return _Wrapper("LIST", text[1:-1])
        return self._schema.get(text) or built_in_types()[text]


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """A list or non-null type. The rest is what such a type does not have."""

    kind: str
    of: str
    name: None = None
    description: None = None


# ------------------------------------------------------------------ what introspection types have

_Make = Callable[[IntrospectionWriter, Shape], _Get | str]


def _quoted(text: str | None) -> str:
    return orjson.dumps(text).decode() if text else "null"


def _only(kind: str, get: Callable[[IntrospectionWriter, Shape], _Get]) -> _Make:
    """A member that types of one kind have."""

    def make(writer: IntrospectionWriter, shape: Shape) -> _Get:
        write = get(writer, shape)
        return lambda type_: write(type_) if type_.kind == kind else "null"

    return make


def _fields(writer: IntrospectionWriter, shape: Shape) -> _Get:
    write = writer.list_of("__Field", shape)
    return lambda type_: write(type_.fields)


def _inputs(writer: IntrospectionWriter, shape: Shape) -> _Get:
    write = writer.list_of("__InputValue", shape)
    return lambda type_: write(type_.inputs)


def _values(writer: IntrospectionWriter, shape: Shape) -> _Get:
    write = writer.list_of("__EnumValue", shape)
    return lambda type_: write(type_.values)


def _arguments(writer: IntrospectionWriter, shape: Shape) -> _Get:
    write = writer.list_of("__InputValue", shape)
    return lambda member: write(member.arguments) if member.arguments else "[]"


def _type(writer: IntrospectionWriter, shape: Shape) -> _Get:
    write = writer.reference_to(shape)
    return lambda member: write(member.type)


def _of_type(writer: IntrospectionWriter, shape: Shape) -> _Get:
    write = writer.reference_to(shape)
    return lambda type_: write(type_.of) if isinstance(type_, _Wrapper) else "null"


def _name(_writer: IntrospectionWriter, _shape: Shape) -> _Get:
    return lambda value: f'"{value.name}"' if value.name else "null"


def _description(_writer: IntrospectionWriter, _shape: Shape) -> _Get:
    return lambda value: _quoted(value.description)


def _always(text: str) -> _Make:
    return lambda _writer, _shape: text


_NAMED: Mapping[str, _Make] = {"name": _name, "description": _description}
#: Nothing in the schema is deprecated.
_LASTING: Mapping[str, _Make] = {"isDeprecated": _always("false"), "deprecationReason": _always("null")}
_MEMBERS: Mapping[str, Mapping[str, _Make]] = {
    "__Type": {
        **_NAMED,
        "kind": lambda _writer, _shape: lambda type_: f'"{type_.kind}"',
        "specifiedByURL": _always("null"),
        "isOneOf": _only("INPUT_OBJECT", lambda _writer, _shape: lambda _type: "false"),
        "fields": _only("OBJECT", _fields),
        "inputFields": _only("INPUT_OBJECT", _inputs),
        "enumValues": _only("ENUM", _values),
        "interfaces": _only("OBJECT", lambda _writer, _shape: lambda _type: "[]"),
        "possibleTypes": _always("null"),
        "ofType": _of_type,
    },
    "__Field": {**_NAMED, **_LASTING, "args": _arguments, "type": _type},
    "__InputValue": {
        **_NAMED,
        **_LASTING,
        "type": _type,
        "defaultValue": lambda _writer, _shape: lambda argument: _quoted(argument.default),
    },
    "__EnumValue": {**_NAMED, **_LASTING},
    "__Directive": {
        **_NAMED,
        "args": _arguments,
        "isRepeatable": lambda _writer, _shape: lambda directive: "true" if directive.is_repeatable else "false",
        "locations": lambda _writer, _shape: lambda directive: orjson.dumps(directive.locations).decode(),
    },
}


def _everything(type_name: str, depth: int) -> Shape:
    reference = _reference_shape(depth)
    return tuple(
        Shown(name, name, () if inner is None else _everything(inner, depth) if inner != "__Type" else reference)
        for name, inner in INTROSPECTION_TYPES[type_name].items()
        if name != "ofType"
    )


def _reference_shape(depth: int) -> Shape:
    inner = (Shown("ofType", "ofType", _reference_shape(depth - 1)),) if depth else ()
    return (Shown("kind", "kind"), Shown("name", "name"), *inner)


def _standard_query() -> Shape:
    """What the usual introspection query selects: types in full, references by name."""
    parts = {
        "types": _everything("__Type", _REFERENCE_DEPTH),
        "directives": _everything("__Directive", _REFERENCE_DEPTH),
    }
    root = (Shown("name", "name"), Shown("kind", "kind"))
    return tuple(Shown(name, name, parts.get(name, root)) for name in INTROSPECTION_TYPES["__Schema"])


STANDARD_QUERY = _standard_query()
