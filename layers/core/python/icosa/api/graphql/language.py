"""graphql-core's parser and syntax tree, without the rest of graphql-core.

``import graphql`` also loads its type system, validation and execution, which nothing here uses (docs/graphql.md):
twice the time at a cold start. Therefore the package waits to be loaded until somebody asks for a name of its own.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import Any

_PACKAGE = "graphql"


def _postpone() -> None:
    """Enter the package such that its modules can be imported, and load it on the first look at what it does not have
    yet.
    """
    spec = find_spec(_PACKAGE)
    assert spec is not None
    assert spec.loader is not None
    loader = spec.loader
    package = module_from_spec(spec)

    def load(name: str) -> Any:
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, name)

    package.__dict__["__getattr__"] = load
    sys.modules[_PACKAGE] = package


if _PACKAGE not in sys.modules:
    _postpone()

from graphql.error import GraphQLError  # noqa: E402
from graphql.language import (  # noqa: E402
    ArgumentNode,
    BooleanValueNode,
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    parse,
    print_ast,
)
from graphql.pyutils import suggestion_list  # noqa: E402

__all__ = [
    "ArgumentNode",
    "BooleanValueNode",
    "DefinitionNode",
    "DirectiveNode",
    "DocumentNode",
    "EnumValueNode",
    "FieldNode",
    "FloatValueNode",
    "FragmentDefinitionNode",
    "FragmentSpreadNode",
    "GraphQLError",
    "InlineFragmentNode",
    "IntValueNode",
    "ListValueNode",
    "NameNode",
    "NamedTypeNode",
    "Node",
    "NonNullTypeNode",
    "NullValueNode",
    "ObjectValueNode",
    "OperationDefinitionNode",
    "SelectionNode",
    "SelectionSetNode",
    "StringValueNode",
    "ValueNode",
    "VariableDefinitionNode",
    "VariableNode",
    "parse",
    "print_ast",
    "suggestion_list",
]
