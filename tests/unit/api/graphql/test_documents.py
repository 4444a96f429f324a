"""Documents, variables and selections: what needs no schema."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse

from icosa.api.graphql.document import parse_document
from icosa.api.graphql.failures import Invalid, TooManyFields, Unparsable, VariableMissing
from icosa.api.graphql.selections import FieldCollector, Selected
from icosa.api.graphql.settings import GraphqlSettings
from icosa.api.graphql.values import Variables
from icosa.errors import BadRequest

_LIMITS = GraphqlSettings()


def _operation(text: str) -> OperationDefinitionNode:
    return parse_document(text, _LIMITS).operation(None)


def _selector(
    text: str, variables: dict[str, Any] | None = None, *, limit: int = 100
) -> tuple[FieldCollector, SelectionSetNode]:
    document = parse_document(text, _LIMITS)
    node = document.operation(None)
    return FieldCollector(document.fragments, Variables(node, variables or {}), limit=limit), node.selection_set


def _fields(text: str, variables: dict[str, Any] | None = None) -> list[Selected]:
    selector, selection_set = _selector(text, variables)
    return selector.fields("Query", [selection_set])


# ------------------------------------------------------------------ documents


@pytest.mark.parametrize(
    ("text", "name", "error"),
    [
        ("{ companies( }", None, Unparsable),
        ("{" + "a{" * 3000, None, Unparsable),
        ("{ a " + "a " * 10_000 + "}", None, Unparsable),
        ("{ a }" + "#" * 100_000, None, Unparsable),
        ("query A { a } query B { b }", None, Invalid),
        ("query A { a } query B { b }", "C", Invalid),
        ("query A { a } query A { b }", "A", Invalid),
        ("{ a } query B { b }", "B", Invalid),
        ("fragment F on A { a } fragment F on A { b } { a }", None, Invalid),
        ("fragment F on A { a }", None, Invalid),
        ("type A { a: Int }", None, Invalid),
    ],
)
def test_documents_that_are_none(text: str, name: str | None, error: type[BadRequest]) -> None:
    with pytest.raises(error):
        parse_document(text, _LIMITS).operation(name)


def test_the_named_operation_is_run() -> None:
    document = parse_document("query A { a } query B { b }", _LIMITS)

    [field] = document.operation("B").selection_set.selections
    assert isinstance(field, FieldNode)
    assert field.name.value == "b"


def test_a_document_is_parsed_once() -> None:
    text = "{ remembered }"

    assert parse_document(text, _LIMITS) is parse_document(text, _LIMITS)


# ------------------------------------------------------------------ values


def _arguments(text: str, given: dict[str, Any] | None = None, declared: str = "") -> dict[str, Any]:
    operation = _operation(f"query Q{declared} {{ f({text}) }}")
    [field] = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return Variables(operation, given or {}).arguments(field.arguments or ())


def test_literals() -> None:
    result = _arguments('a: 1, b: -2.5, c: "x", d: true, e: NEW, f: [1, [2]], g: {h: {i: null}}, j: """block"""')

    assert result == {
        "a": 1,
        "b": -2.5,
        "c": "x",
        "d": True,
        "e": "NEW",
        "f": [1, [2]],
        "g": {"h": {"i": None}},
        "j": "block",
    }


def test_arguments_that_are_null_are_left_out() -> None:
    assert _arguments("a: null, b: $x, c: $y", {"y": None}, "($x: Int, $y: Int)") == {}


def test_variables_have_any_type() -> None:
    assert _arguments("a: $x", {"x": {"eq": "NEW"}}, "($x: NoSuchType)") == {"a": {"eq": "NEW"}}
    assert _arguments("a: [$x, $y], b: {c: $x}", {"y": 2}, "($x: ID, $y: ID!)") == {"a": [2], "b": {}}


def test_defaults_apply_where_nothing_is_given() -> None:
    assert _arguments("a: $x", {}, "($x: Int = 3)") == {"a": 3}
    assert _arguments("a: $x", {"x": 4}, "($x: Int = 3)") == {"a": 4}
    assert _arguments("a: $x", {"x": None}, "($x: Int = 3)") == {}
    assert _arguments("a: $x", {}, "($x: Int! = 3)") == {"a": 3}


@pytest.mark.parametrize(
    ("text", "declared", "error", "message"),
    [
        ("a: $x", "", Invalid, 'Variable "$x" is not defined.'),
        ("a: $x", "($x: UUID!)", VariableMissing, 'Variable "$x" of required type "UUID!" was not provided.'),
        ("a: 1", "($x: Int, $x: Int)", Invalid, 'There can be only one variable named "$x".'),
        ("a: 1, a: 2", "", Invalid, 'There can be only one argument named "a".'),
        ("a: {b: 1, b: 2}", "", Invalid, 'There can be only one input field named "b".'),
    ],
)
def test_values_that_are_none(text: str, declared: str, error: type[BadRequest], message: str) -> None:
    with pytest.raises(error) as caught:
        _arguments(text, {}, declared)

    assert caught.value.message == message


# ------------------------------------------------------------------ selections


def test_aliases_name_the_answer() -> None:
    assert [(field.key, field.name) for field in _fields("{ a: x, x, b: x }")] == [("a", "x"), ("x", "x"), ("b", "x")]


def test_the_same_field_is_merged() -> None:
    [field] = _fields("{ x(a: 1) { a } ... on Query { x(a: 1) { b } } ...F } fragment F on Query { x(a: 1) { c } }")

    selector, _ = _selector("{ a }")
    assert [inner.name for inner in selector.fields("X", field.sets)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("directives", "variables", "expected"),
    [
        ("@include(if: true)", {}, ["a", "x"]),
        ("@include(if: false)", {}, ["a"]),
        ("@skip(if: true)", {}, ["a"]),
        ("@skip(if: false)", {}, ["a", "x"]),
        ("@include(if: $v)", {"v": True}, ["a", "x"]),
        ("@include(if: $v)", {"v": False}, ["a"]),
        ("@skip(if: $v) @include(if: true)", {"v": False}, ["a", "x"]),
        ("@skip(if: $v) @include(if: true)", {"v": True}, ["a"]),
    ],
)
def test_directives(directives: str, variables: dict[str, Any], expected: list[str]) -> None:
    for text in (
        f"query Q($v: Boolean) {{ a x {directives} }}",
        f"query Q($v: Boolean) {{ a ... {directives} {{ x }} }}",
        f"query Q($v: Boolean) {{ a ...F {directives} }} fragment F on Query {{ x }}",
    ):
        assert [field.key for field in _fields(text, variables)] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ ...F }", 'Unknown fragment "F".'),
        ("{ ...F } fragment F on Query { ...F }", 'Cannot spread fragment "F" within itself.'),
        (
            "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
            'Cannot spread fragment "F" within itself.',
        ),
        (
            "{ ...F } fragment F on Company { a }",
            'Fragment "F" cannot be spread here as objects of type "Query" can never be of type "Company".',
        ),
        (
            "{ ... on Company { a } }",
            'Fragment cannot be spread here as objects of type "Query" can never be of type "Company".',
        ),
        ("{ a @foo }", 'Unknown directive "@foo".'),
        ("{ a @skip }", 'Directive "@skip" argument "if" of type "Boolean!" is required, but it was not provided.'),
        (
            "{ a: x a: y }",
            'Fields "a" conflict because "x" and "y" are different fields. '
            "Use different aliases on the fields to fetch both if this was intentional.",
        ),
        (
            "{ x(a: 1) x(a: 2) }",
            'Fields "x" conflict because they have differing arguments. '
            "Use different aliases on the fields to fetch both if this was intentional.",
        ),
    ],
)
def test_selections_that_are_none(text: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        _fields(text)

    assert caught.value.message == message


def test_fragments_do_not_multiply_without_end() -> None:
    """Each level uses the next one twice: a billion fields in a few hundred characters."""
    levels = [f"fragment F{i} on Query {{ a: x {{ ...F{i + 1} }} b: x {{ ...F{i + 1} }} }}" for i in range(30)]
    selector, selection_set = _selector("{ ...F0 } " + " ".join(levels) + " fragment F30 on Query { a }", limit=500)

    def walk(sets: list[SelectionSetNode]) -> None:
        for field in selector.fields("Query", sets):
            walk(field.sets)

    with pytest.raises(TooManyFields):
        walk([selection_set])


def test_unused_fragments_and_variables_are_no_errors() -> None:
    assert [field.key for field in _fields("query Q($unused: Int) { a } fragment F on Query { b }")] == ["a"]


def test_documents_without_locations_are_equal_by_structure() -> None:
    item, other = (parse(text, no_location=True) for text in ("{ a }", "{\n  a }"))

    assert item == other


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "query Q {}",
        "mutation {}",
        "{people{}}",
        "{people{edges{node{}}}}",
        "{a ... on X {}}",
        "{a ...F} fragment F on X {}",
        "mutation{createThing(data:{}){}}",
    ],
)
def test_a_selection_set_has_a_member(text: str) -> None:
    with pytest.raises(Unparsable, match="Syntax Error: Expected Name"):
        parse_document(text, GraphqlSettings())
    document = parse_document("{a(x: {}) {b}}", GraphqlSettings())
    assert document.operations
