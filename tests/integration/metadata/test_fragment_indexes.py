"""Indexes of type GIN on texts, as clients declare them: built by a job, kept by every write, used by filters that look
for a part of a text, dropped with what they are made of (docs/storage.md#parts-of-texts).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from icosa.model.fragments import MOST_CHARACTERS, SHARDS
from icosa.model.model import Index, Object
from icosa.store import keys
from icosa.store.meter import Meter
from tests.support.tenant import WORKSPACE, Tenant

_TITLES = ("Quantity Surveyor", "Nurse", "equant", None, "senior QUANT", "Clerk of works")
_QUANT = {"title": {"ilike": "%quant%"}}
_BY_PARTS = "index parts of title (2 ranges)"


@pytest.fixture
def rocket(tenant: Tenant) -> Object:
    """Sixty records, half of them with "quant" in their titles."""
    obj = tenant.new_object()
    tenant.new_field(obj, "TEXT", "title")
    tenant.new_field(obj, "FULL_NAME", "pilot")
    tenant.new_field(obj, "ARRAY", "labels")
    tenant.create("rocket", *({"name": f"R{i}", "title": _TITLES[i % 6]} for i in range(60)))
    tenant.finish_jobs()
    return tenant.object("rocket")


def declare(tenant: Tenant, *columns: str | tuple[str, str]) -> Index:
    obj = tenant.object("rocket")
    pairs = [(column, None) if isinstance(column, str) else column for column in columns]
    members = [
        {"fieldMetadataId": obj.by_name[name].id, **({"subFieldName": sub} if sub else {})} for name, sub in pairs
    ]
    return tenant.service().create_index({"objectMetadataId": obj.id, "fields": members, "indexType": "GIN"})


def declared(tenant: Tenant) -> Index:
    [index] = [index for index in tenant.object("rocket").indexes if index.is_custom]
    return index


def listed(tenant: Tenant, condition: Any = _QUANT, meter: Meter | None = None) -> tuple[Sequence[str], str]:
    """The titles of a list, sorted, and the plan that it took."""
    meter = meter or Meter(detailed=True)
    rows = tenant.find("rocket", condition, [], meter)
    return sorted(row["title"] for row in rows), "; ".join(meter.plan)


def rows_of(tenant: Tenant, index: Index, leaf: str) -> int:
    """How many rows an index has of one leaf."""
    obj = tenant.object("rocket")
    names = [f"{index.row_key}.{leaf}.{shard:x}" for shard in range(SHARDS)]
    return sum(tenant.table.count(keys.index(WORKSPACE, obj.key, name)) for name in names)


def test_it_is_built_used_and_kept(tenant: Tenant, rocket: Object) -> None:
    before, plan = listed(tenant)
    assert len(before) == 30
    index = declare(tenant, "title")
    assert (index.status, index.type) == ("BUILDING", "GIN")
    [first] = tenant.create("rocket", {"name": "x", "title": "Quant trader"})
    assert listed(tenant)[0] == sorted([*before, "Quant trader"])
    assert "parts of" not in listed(tenant)[1]
    tenant.finish_jobs()
    assert declared(tenant).status == "READY"
    titles, plan = listed(tenant)
    assert titles == sorted([*before, "Quant trader"])
    assert plan.startswith(f"{_BY_PARTS}: 31 records")
    assert tenant.orphans() == []
    tenant.update("rocket", first, {"title": "Trader"})
    assert listed(tenant)[0] == before
    [other] = tenant.create("rocket", {"name": "y", "title": "Nurse"})
    tenant.update("rocket", other, {"title": "Nurse, not a quant"})
    assert listed(tenant)[0] == sorted([*before, "Nurse, not a quant"])
    tenant.delete("rocket", other)
    assert listed(tenant)[0] == before
    assert tenant.orphans() == []


@pytest.mark.parametrize(
    ("condition", "number"),
    [
        ({"title": {"ilike": "%quant"}}, 20),
        ({"title": {"like": "%quant%"}}, 10),
        ({"title": {"endsWith": "yor"}}, 10),
        ({"title": {"ilike": "%se%quant%"}}, 10),
        ({"title": {"ilike": "%no such part%"}}, 0),
    ],
)
def test_the_operators_that_it_answers(tenant: Tenant, rocket: Object, condition: Any, number: int) -> None:
    expected, _ = listed(tenant, condition)
    declare(tenant, "title")
    tenant.finish_jobs()
    titles, plan = listed(tenant, condition)
    assert titles == expected
    assert len(titles) == number
    assert "index parts of title" in plan


def test_longer_texts_are_looked_at_themselves(tenant: Tenant, rocket: Object) -> None:
    index = declare(tenant, "title")
    tenant.finish_jobs()
    known = rows_of(tenant, index, rocket.by_name["title"].leaves[0].key)
    before, _ = listed(tenant)
    long, other = "x" * MOST_CHARACTERS + "quant", "y" * MOST_CHARACTERS + "z"
    [_, second] = tenant.create("rocket", {"name": "x", "title": long}, {"name": "y", "title": other})
    assert rows_of(tenant, index, rocket.by_name["title"].leaves[0].key) == known + 2
    titles, plan = listed(tenant)
    assert titles == sorted([*before, long])
    assert f"{_BY_PARTS}: 31 records" in plan
    tenant.update("rocket", second, {"title": "z"})
    assert tenant.orphans() == []


def test_members_and_lists(tenant: Tenant, rocket: Object) -> None:
    declare(tenant, ("pilot", "lastName"), "labels")
    tenant.finish_jobs()
    tenant.create(
        "rocket",
        {"name": "a", "title": "a", "pilot": {"firstName": "Ann", "lastName": "Bergström"}, "labels": ["Heavy lift"]},
        {"name": "b", "title": "b", "labels": ["heavyweight", "lift"]},
    )
    titles, plan = listed(tenant, {"pilot": {"lastName": {"ilike": "%STRÖ%"}}})
    assert titles == ["a"]
    assert "parts of pilot.lastName" in plan
    titles, plan = listed(tenant, {"labels": {"containsIlike": "%eavy%"}})
    assert titles == ["a", "b"]
    assert "parts of labels" in plan
    assert tenant.orphans() == []


def test_it_goes_with_its_fields_and_by_itself(tenant: Tenant, rocket: Object) -> None:
    title, name = (rocket.by_name[each].leaves[0].key for each in ("title", "name"))
    index = declare(tenant, "title", "name")
    tenant.finish_jobs()
    assert rows_of(tenant, index, title) > 60
    tenant.service().delete_field(rocket.by_name["title"].id)
    tenant.finish_jobs()
    assert rows_of(tenant, index, title) == 0
    assert declared(tenant).status == "READY"
    meter = Meter(detailed=True)
    assert len(tenant.find("rocket", {"name": {"ilike": "%R19%"}}, [], meter)) == 1
    tenant.create("rocket", {"name": "R-19"})
    assert tenant.orphans() == []
    assert rows_of(tenant, index, name) > 0
    tenant.service().delete_index(index.id)
    tenant.finish_jobs()
    assert rows_of(tenant, index, name) == 0
    assert tenant.orphans() == []


def test_it_is_ready_at_once_where_there_are_no_records(tenant: Tenant) -> None:
    tenant.new_object()
    assert declare(tenant, "name").status == "READY"
    tenant.create("rocket", {"name": "Quantum leap"})
    meter = Meter(detailed=True)
    [found] = tenant.find("rocket", {"name": {"ilike": "%ANTUM%"}}, [], meter)
    assert found["name"] == "Quantum leap"
    assert "index parts of name" in "; ".join(meter.plan)
    tenant.service().delete_object(tenant.object("rocket").id)
    tenant.finish_jobs()
    assert tenant.orphans() == []
