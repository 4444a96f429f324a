"""What is remembered of introspection: no more than is meant to be, and for nobody who may not see it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

from tests.support.graphql_client import GraphqlClient

_TYPE = '{ __type(name: "Nothing") { name } }'
_NAMES = "{ __schema { types { name } } }"


def test_what_a_client_sends_does_not_stay_in_memory(gql: GraphqlClient) -> None:
    """Each request is another one, and its answer is short."""
    gql.data(_TYPE)
    tracemalloc.start()
    try:
        for number in range(20):
            assert gql.data(_TYPE, {"unused": f"{number}" + "x" * 500_000}) == {"__type": None}
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2_000_000


def test_roles_do_not_share_what_one_of_them_may_not_see(client_with: Callable[..., GraphqlClient]) -> None:
    everything, nothing = client_with(canReadAllObjectRecords=True), client_with()

    def types(client: GraphqlClient) -> set[str]:
        return {each["name"] for each in client.data(_NAMES)["__schema"]["types"]}

    for _ in range(2):
        assert "Company" in types(everything)
        assert "Company" not in types(nothing)
