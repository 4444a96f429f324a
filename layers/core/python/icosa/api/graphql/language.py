"""graphql-core's parser and syntax tree, without the rest of graphql-core.

``import graphql`` also loads its type system, validation and execution, which nothing here uses (docs/graphql.md): twice the
time at a cold start. Therefore its language package is loaded below a bare parent package, which then makes room for the real one: who
imports ``graphql`` later gets all of it, with the same classes.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys

_PACKAGE = "graphql"


def _load_language() -> None:
    spec = importlib.util.find_spec(_PACKAGE)
    assert spec is not None
    sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)
    try:
        importlib.import_module(f"{_PACKAGE}.language")
    finally:
        del sys.modules[_PACKAGE]


if _PACKAGE not in sys.modules:
    _load_language()

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
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    parse,
    print_ast,
)

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
    "NamedTypeNode",
    "NonNullTypeNode",
    "NullValueNode",
    "ObjectValueNode",
    "OperationDefinitionNode",
    "SelectionNode",
    "SelectionSetNode",
    "StringValueNode",
    "ValueNode",
    "VariableNode",
    "parse",
    "print_ast",
]
