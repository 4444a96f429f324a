"""What field types have in common: names of aggregates, scalars with one leaf, defaults."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...identifiers import capitalised
from . import graphql_types
from .base import Field, FieldType, Kind, Leaf, Mode, Stored
from .defaults import evaluate
from .graphql_types import TypeNames

_COUNTS = ("countUniqueValues", "countEmpty", "countNotEmpty", "percentageEmpty", "percentageNotEmpty")


class ParsedDefault(FieldType):
    """A type whose default is parsed as if a request had sent it."""

    def default(self, field: Field, *, now: str) -> Stored:
        value = evaluate(field.default_value, now=now)
        return None if value is None else self.parse(field, value)


class Counted(FieldType):
    """A type with the aggregates that every field has, and some functions of a leaf."""

    def aggregates(self, field: Field) -> Mapping[str, tuple[str, Leaf | None]]:
        name = capitalised(field.name)
        aggregates: dict[str, tuple[str, Leaf | None]] = {f"{function}{name}": (function, None) for function in _COUNTS}
        for function, subfield in self.leaf_functions(field):
            leaf = next(leaf for leaf in field.leaves if leaf.subfield == subfield)
            aggregates[f"{function}{name}{capitalised(subfield or '')}"] = (function, leaf)
        return aggregates

    def leaf_functions(self, field: Field) -> tuple[tuple[str, str | None], ...]:
        """Pairs of an aggregate function and the member that it is computed on."""
        return ()


class ScalarType(ParsedDefault, Counted):
    """A type with one leaf, which is the field itself."""

    def leaves(self, field: Field) -> tuple[Leaf, ...]:
        return (
            Leaf(field=field, path=(field.input_name,), key=field.leaf_key(None), subfield=None, kind=self.kind(field)),
        )

    @abstractmethod
    def kind(self, field: Field) -> Kind:
        """The kind of the leaf."""

    def parse(self, field: Field, value: Any, *, old: Stored = None, mode: Mode = "create") -> Stored:
        return None if value is None else self.read(field, value)

    @abstractmethod
    def read(self, field: Field, value: Any) -> Stored:
        """As ``parse``, for a value that is not null."""

    def render(self, field: Field, value: Stored) -> Any:
        return value

    def graphql(self, field: Field, enum: str) -> TypeNames:
        kind = field.leaves[0].kind
        scalar = kind.scalar.renamed(enum) if kind.is_choice else kind.scalar
        names = graphql_types.plain(f"[{scalar.name}]" if kind.is_list else scalar.name, scalar.filter)
        if kind.calendar is None:
            return names
        return replace(names, group=graphql_types.CALENDAR, group_order=graphql_types.CALENDAR_ORDER)
