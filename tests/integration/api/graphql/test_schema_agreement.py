"""What the schema allows, the API runs: documents that graphql-core finds valid are never refused as invalid."""

from __future__ import annotations

from typing import Any

import pytest
from graphql.language import ast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import queries as documents

from icosa.documents.graphql.definitions import output
from icosa.documents.graphql.document import schema
from icosa.documents.graphql.text import write
from icosa.model.model import Model
from tests.support.graphql_client import GraphqlClient
from tests.support.soak import examples

_SCALARS: dict[str, st.SearchStrategy[ast.ValueNode]] = {
    "UUID": st.just(nodes.String("7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001")),
    "DateTime": st.just(nodes.String("2026-01-31T12:00:00.000Z")),
    "Date": st.just(nodes.String("2026-01-31")),
    "BigFloat": st.just(nodes.String("1.5")),
    "BigInt": st.just(nodes.Int(3)),
    "Position": st.just(nodes.Int(1)),
    "JSON": st.just(nodes.String("{}")),
    "TSVector": st.just(nodes.String("x")),
}
#: Errors that say something about the request rather than about the document: values of arguments, limits.
_REFUSALS = {"BAD_USER_INPUT", "NOT_FOUND"}


@pytest.fixture(scope="module")
def sdl(model: Model) -> str:
    """The schema of two objects that point at each other; of all objects a random document would touch too much."""
    result = schema(model)
    query = next(definition for name, definition in result.items() if name == "Query")
    roots = tuple(field for field in query.fields if "ompan" in field.name or field.name == "search")
    result["Query"] = output("Query", roots)
    return write({name: definition for name, definition in result.items() if name != "Mutation"})


@pytest.mark.slow
def test_valid_documents_are_run(gql: GraphqlClient, sdl: str) -> None:
    accepted = 0

    @given(documents(sdl, custom_scalars=_SCALARS, allow_x00=False))
    @settings(max_examples=examples(15), suppress_health_check=list(HealthCheck))
    def run(document: str) -> None:
        answer: Any = gql(document)
        result = {error["extensions"]["code"] for error in answer.get("errors", ())}
        nonlocal accepted
        accepted += not result
        assert result <= _REFUSALS, (document, answer)

    run()
    assert accepted
