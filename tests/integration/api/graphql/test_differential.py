"""GraphQL and REST are two languages of one engine: whatever is asked in both gets the same answer."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from icosa.api.rest.filter_text import COMPARATORS
from icosa.documents.graphql.type_names import members_of
from icosa.model.model import Field, Model, Object
from icosa.model.types.base import Leaf
from icosa.query.aggregates import aggregates_of
from icosa.query.groups import is_groupable
from tests.support.graphql_client import GraphqlClient
from tests.support.rest_client import RestClient
from tests.support.soak import examples

_ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a000{}"
#: Values of leaves by the name of their scalar.
_VALUES: Mapping[str, Sequence[Any]] = {
    "String": ("Ann", "ann", "Bo", "", "100%", "Zoë"),
    "Float": (-3, 0, 1, 2.5, 7),
    "BigFloat": (-3, 0, 1, 2.5, 1500000),
    "Boolean": (True, False),
    "Date": ("2024-01-10", "2024-02-29", "2025-12-31"),
    "DateTime": ("2024-01-10T08:00:00.000Z", "2024-02-29T23:30:00.000Z"),
    "UUID": tuple(_ID.format(i) for i in range(3)),
    "JSON": ({"k": "v1"}, {"k": ["v2"]}),
}
_PATTERNS = ("%A%", "a%", "%b", "_nn", "%", "%v1%")


def _values(leaf: Leaf) -> Sequence[Any]:
    options: Sequence[Any] = getattr(leaf.kind, "options", ())
    if leaf.field.settings.get("dataType") == "bigint":
        return (-3, 0, 7)
    return options or _VALUES[leaf.kind.scalar.name]


def _operators(leaf: Leaf) -> list[str]:
    """Those that REST's language has, too."""
    return [operator for operator in leaf.kind.operators if operator in COMPARATORS]


def _operand(rng: random.Random, leaf: Leaf, operator: str) -> Any:
    match leaf.kind.operators[operator].takes:
        case "state":
            return rng.choice(("NULL", "NOT_NULL"))
        case "boolean":
            return True
        case "pattern":
            return rng.choice(("A", "n", "100") if operator in ("startsWith", "endsWith") else _PATTERNS)
        case "list":
            return rng.sample(list(_values(leaf)), k=min(2, len(_values(leaf))))
    return rng.choice(_values(leaf))


# ------------------------------------------------------------------ two languages


def _nested(path: Sequence[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _literal(value: Any) -> str:
    """A value of REST's filter language."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{','.join(map(_literal, value))}]"
    return f'"{value}"' if isinstance(value, str) and value not in ("NULL", "NOT_NULL") else str(value)


Condition = tuple[Any, str]
"""One condition in GraphQL's language and in REST's."""


def _compare(rng: random.Random, leaf: Leaf, prefix: tuple[str, ...] = (), operator: str | None = None) -> Condition:
    operator = operator or rng.choice(_operators(leaf))
    operand = _operand(rng, leaf, operator)
    path = (*prefix, *leaf.path)
    return _nested((*path, operator), operand), f"{'.'.join(path)}[{operator}]:{_literal(operand)}"


def _condition(rng: random.Random, leaves: Sequence[tuple[tuple[str, ...], Leaf]], depth: int = 0) -> Condition:
    kind = rng.random()
    if depth > 2 or kind < 0.6:
        prefix, leaf = rng.choice(leaves)
        return _compare(rng, leaf, prefix)
    if kind < 0.7:
        graph, text = _condition(rng, leaves, depth + 1)
        return {"not": graph}, f"not({text})"
    parts = [_condition(rng, leaves, depth + 1) for _ in range(rng.randint(1, 3))]
    name = rng.choice(("and", "or"))
    return {name: [graph for graph, _ in parts]}, f"{name}({','.join(text for _, text in parts)})"


# ------------------------------------------------------------------ records


def _random_record(rng: random.Random, obj: Object, tag: str) -> dict[str, Any]:
    record: dict[str, Any] = {"name": tag}
    for field in obj.fields:
        if (
            field.is_system
            or field.relation is not None
            or not field.type.is_stored
            or field.name == "name"
            or rng.random() < 0.3
        ):
            continue
        value = _random_value(rng, field)
        if value is not None:
            record[field.name] = value
    return record


def _random_value(rng: random.Random, field: Field) -> Any:
    special = _SPECIAL.get(field.type.name)
    if special is not None:
        return special(rng)
    leaves = field.leaves
    if field.type.is_composite:
        return {
            leaf.subfield: rng.choice(_values(leaf))
            for leaf in leaves
            if leaf.subfield and leaf.kind.scalar.name != "JSON"
        }
    value = rng.choice(_values(leaves[0]))
    return [value] if leaves[0].kind.is_list else value


_SPECIAL: Mapping[str, Callable[[random.Random], Any]] = {
    "EMAILS": lambda rng: {"primaryEmail": f"{uuid.uuid4().hex}@mail.example", "additionalEmails": ["b@mail.example"]},
    "PHONES": lambda rng: {"primaryPhoneNumber": "+33610203040", "additionalPhones": [{"number": "+33611223344"}]},
    "LINKS": lambda rng: {
        "primaryLinkUrl": "https://a.example",
        "secondaryLinks": [{"label": "B", "url": "https://b.example"}],
    },
    "CURRENCY": lambda rng: {
        "amountMicros": rng.choice((0, -5, 2_500_000, 10**17)),
        "currencyCode": rng.choice(("EUR", "usd", None)),
    },
    "RICH_TEXT": lambda rng: {"markdown": rng.choice(("A *b*", "Ann"))},
    "FILES": lambda rng: [{"fileId": _ID.format(1), "label": "a.pdf"}],
}


@pytest.fixture(scope="module")
def rockets(gql: GraphqlClient, rest: RestClient, model: Model) -> str:
    """Rockets of all kinds, written through either API; returns their name."""
    rng, tag, obj = random.Random(1), f"z{uuid.uuid4().hex[:10]}", model.by_singular["rocket"]
    makers = gql.data('mutation { createCompanies(data: [{name: "Ann"}, {name: "Zoë"}]) { id } }')["createCompanies"]
    records = [
        {**_random_record(rng, obj, tag), "makerId": rng.choice((makers[0]["id"], makers[1]["id"], None))}
        for _ in range(60)
    ]
    gql.data("mutation($d: [RocketCreateInput!]!) { createRockets(data: $d) { id } }", {"d": records[:30]})
    assert rest("POST", "/rest/batch/rockets", records[30:]).status == 201
    return tag


def selection_of(obj: Object) -> str:
    """Everything that a record stores."""
    parts = []
    for field in obj.fields:
        if field.is_one_to_many or not field.type.is_stored:
            continue
        members = members_of(obj, field)
        parts.append(f"{field.name} {{ {' '.join(members)} }}" if members else field.input_name)
    return " ".join(parts)


def _same(left: Any, right: Any) -> bool:
    """Decimals are numbers in GraphQL and texts in REST."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, int | float) and isinstance(right, str):
        return float(left) == float(right)
    return bool(left == right)


def _assert_same(graph: Sequence[Any], rest: Sequence[Any]) -> None:
    assert len(graph) == len(rest)
    for node, record in zip(graph, rest, strict=True):
        selected = {key: record[key] for key in node}
        assert _same(node, selected), (node, selected)


def _leaves(model: Model, obj: Object) -> list[tuple[tuple[str, ...], Leaf]]:
    """Leaves of the object and of the records that it points at."""
    own = [((), leaf) for leaf in obj.leaves.values() if leaf.path != ("deletedAt",)]
    company = model.by_singular["company"]
    return [
        *own,
        *((("maker",), company.leaves[path]) for path in (("name",), ("domainName", "primaryLinkUrl"), ("createdAt",))),
    ]


def _order(rng: random.Random, leaves: Sequence[tuple[tuple[str, ...], Leaf]]) -> tuple[list[Any], str]:
    chosen = [rng.choice(leaves) for _ in range(rng.randint(0, 3))]
    directions = [rng.choice(("AscNullsFirst", "AscNullsLast", "DescNullsFirst", "DescNullsLast")) for _ in chosen]
    paths = [(*prefix, *leaf.path) for prefix, leaf in chosen]
    # Of a repeated criterion only the first counts (docs/wire/quirks.md#a-repeated-order-field): each is given once.
    unique = dict(zip(paths, directions, strict=True))
    graph = [_nested(path, direction) for path, direction in unique.items()]
    return graph, ",".join(f"{'.'.join(path)}[{direction}]" for path, direction in unique.items())


_LIST = """
  query($filter: RocketFilterInput, $order: [RocketOrderByInput], $first: Int, $last: Int, $after: String, $before:
    String) {{
    rockets(filter: $filter, orderBy: $order, first: $first, last: $last, after: $after, before: $before) {{
      totalCount pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} edges {{ cursor node {{ {} }} }}
    }}
  }}
"""


@pytest.mark.parametrize("seed", range(examples(4)))
def test_lists(gql: GraphqlClient, rest: RestClient, model: Model, rockets: str, seed: int) -> None:
    """70 lists each, some of them with the pages around."""
    rng, obj = random.Random(seed), model.by_singular["rocket"]
    leaves, document = _leaves(model, obj), _LIST.format(selection_of(obj))
    sortable = [(prefix, leaf) for prefix, leaf in leaves if leaf.kind.is_sortable]
    for _ in range(70):
        graph, text = _condition(rng, leaves)
        order, order_text = _order(rng, sortable)
        size = rng.choice((1, 3, 60))
        variables = {"filter": {"and": [{"name": {"eq": rockets}}, graph]}, "order": order, "first": size}
        parameters: dict[str, Any] = {"filter": f'and(name[eq]:"{rockets}",{text})', "limit": str(size)} | (
            {"order_by": order_text} if order_text else {}
        )
        result = gql.data(document, variables)["rockets"]
        reply = rest("GET", "/rest/rockets", **parameters)
        assert reply.status == 200, (reply, text)
        assert (result["totalCount"], result["pageInfo"]) == (reply.json["totalCount"], reply.json["pageInfo"]), text
        _assert_same([edge["node"] for edge in result["edges"]], reply.json["data"]["rockets"])
        if result["pageInfo"]["hasNextPage"] and rng.random() < 0.3:
            after = result["edges"][-1]["cursor"]
            result = gql.data(document, {**variables, "after": after})["rockets"]
            reply = rest("GET", "/rest/rockets", **parameters, starting_after=after)
            _assert_same([edge["node"] for edge in result["edges"]], reply.json["data"]["rockets"])
            before = result["edges"][0]["cursor"]
            result = gql.data(document, {**variables, "first": None, "last": size, "before": before})["rockets"]
            reply = rest("GET", "/rest/rockets", **parameters, ending_before=before)
            assert result["pageInfo"] == reply.json["pageInfo"]
            _assert_same([edge["node"] for edge in result["edges"]], reply.json["data"]["rockets"])


@pytest.mark.slow
def test_every_operator_of_every_field(gql: GraphqlClient, rest: RestClient, model: Model, rockets: str) -> None:
    rng, obj = random.Random(0), model.by_singular["rocket"]
    found_some: set[str] = set()
    for prefix, leaf in _leaves(model, obj):
        for operator in leaf.kind.operators:
            graph, text = _compare(rng, leaf, prefix, operator)
            result = gql.data(
                "query($f: RocketFilterInput) { rockets(filter: $f) { totalCount edges { node { id } } } }",
                {"f": {"and": [{"name": {"eq": rockets}}, graph]}},
            )["rockets"]
            if result["totalCount"]:
                found_some.add(operator)
            if operator not in COMPARATORS:
                continue
            reply = rest("GET", "/rest/rockets", filter=f'and(name[eq]:"{rockets}",{text})', limit="200")
            assert [edge["node"]["id"] for edge in result["edges"]] == [
                item["id"] for item in reply.json["data"]["rockets"]
            ], text
            assert result["totalCount"] == reply.json["totalCount"]
    assert found_some == {operator for _, leaf in _leaves(model, obj) for operator in leaf.kind.operators}


def test_every_aggregate(gql: GraphqlClient, rest: RestClient, model: Model, rockets: str) -> None:
    obj = model.by_singular["rocket"]
    names = list(aggregates_of(obj))
    result = gql.data(
        f"query($t: String) {{ rockets(filter: {{name: {{eq: $t}}}}) {{ {' '.join(names)} }} }}", {"t": rockets}
    )["rockets"]
    [group] = gql.data(
        f"query($t: String) {{ rocketsGroupBy(filter: {{name: {{eq: $t}}}}, groupBy: [{{name: true}}]) {{ "
        f"{' '.join(names)} }} }}",
        {"t": rockets},
    )["rocketsGroupBy"]
    [other] = rest(
        "GET", "/rest/rockets/groupBy", filter=f'name[eq]:"{rockets}"', group_by=[{"name": True}], aggregate=names
    ).json

    assert result == group
    assert set(names) <= set(other)
    for name in names:
        assert result[name] == (
            pytest.approx(float(other[name])) if isinstance(result[name], int | float) else other[name]
        ), name
    assert result["totalCount"] == 60
    assert all(isinstance(result[name], int | float) or name.startswith(("min", "max")) for name in names)


@pytest.mark.parametrize("seed", range(examples(2)))
def test_groups(gql: GraphqlClient, rest: RestClient, model: Model, rockets: str, seed: int) -> None:
    """40 groupings each."""
    rng, obj = random.Random(seed), model.by_singular["rocket"]
    leaves = _leaves(model, obj)
    fields = [field for field in obj.stored_fields if is_groupable(field) and not field.is_many_to_one]
    names = list(aggregates_of(obj))
    for _ in range(40):
        dimensions = [_dimension(rng, rng.choice(fields)) for _ in range(rng.randint(1, 2))]
        graph, text = _condition(rng, leaves)
        wanted = rng.sample(names, k=3)
        order = [{"aggregate": {wanted[0]: rng.choice(("AscNullsFirst", "DescNullsLast"))}}]
        result = gql.data(
            f"""query($g: [RocketGroupByInput!]!, $f: RocketFilterInput, $o: [RocketOrderByWithGroupByInput]) {{
              rocketsGroupBy(groupBy: $g, filter: $f, orderBy: $o) {{ groupByDimensionValues {" ".join(wanted)} }}
            }}""",
            {"g": dimensions, "f": {"and": [{"name": {"eq": rockets}}, graph]}, "o": order},
        )["rocketsGroupBy"]
        filter = f'and(name[eq]:"{rockets}",{text})'
        reply = rest(
            "GET", "/rest/rockets/groupBy", filter=filter, group_by=dimensions, aggregate=wanted, order_by=order
        )
        assert reply.status == 200, reply
        assert len(result) == len(reply.json)
        for item, other in zip(result, reply.json, strict=True):
            assert _same(item["groupByDimensionValues"], other["groupByDimensionValues"])
            assert all(_about_same(item[name], other[name]) for name in wanted)


def _dimension(rng: random.Random, field: Field) -> dict[str, Any]:
    leaf = rng.choice([leaf for leaf in field.leaves if leaf.kind.is_groupable])
    if leaf.kind.calendar is not None:
        granularity = rng.choice(("DAY", "MONTH", "YEAR", "DAY_OF_THE_WEEK", "NONE"))
        zone = {"timeZone": "Europe/Paris"} if leaf.kind.calendar == "instant" else {}
        return {field.name: {"granularity": granularity, **zone}}
    value: dict[str, Any] = _nested(leaf.path, True)
    return value


def _about_same(item: Any, other: Any) -> bool:
    if isinstance(item, int | float) and other is not None:
        return bool(item == pytest.approx(float(other)))
    return bool(item == other)


@pytest.mark.parametrize("seed", range(2))
def test_writes(gql: GraphqlClient, rest: RestClient, model: Model, seed: int, tag: str) -> None:
    """70 writes each, with every second one through the other API, and what both show of them."""
    rng, obj = random.Random(seed), model.by_singular["rocket"]
    everything = selection_of(obj)
    ids: list[str] = []
    for number in range(70):
        data = _random_record(rng, obj, tag)
        through_graph = bool(number % 2)
        if not ids or rng.random() < 0.4:
            if through_graph:
                made = gql.data(
                    f"mutation($d: RocketCreateInput!) {{ createRocket(data: $d) {{ {everything} }} }}", {"d": data}
                )["createRocket"]
            else:
                made = rest("POST", "/rest/rockets", data).json["data"]["createRocket"]
            ids.append(made["id"])
        else:
            record_id = rng.choice(ids)
            if through_graph:
                document = (
                    f"mutation($i: UUID!, $d: RocketUpdateInput!) {{ updateRocket(id: $i, data: $d) {{ {everything} "
                    "} }"
                )
                made = gql.data(document, {"i": record_id, "d": data})["updateRocket"]
            else:
                made = rest("PATCH", f"/rest/rockets/{record_id}", data).json["data"]["updateRocket"]
        graph = gql.data(
            f"query($i: UUID!) {{ rocket(filter: {{id: {{eq: $i}}}}) {{ {everything} }} }}", {"i": made["id"]}
        )["rocket"]
        other = rest("GET", f"/rest/rockets/{made['id']}").json["data"]["rocket"]
        _assert_same([graph, {key: made[key] for key in graph} if through_graph else graph], [other, other])
