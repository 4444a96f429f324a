"""Search (docs/wire/graphql.md#the-search-field, docs/wire/graphql.md#search)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.graphql_client import GraphqlClient

_SEARCH = """
  query($text: String!, $limit: Int = 20, $after: String, $in: [String!], $out: [String!], $filter:
    ObjectRecordFilterInput) {
    search(
      searchInput: $text, limit: $limit, after: $after
      includedObjectNameSingulars: $in, excludedObjectNameSingulars: $out, filter: $filter
    ) {
      edges { cursor node { recordId objectNameSingular objectLabelSingular label imageUrl tsRank tsRankCD } }
      pageInfo { endCursor hasNextPage }
    }
  }
"""


@pytest.fixture
def search(gql: GraphqlClient) -> Callable[..., list[dict[str, Any]]]:
    def run(text: str, **variables: Any) -> list[dict[str, Any]]:
        return [edge["node"] for edge in gql.data(_SEARCH, {"text": text, **variables})["search"]["edges"]]

    return run


def _labels(result: list[dict[str, Any]]) -> list[str]:
    return [hit["label"] for hit in result]


def _create(gql: GraphqlClient, name: str, data: dict[str, Any]) -> str:
    type_ = name[0].upper() + name[1:]
    made = gql.data(f"mutation($d: {type_}CreateInput!) {{ create{type_}(data: $d) {{ id }} }}", {"d": data})
    return str(made[f"create{type_}"]["id"])


def test_a_record_is_found_in_the_moment_it_is_written(
    gql: GraphqlClient, search: Callable[..., Any], tag: str
) -> None:
    person = _create(
        gql, "person", {"name": {"firstName": "Zoë", "lastName": tag}, "emails": {"primaryEmail": f"zoe@{tag}.example"}}
    )

    [hit] = search(f"ZOE {tag[:6].upper()}", limit=5, **{"in": ["person"], "filter": {"id": {"eq": person}}})
    assert (hit["recordId"], hit["objectNameSingular"], hit["objectLabelSingular"], hit["label"]) == (
        person,
        "person",
        "Person",
        f"Zoë {tag}",
    )
    assert hit["tsRankCD"] > 0
    for text in (f"zoe@{tag}", f"{tag}.example", tag):
        assert _labels(search(text)) == [f"Zoë {tag}"]

    gql.data(
        f'mutation {{ updatePerson(id: "{person}", data: {{name: {{lastName: "x{tag}"}}, emails: {{primaryEmail: '
        f'""}}}}) {{ id }} }}'
    )
    assert search(tag) == []
    assert _labels(search(f"x{tag}")) == [f"Zoë x{tag}"]
    gql.data(f'mutation {{ destroyPerson(id: "{person}") {{ id }} }}')
    assert search(f"x{tag}") == []


def test_any_term_finds_and_all_terms_come_first(gql: GraphqlClient, search: Callable[..., Any], tag: str) -> None:
    for first, last in (("Ann", tag), ("Bob", tag), ("Ann", f"a{tag}")):
        _create(
            gql,
            "person",
            {"name": {"firstName": first, "lastName": last}, "jobTitle": f"b{tag}" if last != tag else ""},
        )

    result = search(f"{tag} b{tag} a{tag}")
    assert _labels(result)[0] == f"Ann a{tag}"
    assert sorted(_labels(result)[1:]) == [f"Ann {tag}", f"Bob {tag}"]
    assert [hit["tsRankCD"] for hit in result] == [0, 0, 0]
    assert search(f"a{tag} b{tag}")[0]["tsRankCD"] > 0


def test_whole_words_and_labels_count_more(gql: GraphqlClient, search: Callable[..., Any], tag: str) -> None:
    _create(gql, "person", {"name": {"lastName": f"one{tag}"}, "jobTitle": tag})
    _create(gql, "person", {"name": {"lastName": f"{tag}more"}})
    _create(gql, "person", {"name": {"lastName": tag}})

    result = search(tag)
    assert _labels(result)[0] == tag
    assert result[0]["tsRank"] > result[1]["tsRank"]
    assert set(_labels(result)[1:]) == {f"one{tag}", f"{tag}more"}


def test_objects_in_the_order_of_their_importance(gql: GraphqlClient, search: Callable[..., Any], tag: str) -> None:
    _create(gql, "task", {"title": tag})
    _create(gql, "note", {"title": tag, "bodyV2": {"markdown": f"about body{tag}"}})
    _create(gql, "rocket", {"name": tag})
    _create(gql, "company", {"name": tag})
    _create(gql, "person", {"name": {"firstName": tag}})

    assert [hit["objectNameSingular"] for hit in search(tag)] == ["person", "company", "note", "task", "rocket"]
    assert [hit["objectNameSingular"] for hit in search(tag, **{"in": ["rocket", "task"]})] == ["task", "rocket"]
    assert [hit["objectNameSingular"] for hit in search(tag, out=["person", "note"])] == ["company", "task", "rocket"]
    assert _labels(search(f"body{tag}")) == [tag]
    assert search(tag, **{"in": []}) == []


def test_pages(gql: GraphqlClient, tag: str) -> None:
    people = [{"name": {"firstName": f"F{i}", "lastName": f"{tag}{'' if i % 2 else 'x'}"}} for i in range(15)]
    gql.data("mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }", {"d": people})
    notes = [{"title": f"{tag} {i}"} for i in range(6)]
    gql.data("mutation($d: [NoteCreateInput!]!) { createNotes(data: $d) { id } }", {"d": notes})
    whole = gql.data(_SEARCH, {"text": tag, "limit": 100})["search"]
    assert len(whole["edges"]) == 21

    for size in (1, 4, 20):
        walked: list[str] = []
        after = None
        while True:
            page = gql.data(_SEARCH, {"text": tag, "limit": size, "after": after})["search"]
            walked += [edge["node"]["recordId"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            assert after == page["edges"][-1]["cursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert walked == [edge["node"]["recordId"] for edge in whole["edges"]]


def test_no_text_finds_everything(gql: GraphqlClient, tag: str) -> None:
    mine = [_create(gql, "note", {"title": tag}) for _ in range(3)]
    walked: list[str] = []
    after = None
    while True:
        page = gql.data(_SEARCH, {"text": " ", "limit": 7, "after": after, "in": ["note", "task"]})["search"]
        walked += [edge["node"]["recordId"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    counts = gql.data("{ notes { totalCount } tasks { totalCount } }")
    assert len(walked) == len(set(walked)) == counts["notes"]["totalCount"] + counts["tasks"]["totalCount"]
    assert set(mine) <= set(walked)


def test_the_trash_when_asked_for(gql: GraphqlClient, search: Callable[..., Any], tag: str) -> None:
    live, gone = _create(gql, "note", {"title": f"live {tag}"}), _create(gql, "note", {"title": f"gone {tag}"})
    gql.data(f'mutation {{ deleteNote(id: "{gone}") {{ id }} }}')

    assert _labels(search(tag)) == [f"live {tag}"]
    assert _labels(search(tag, filter={"deletedAt": {"is": "NOT_NULL"}})) == [f"gone {tag}"]
    pair = {"or": [{"deletedAt": {"is": "NULL"}}, {"deletedAt": {"is": "NOT_NULL"}}]}
    assert sorted(_labels(search(tag, filter=pair))) == [f"gone {tag}", f"live {tag}"]
    assert _labels(search(tag, filter={"id": {"neq": live}})) == []


def test_rights(gql: GraphqlClient, client_with: Callable[..., GraphqlClient], tag: str) -> None:
    _create(gql, "person", {"name": {"lastName": tag}})

    assert client_with().data(_SEARCH, {"text": tag})["search"]["edges"] == []
    assert len(client_with(canReadAllObjectRecords=True).data(_SEARCH, {"text": tag})["search"]["edges"]) == 1


@pytest.mark.parametrize(
    ("arguments", "message", "sub_code"),
    [
        ('searchInput: "x", limit: 101', "Limit cannot exceed 100 items", "INVALID_QUERY_INPUT"),
        ('searchInput: "x", limit: -1', "Limit must be non-negative", "INVALID_QUERY_INPUT"),
        ('searchInput: "x"', 'Missing required argument: "limit" (number)', "INVALID_QUERY_INPUT"),
        ("limit: 1", 'Missing required argument: "searchInput" (string)', "INVALID_QUERY_INPUT"),
        ('searchInput: "x", limit: 1, after: "?"', "Invalid cursor: ?", "INVALID_CURSOR"),
        (
            'searchInput: "x", limit: 1, filter: {name: {eq: "x"}}',
            'Field "name" is not defined by type "ObjectRecordFilterInput".',
            "INVALID_QUERY_INPUT",
        ),
        (
            'searchInput: "x", limit: 1, filter: {not: {and: [{name: {eq: "x"}}]}}',
            'Field "name" is not defined by type "ObjectRecordFilterInput".',
            "INVALID_QUERY_INPUT",
        ),
    ],
)
def test_refusals(gql: GraphqlClient, arguments: str, message: str, sub_code: str) -> None:
    assert gql.error(f"{{ search({arguments}) {{ pageInfo {{ hasNextPage }} }} }}") == (
        message,
        "BAD_USER_INPUT",
        sub_code,
    )


def test_beside_records_in_one_request(gql: GraphqlClient, tag: str) -> None:
    _create(gql, "note", {"title": tag})
    result = gql.data(
        """query($t: String!) {
          __typename notes(filter: {title: {eq: $t}}) { totalCount }
          hits: search(searchInput: $t, limit: 1) { __typename edges { __typename node { __typename label } } }
        }""",
        {"t": tag},
    )

    assert result["notes"] == {"totalCount": 1}
    assert result["hits"] == {
        "__typename": "SearchResultConnection",
        "edges": [{"__typename": "SearchResultEdge", "node": {"__typename": "SearchRecord", "label": tag}}],
    }
