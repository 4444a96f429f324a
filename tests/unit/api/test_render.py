"""Records and results as JSON (docs/wire/rest.md#routes, docs/wire/rest.md#depth)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from icosa.api.rest import responses
from icosa.api.rest.render import Renderer, renderers
from icosa.model.record import Record
from icosa.query.groups import resolve_dimensions
from icosa.query.operation import (
    Connection,
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    FindOne,
    Group,
    GroupBy,
    Node,
    RelationSelection,
    Selection,
)
from tests.support.crm import crm

MODEL = crm()
PEOPLE, COMPANIES, ROCKETS = MODEL.by_plural["people"], MODEL.by_plural["companies"], MODEL.by_plural["rockets"]
ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
OTHER = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0002"
ALL = RelationSelection(selection=Selection(fields=("id", "name")))


def _node(plural: str, **values: Any) -> Node:
    obj = MODEL.by_plural[plural]
    return Node(Record({obj.by_name[name].key: value for name, value in values.items()}))


def _render(plural: str, node: Node, selection: Selection) -> Any:
    return Renderer.of(MODEL, MODEL.by_plural[plural], selection)(node)


def test_all_stored_fields_are_shown_under_their_input_names() -> None:
    record = _render("people", _node("people", id=ID, company=OTHER), Selection())
    assert list(record) == [field.input_name for field in PEOPLE.stored_fields]
    assert (record["id"], record["companyId"], record["jobTitle"]) == (ID, OTHER, "")
    assert record["name"] == {"firstName": "", "lastName": ""}


def test_nulls_of_every_type() -> None:
    record = _render("rockets", _node("rockets", id=ID), Selection())
    assert {name: record[name] for name in ("mass", "reusable", "builtOn", "colour", "colours", "tags", "extra",
     "boosterId")} == {
        "mass": None, "reusable": None, "builtOn": None, "colour": None, "colours": [], "tags": [], "extra": None,
         "boosterId": None,
    }  # fmt: skip


def test_fields_come_in_the_order_of_the_selection() -> None:
    assert list(_render("people", _node("people"), Selection(fields=("id", "name", "company")))) == [
        "id",
        "name",
        "companyId",
    ]


def test_relations() -> None:
    ids = RelationSelection(selection=Selection(fields=("id",)))
    selection = Selection(fields=("id", "company"), relations={"company": ALL, "noteTargets": ids})
    node = _node("people", id=ID, company=OTHER)
    node.related = {"company": _node("companies", id=OTHER, name="Acme"), "noteTargets": Connection(nodes=[])}
    assert _render("people", node, selection) == {
        "id": ID,
        "companyId": OTHER,
        "company": {"id": OTHER, "name": "Acme"},
        "noteTargets": [],
    }
    node.related["company"] = None
    assert _render("people", node, selection) == {"id": ID, "companyId": None, "company": None, "noteTargets": []}


def test_a_relation_alone_does_not_bring_its_join_column() -> None:
    node = Node(Record(), related={"company": None})
    assert _render("people", node, Selection(fields=("id",), relations={"company": ALL})) == {
        "id": None,
        "company": None,
    }


def test_renderers_are_made_once_and_not_kept_forever() -> None:
    obj = replace(PEOPLE)
    first = Renderer.of(MODEL, obj, Selection(fields=("id", "name")))
    assert Renderer.of(MODEL, obj, Selection(fields=("id", "name"))) is first
    assert Renderer.of(MODEL, obj, Selection(fields=("name", "id"))) is not first
    names = [field.name for field in obj.stored_fields]
    for i in range(500):
        Renderer.of(MODEL, obj, Selection(fields=(*names[: i % 10], *names[: i // 10])))
    assert len(obj.cached(renderers)) <= 200


def test_keys_change_their_first_letter_only() -> None:
    targets = MODEL.by_plural["noteTargets"]
    node, only_id = Node(Record({targets.by_name["id"].key: ID})), Selection(fields=("id",))
    assert responses.records("create")(MODEL, Create(object=targets, data=(), selection=only_id), [node]) == {
        "data": {"createNoteTargets": [{"id": ID}]}
    }
    assert responses.record("delete")(MODEL, Delete(object=targets, destroy=True, selection=only_id), [node]) == {
        "data": {"deleteNoteTarget": {"id": ID}}
    }
    assert responses.record()(MODEL, FindOne(object=targets, selection=only_id), node) == {
        "data": {"noteTarget": {"id": ID}}
    }


def test_pages_and_duplicates() -> None:
    only_id = Selection(fields=("id",))
    connection = Connection(nodes=[_node("people", id=ID)], total_count=7, has_next_page=True)
    cursor = "eyJpZCI6IjdjMWI2YjZlLTNhM2UtNGY2MS04YjY0LTBhNWEwZDZhMDAwMSJ9"
    members = {
        "totalCount": 7,
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": cursor, "endCursor": cursor},
    }
    page = responses.page(MODEL, FindMany(object=PEOPLE, selection=only_id), connection)
    assert page == {"data": {"people": [{"id": ID}]}, **members}
    duplicates = responses.duplicates(MODEL, FindDuplicates(object=PEOPLE, selection=only_id), [connection])
    assert duplicates == {"data": [{"personDuplicates": [{"id": ID}], **members}]}


def test_groups() -> None:
    dimensions = resolve_dimensions(
        MODEL,
        ROCKETS,
        [
            {"builtOn": {"granularity": "MONTH"}},
            {"grade": True},
            {"mass": True},
            {"colours": True},
            {"tags": {"unnest": True}},
        ],
    )
    names = (
        "totalCount",
        "countTrueReusable",
        "percentageEmptyName",
        "avgMass",
        "maxMass",
        "minPriceAmountMicros",
        "minBuiltOn",
    )
    operation = GroupBy(object=ROCKETS, dimensions=dimensions, aggregates=names, records=Selection(fields=("id",)))
    values = (3, 1, Decimal("0E-20"), 1.5, 10**30, "2000000", "2024-01-01")
    group = Group(
        dimensions=(date(2024, 1, 1), "RATING_1", 10**30, ["RED"], "x"),
        aggregates=dict(zip(names, values, strict=True)),
        records=[_node("rockets", id=ID)],
    )
    nothing = Group(dimensions=(None,) * 5, aggregates=dict.fromkeys(names))
    rendered = orjson.loads(orjson.dumps(responses.groups(MODEL, operation, [group, nothing])))
    assert rendered == [
        {
            "totalCount": "3",
            "countTrueReusable": "1",
            "percentageEmptyName": "0.00000000000000000000",
            "avgMass": 1.5,
            "maxMass": 1e30,
            "minPriceAmountMicros": "2000000",
            "minBuiltOn": "2024-01-01",
            "groupByDimensionValues": ["2024-01-01T00:00:00.000Z", "RATING_1", 1e30, ["RED"], "x"],
            "records": [{"id": ID}],
        },
        {**dict.fromkeys(names), "groupByDimensionValues": [None] * 5, "records": []},
    ]
