"""Filter operators: one immutable object for each, from which every API follows.

``OPERATORS`` is the registry. REST's comparators, GraphQL's filter inputs, the text of the OpenAPI document, the checks
of operands and the evaluation read it; nothing else lists operators. A new operator is an object here and a member of
the sets of the kinds that take it. A kind adds what depends on its values: another meaning (``Kind.predicate``) and the
index ranges that hold the matches (``Kind.ranges``; without them a scan finds them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from .like import ilike, like

#: What an operator takes: a value of the field, a list of such, text with wildcards (or a part of a text), ``NULL`` or
#: ``NOT_NULL``, or a truth value.
OperandType = Literal["value", "list", "pattern", "state", "boolean"]
State = Literal["NULL", "NOT_NULL"]
#: Whether a stored value that is not null matches.
Predicate = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Operator:
    """A filter operator.

    ``predicate`` makes the test of values from a normalised operand. ``description`` says in documents what matches.
    """

    name: str
    takes: OperandType
    description: str
    predicate: Callable[[Any], Predicate]
    #: Whether REST's filter language has it, under the same name. Twenty's lacks a few.
    in_rest: bool = True
    #: What it asks for when the operand is the kind's null equivalent (empty text, docs/wire/rest.md#nulls-in-filters).
    state_of_empty: State | None = None
    #: Set for operators that ask for nothing but null or not null: which of them an operand means.
    state_of: Callable[[Any], State] | None = None

    def __repr__(self) -> str:
        return self.name

    def state(self, operand: Any, null_equivalent: Any) -> State | None:
        """``NULL`` or ``NOT_NULL`` when that is all the operator asks for; None when values decide."""
        if self.state_of is not None:
            return self.state_of(operand)
        if null_equivalent is not None and operand == null_equivalent:
            return self.state_of_empty
        return None


def _contains_any(options: tuple[Any, ...]) -> Predicate:
    wanted = frozenset(options)
    return lambda values: not wanted.isdisjoint(values)


def _contains_ilike(pattern: str) -> Predicate:
    matches = ilike(pattern)
    return lambda values: any(map(matches, values))


EQ = Operator(
    name="eq",
    takes="value",
    description="equal",
    predicate=lambda operand: lambda value: value == operand,
    state_of_empty="NULL",
)
NEQ = Operator(
    name="neq",
    takes="value",
    description="not equal",
    predicate=lambda operand: lambda value: value != operand,
    state_of_empty="NOT_NULL",
)
IN = Operator(
    name="in",
    takes="list",
    description="equal to one of a list",
    predicate=lambda operand: frozenset(operand).__contains__,
)
CONTAINS_ANY = Operator(
    name="containsAny", takes="list", description="with at least one of a list of options", predicate=_contains_any
)
CONTAINS_ILIKE = Operator(
    name="containsIlike",
    takes="pattern",
    description="with a member that matches a pattern, whatever the case",
    predicate=_contains_ilike,
    in_rest=False,
)
IS = Operator(
    name="is",
    takes="state",
    description="`NULL`: without a value, `NOT_NULL`: with one",
    predicate=lambda operand: lambda _: bool(operand == "NOT_NULL"),
    state_of=lambda operand: "NULL" if operand == "NULL" else "NOT_NULL",
)
IS_EMPTY_ARRAY = Operator(
    name="isEmptyArray",
    takes="boolean",
    description="without members",
    predicate=lambda _: lambda _: False,
    in_rest=False,
    # The operand does not matter (docs/wire/graphql.md#reading), and an empty list is stored as null.
    state_of=lambda _: "NULL",
)
GT = Operator(
    name="gt", takes="value", description="greater or later", predicate=lambda operand: lambda value: value > operand
)
GTE = Operator(
    name="gte",
    takes="value",
    description="greater, later or equal",
    predicate=lambda operand: lambda value: value >= operand,
)
LT = Operator(
    name="lt", takes="value", description="less or earlier", predicate=lambda operand: lambda value: value < operand
)
LTE = Operator(
    name="lte",
    takes="value",
    description="less, earlier or equal",
    predicate=lambda operand: lambda value: value <= operand,
)
STARTS_WITH = Operator(
    name="startsWith",
    takes="pattern",
    description="beginning with a text",
    predicate=lambda operand: lambda value: value.startswith(operand),
)
ENDS_WITH = Operator(
    name="endsWith",
    takes="pattern",
    description="ending with a text",
    predicate=lambda operand: lambda value: value.endswith(operand),
)
LIKE = Operator(
    name="like",
    takes="pattern",
    description="matching a pattern: `%` stands for any characters, `_` for one",
    predicate=like,
    state_of_empty="NULL",
)
ILIKE = Operator(
    name="ilike",
    takes="pattern",
    description="matching a pattern, whatever the case",
    predicate=ilike,
    state_of_empty="NULL",
)

#: Every operator, in the order in which REST's messages list its comparators (docs/wire/rest.md#filter-grammar).
OPERATORS = (
    EQ,
    NEQ,
    IN,
    CONTAINS_ANY,
    CONTAINS_ILIKE,
    IS,
    IS_EMPTY_ARRAY,
    GT,
    GTE,
    LT,
    LTE,
    STARTS_WITH,
    ENDS_WITH,
    LIKE,
    ILIKE,
)


def _refuse(_: Any) -> Predicate:
    raise AssertionError("no kind takes the operator")


REGEX = Operator(
    name="regex", takes="pattern", description="matching a regular expression", predicate=_refuse, in_rest=False
)
IREGEX = Operator(
    name="iregex",
    takes="pattern",
    description="matching a regular expression, whatever the case",
    predicate=_refuse,
    in_rest=False,
)
#: What GraphQL's filter inputs name because Twenty's do; no kind takes them, so requests that use them are refused.
UNSUPPORTED = (REGEX, IREGEX)

# Sets for kinds, each in the order in which messages list it (docs/wire/rest.md#operators).
ORDERS = (GT, GTE, LT, LTE)
COMPARISONS = (EQ, NEQ, *ORDERS, IN, IS)
TEXT = (*COMPARISONS, LIKE, ILIKE, STARTS_WITH, ENDS_WITH)
TRUTH = (EQ, IS)
OPTION = (EQ, NEQ, *ORDERS, IN, CONTAINS_ANY, IS, IS_EMPTY_ARRAY)
OPTIONS = (CONTAINS_ANY, IS, IS_EMPTY_ARRAY)
TEXTS = (CONTAINS_ILIKE, IS, IS_EMPTY_ARRAY)
JSON = (IS, LIKE)


def named(*operators: Operator) -> Mapping[str, Operator]:
    """The operators by their names."""
    return MappingProxyType({operator.name: operator for operator in operators})
