"""What one request may ask for (docs/wire/metadata.md#limits-of-a-request). Introspection does not count: its cost is
bounded by the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from ....errors import TooMuchAsked
from ...graphql.failures import TooManyFields, TooManyRootFields

MAX_FIELDS = 2000
MAX_ROOT_FIELDS = 10
MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class _Size:
    """Of a selection: all ``fields``, those of fragments counted at every use; how many are at the ``top``; levels."""

    fields: int
    top: int
    depth: int


def check_limits(document: DocumentNode, operation: OperationDefinitionNode) -> None:
    """Raises TooManyRootFields, TooManyFields, TooMuchAsked. The document must be valid: fragments exist and form no
    circle.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    size = _Measure(fragments).selection(operation.selection_set)
    if size.top > MAX_ROOT_FIELDS:
        raise TooManyRootFields(size.top, MAX_ROOT_FIELDS)
    if size.fields > MAX_FIELDS:
        raise TooManyFields(MAX_FIELDS)
    if size.depth > MAX_DEPTH:
        raise TooMuchAsked(f"Query too complex - Nesting too deep: {size.depth} - Maximum allowed depth: {MAX_DEPTH}")


class _Measure:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Size] = {}

    def selection(self, node: SelectionSetNode | None) -> _Size:
        fields = top = depth = 0
        for part in () if node is None else node.selections:
            match part:
                case FieldNode(name=name, selection_set=inner):
                    below = _Size(0, 0, 0) if name.value.startswith("__") else self.selection(inner)
                    size = _Size(below.fields + 1, 1, below.depth + 1)
                case InlineFragmentNode(selection_set=inner):
                    size = self.selection(inner)
                case FragmentSpreadNode(name=name):
                    size = self._fragment(name.value)
                case _:
                    raise AssertionError(part.kind)
            fields, top, depth = fields + size.fields, top + size.top, max(depth, size.depth)
        return _Size(fields, top, depth)

    def _fragment(self, name: str) -> _Size:
        if name not in self._known:
            self._known[name] = self.selection(self._fragments[name].selection_set)
        return self._known[name]
