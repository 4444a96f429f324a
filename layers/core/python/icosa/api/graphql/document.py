"""From a document's text to its operations and fragments, within limits.

Clients send the same text again and again with other variables, so what was parsed is remembered by its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from ...lru import LRUCache
from .failures import Invalid, Unparsable
from .language import (
    DefinitionNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)
from .settings import GraphqlSettings

#: What is wrong with an empty selection set, in the parser's words.
EMPTY_SELECTION = 'Syntax Error: Expected Name, found "}".'
#: Longer documents mostly hold data and will not come again.
_REMEMBERED_LENGTH = 10_000
#: Characters of all remembered documents. A tree takes up to a hundred times the memory of its text.
_MEMORY = 300_000


@dataclass(frozen=True)
class Document:
    """A syntax tree whose definitions have distinct names. An anonymous operation is the only one, under None."""

    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]
    text: str

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises Invalid."""
        if name is not None:
            if (operation := self.operations.get(name)) is None:
                raise Invalid(f'Unknown operation named "{name}".')
            return operation
        if not self.operations:
            raise Invalid("Must provide an operation.")
        if len(self.operations) > 1:
            raise Invalid("Must provide operation name when document contains multiple operations.")
        return next(iter(self.operations.values()))

    def locations(self, *nodes: Node) -> list[dict[str, int]]:
        """Where parts of the document stand in its text."""
        return [self._locations[id(node)] for node in nodes if id(node) in self._locations]

    @cached_property
    def _locations(self) -> Mapping[int, dict[str, int]]:
        """By the identity of nodes. The tree itself has no positions, which only messages need."""
        try:
            located = _definitions(parse(self.text), self.text)
        except RecursionError:
            # Nested as deep as the parser can go from where the document was read, which was some calls above.
            return {}
        pairs: list[tuple[Any, Any]] = list(
            chain(
                zip(self.operations.values(), located.operations.values(), strict=True),
                zip(self.fragments.values(), located.fragments.values(), strict=True),
            )
        )
        positions: dict[int, dict[str, int]] = {}
        while pairs:
            node, twin = pairs.pop()
            if isinstance(node, tuple):
                pairs += zip(node, twin, strict=True)
            elif isinstance(node, Node):
                positions[id(node)] = {"line": twin.loc.start_token.line, "column": twin.loc.start_token.column}
                pairs += ((getattr(node, key), getattr(twin, key)) for key in node.keys if key != "loc")
        return positions


_documents: LRUCache[str, Document] = LRUCache(size=_MEMORY, weigh=lambda document: len(document.text))


def parse_document(text: str, limits: GraphqlSettings) -> Document:
    """Raises Unparsable, Invalid."""
    document = _documents.get(text)
    if document is None:
        document = _definitions(_parse(text, limits), text)
        if len(text) <= _REMEMBERED_LENGTH:
            _documents.put(text, document)
    return document


def _parse(text: str, limits: GraphqlSettings) -> DocumentNode:
    if len(text) > limits.query_limit:
        raise Unparsable(f"The query is longer than {limits.query_limit} characters. Send data as variables")
    try:
        document = parse(text, no_location=True, max_tokens=limits.query_token_limit)
        if any(map(has_empty_selection, document.definitions)):
            raise Unparsable(EMPTY_SELECTION)
        return document
    except GraphQLError as error:
        refusal = Unparsable(error.message)
        refusal.locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
        raise refusal from error
    except RecursionError as error:
        raise Unparsable("Syntax Error: Document is nested too deeply. Parsing aborted.") from error


def has_empty_selection(node: Any) -> bool:
    """Whether a definition or a field has an empty selection set somewhere. The parser lets them pass, which GraphQL's
    grammar does not have.
    """
    selections: SelectionSetNode | None = getattr(node, "selection_set", None)
    if selections is None:
        return False
    return not selections.selections or any(map(has_empty_selection, selections.selections))


def _definitions(document: DocumentNode, text: str) -> Document:
    operations: dict[str | None, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    for definition in document.definitions:
        match definition:
            case OperationDefinitionNode(name=name):
                key = None if name is None else name.value
                if key in operations and key is not None:
                    raise Invalid(f'There can be only one operation named "{key}".')
                if operations and (key is None or None in operations):
                    raise Invalid("This anonymous operation must be the only defined operation.")
                operations[key] = definition
            case FragmentDefinitionNode(name=name):
                if name.value in fragments:
                    raise Invalid(f'There can be only one fragment named "{name.value}".')
                fragments[name.value] = definition
            case _:
                raise Invalid(f"The {_title(definition)} definition is not executable.")
    return Document(operations, fragments, text)


def _title(definition: DefinitionNode) -> str:
    name = getattr(definition, "name", None)
    return "schema" if name is None else f'"{name.value}"'
