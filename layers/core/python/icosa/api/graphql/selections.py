"""What a selection set selects on one type: aliases, fragments, ``@skip`` and ``@include`` resolved.

The checks of the GraphQL specification that need no schema beyond the type's name are made here, where they cost
nothing. Left out on purpose: unused fragments and variables are no errors (docs/wire/graphql.md#leniency, clients have
them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .failures import Invalid, TooManyFields
from .language import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
)
from .values import Variables

TYPENAME = "__typename"


@dataclass(slots=True)
class Selected:
    """A field of the answer: ``key`` is its name there (the alias, if it has one). ``sets`` are its selection sets, to
    be merged.
    """

    key: str
    name: str
    arguments: Sequence[ArgumentNode]
    sets: list[SelectionSetNode]
    #: Where it is selected, for the first time.
    node: FieldNode

    def require_selection(self, type_text: str) -> None:
        """Raises Invalid unless something is selected inside the field."""
        if not self.sets:
            raise Invalid(
                f'Field "{self.name}" of type "{type_text}" must have a selection of subfields. Did you mean '
                f'"{self.name} {{ ... }}"?',
                node=self.node,
            )

    def require_leaf(self, type_text: str) -> None:
        """Raises Invalid when something is selected inside the field."""
        if self.sets:
            raise Invalid(
                f'Field "{self.name}" must not have a selection since type "{type_text}" has no subfields.',
                node=self.node,
            )

    def require_no_arguments(self, type_name: str) -> None:
        """Raises Invalid for a field that takes none."""
        if self.arguments:
            argument = self.arguments[0]
            raise Invalid(
                f'Unknown argument "{argument.name.value}" on field "{type_name}.{self.name}".', node=argument
            )


class FieldCollector:
    """Collects fields for one operation. ``limit`` bounds the fields of all calls together."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Variables, *, limit: int) -> None:
        self._fragments = fragments
        self.variables = variables
        self._limit = limit
        self._left = limit

    def fields(self, type_name: str, sets: Iterable[SelectionSetNode]) -> list[Selected]:
        """The fields selected on a type, in order; the same field selected twice is one. Raises Invalid,
        TooManyFields.
        """
        by_key: dict[str, Selected] = {}
        for selection_set in sets:
            self._collect(type_name, selection_set.selections, by_key, frozenset())
        return list(by_key.values())

    def _collect(
        self, type_name: str, nodes: Sequence[SelectionNode], by_key: dict[str, Selected], inside: frozenset[str]
    ) -> None:
        for node in nodes:
            self._left -= 1
            if self._left < 0:
                raise TooManyFields(self._limit)
            if node.directives and not self._is_wanted(node.directives):
                continue
            match node:
                case FieldNode():
                    self._add(node, by_key)
                case InlineFragmentNode(type_condition=condition, selection_set=inner):
                    if condition is not None:
                        _check_condition("Fragment", condition, type_name)
                    self._collect(type_name, inner.selections, by_key, inside)
                case FragmentSpreadNode():
                    self._spread(type_name, node, by_key, inside)

    def _spread(
        self, type_name: str, spread: FragmentSpreadNode, by_key: dict[str, Selected], inside: frozenset[str]
    ) -> None:
        name = spread.name.value
        fragment = self._fragments.get(name)
        if fragment is None:
            raise Invalid(f'Unknown fragment "{name}".', node=spread)
        if name in inside:
            raise Invalid(f'Cannot spread fragment "{name}" within itself.', node=spread)
        _check_condition(f'Fragment "{name}"', fragment.type_condition, type_name)
        self._collect(type_name, fragment.selection_set.selections, by_key, inside | {name})

    @staticmethod
    def _add(node: FieldNode, by_key: dict[str, Selected]) -> None:
        name = node.name.value
        key = name if node.alias is None else node.alias.value
        selected = by_key.get(key)
        if selected is None:
            sets = [] if node.selection_set is None else [node.selection_set]
            by_key[key] = Selected(key, name, node.arguments or (), sets, node)
            return
        if selected.name != name:
            raise _conflict(key, f'"{selected.name}" and "{name}" are different fields', node)
        if not _same_arguments(selected.arguments, node.arguments or ()):
            raise _conflict(key, "they have differing arguments", node)
        if node.selection_set is not None:
            selected.sets.append(node.selection_set)

    def _is_wanted(self, directives: Sequence[DirectiveNode]) -> bool:
        is_included = True
        for directive in directives:
            name = directive.name.value
            if name not in ("skip", "include"):
                raise Invalid(f'Unknown directive "@{name}".', node=directive)
            flag = self.variables.arguments(directive.arguments or ()).get("if")
            if not isinstance(flag, bool):
                raise Invalid(
                    f'Directive "@{name}" argument "if" of type "Boolean!" is required, but it was not provided.',
                    node=directive,
                )
            is_included = is_included and flag is (name == "include")
        return is_included


def _check_condition(title: str, condition: NamedTypeNode, type_name: str) -> None:
    if condition.name.value != type_name:
        raise Invalid(
            f'{title} cannot be spread here as objects of type "{type_name}" can never be of type '
            f'"{condition.name.value}".',
            node=condition,
        )


def _same_arguments(left: Sequence[ArgumentNode], right: Sequence[ArgumentNode]) -> bool:
    return len(left) == len(right) and {a.name.value: a.value for a in left} == {a.name.value: a.value for a in right}


def _conflict(key: str, reason: str, node: FieldNode) -> Invalid:
    return Invalid(
        f'Fields "{key}" conflict because {reason}. Use different aliases on the fields to fetch both if this was '
        "intentional.",
        node=node,
    )
