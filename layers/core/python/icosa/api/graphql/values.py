"""Values of arguments: literals and variables as plain JSON values.

Types that an operation declares for its variables are not checked, as Twenty does not (docs/wire/graphql.md#leniency):
clients declare ``ID!`` for ``UUID!``, or names of types that do not exist. The data itself is checked by the fields
that take it, with the same rules and texts for both APIs. Enum values and texts are one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .failures import Invalid, VariableMissing
from .language import (
    ArgumentNode,
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    print_ast,
)


class _Absent:
    """The value of a variable that the request does not give."""


ABSENT: Final = _Absent()


class Variables:
    """The variables of one request.

    Those that the operation declares and the request leaves out have their default, or are absent: an argument, an
    object's member or a list's element that such a variable stands for is left out.
    """

    def __init__(self, operation: OperationDefinitionNode, sent: Mapping[str, Any]) -> None:
        self._values: dict[str, Any] = {}
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            if name in self._values:
                raise Invalid(f'There can be only one variable named "${name}".', node=definition)
            value = sent.get(name, ABSENT)
            if value is ABSENT and definition.default_value is not None:
                value = self.value(definition.default_value)
            if (value is ABSENT or value is None) and isinstance(definition.type, NonNullTypeNode):
                raise VariableMissing(name, print_ast(definition.type), node=definition)
            self._values[name] = value

    def arguments(self, nodes: Iterable[ArgumentNode]) -> dict[str, Any]:
        """Arguments by name; those that are null or absent are left out (docs/wire/graphql.md#leniency)."""
        values: dict[str, Any] = {}
        for node in nodes:
            name = node.name.value
            if name in values:
                raise Invalid(f'There can be only one argument named "{name}".', node=node)
            value = self.value(node.value)
            if value is not ABSENT:
                values[name] = value
        return {name: value for name, value in values.items() if value is not None}

    def value(self, node: ValueNode) -> Any:
        """The value of a literal or variable, ABSENT for an absent variable. Raises Invalid for an undeclared one."""
        match node:
            case StringValueNode(value=text) | EnumValueNode(value=text):
                return text
            case VariableNode(name=name):
                if name.value not in self._values:
                    raise Invalid(f'Variable "${name.value}" is not defined.', node=node)
                return self._values[name.value]
            case ObjectValueNode():
                return self._object(node)
            case ListValueNode(values=values):
                return [value for member in values if (value := self.value(member)) is not ABSENT]
            case IntValueNode(value=digits):
                return int(digits) if len(digits) < 400 else float(digits)
            case FloatValueNode(value=digits):
                return float(digits)
            case BooleanValueNode(value=flag):
                return flag
            case NullValueNode():
                return None
        raise AssertionError(node.kind)

    def _object(self, node: ObjectValueNode) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for field in node.fields:
            name = field.name.value
            if name in members:
                raise Invalid(f'There can be only one input field named "{name}".', node=field)
            value = self.value(field.value)
            if value is not ABSENT:
                members[name] = value
        return members
