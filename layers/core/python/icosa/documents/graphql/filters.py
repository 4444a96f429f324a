"""The input types with which scalars are filtered: what kinds and operators say, in GraphQL's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from ...model.operators import OPERATORS, UNSUPPORTED, Operator
from ...model.types.base import Kind
from ...model.types.graphql_types import Scalar
from ...model.types.kinds import KINDS
from . import wording
from .definitions import Argument, TypeDefinition, inputs

_REGISTRY = (*OPERATORS, *UNSUPPORTED)


def filter_inputs() -> list[TypeDefinition]:
    """The filters of all scalars. Those of options are made with the fields that have them."""
    return [
        filter_input(kind.scalar, kind, f"Conditions on values of type {kind.scalar.name}; all of them must be met.")
        for kind in KINDS
        if not kind.is_choice
    ]


def filter_input(scalar: Scalar, kind: Kind, description: str) -> TypeDefinition:
    """The filter of a kind whose values are ``scalar`` (for options their enum)."""
    operators: Iterable[Operator] = kind.declared or kind.operators.values()
    if not scalar.keeps_order:
        operators = sorted(operators, key=_rank)
    members = [
        Argument(operator.name, _operand_type(operator, scalar), wording.operator(operator)) for operator in operators
    ]
    return inputs(scalar.filter, members, description)


def _rank(operator: Operator) -> tuple[int, str, int]:
    """Comparisons by name, patterns as the registry has them, questions for null at the end."""
    if operator.state_of is not None:
        return 2, "", _REGISTRY.index(operator)
    return (1, "", _REGISTRY.index(operator)) if operator.takes == "pattern" else (0, operator.name, 0)


def _operand_type(operator: Operator, scalar: Scalar) -> str:
    match operator.takes:
        case "value":
            return scalar.name
        case "list":
            return f"[{scalar.name}]" if scalar.has_nullable_items else f"[{scalar.name}!]"
        case "pattern":
            return "String"
        case "state":
            return "FilterIs"
        case "boolean":
            return "Boolean"
    assert_never(operator.takes)
