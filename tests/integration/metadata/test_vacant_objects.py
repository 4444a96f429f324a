"""Fields of objects without live records are READY in the answer that makes them, and no record escapes their index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.catalog.jobs import list_jobs
from icosa.errors import BadRequest, Conflict
from icosa.metadata.counters import spread_counters
from icosa.model.model import Model, Object
from icosa.query.operation import Restore
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.table import Table
from icosa.store.vacancy import COUNTER_SHARDS, MOST_COUNTERS, Vacancy, read_vacancy
from tests.support.tenant import WORKSPACE, Tenant


def is_ready(tenant: Tenant, field: str = "mass") -> bool:
    return tenant.object("rocket").by_name[field].status == "READY"


def never_used(tenant: Tenant, obj: Object) -> None:
    pass


def used_before(tenant: Tenant, obj: Object) -> None:
    for record_id in tenant.create("rocket", *({"name": str(i)} for i in range(40))):
        tenant.delete("rocket", record_id)


def only_trash(tenant: Tenant, obj: Object) -> None:
    [record_id] = tenant.create("rocket", {"name": "trashed"})
    tenant.delete("rocket", record_id, destroy=False)


@pytest.mark.parametrize("before", [never_used, used_before, only_trash])
def test_a_field_of_a_vacant_object_is_ready_at_once(tenant: Tenant, before: Callable[[Tenant, Object], None]) -> None:
    obj = tenant.new_object()
    before(tenant, obj)
    assert tenant.new_field(obj, "NUMBER", "mass", defaultValue=3).status == "READY"
    assert list_jobs(tenant.table, WORKSPACE) == []
    tenant.create("rocket", {"name": "first", "mass": 9})
    meter = Meter(detailed=True)
    assert [row["name"] for row in tenant.find("rocket", {"mass": {"eq": 9}}, meter=meter)] == ["first"]
    assert any("mass" in note for note in meter.plan)
    assert tenant.orphans() == []


def test_what_comes_back_from_the_trash_is_in_the_index(tenant: Tenant) -> None:
    obj = tenant.new_object()
    [record_id] = tenant.create("rocket", {"name": "back"})
    tenant.delete("rocket", record_id, destroy=False)
    tenant.new_field(obj, "NUMBER", "mass", defaultValue=3)
    tenant.run(Restore(object=tenant.object("rocket"), id=record_id))
    assert tenant.values("rocket", "name", {"mass": {"eq": 3}}) == ["back"]
    assert tenant.orphans() == []


def test_an_object_with_records_builds_its_index(tenant: Tenant) -> None:
    obj = tenant.new_object()
    tenant.create("rocket", {"name": "r"})
    assert tenant.new_field(obj, "NUMBER", "mass").status == "BUILDING"
    assert len(list_jobs(tenant.table, WORKSPACE)) == 1


def create_one(tenant: Tenant, model: Model) -> None:
    tenant.create("rocket", {"name": "late"}, model=model)


def create_many(tenant: Tenant, model: Model) -> None:
    tenant.create("rocket", *({"name": f"late {i}"} for i in range(60)), model=model)


def restore(tenant: Tenant, model: Model) -> None:
    tenant.run(Restore(object=model.by_singular["rocket"], id=ID), model)


ID = "5a9f0c1e-0000-4000-8000-000000000001"


@pytest.mark.parametrize("write", [create_one, create_many, restore])
def test_the_first_records_are_made_by_the_model_that_has_the_field(
    tenant: Tenant, write: Callable[[Tenant, Model], None]
) -> None:
    obj = tenant.new_object()
    tenant.create("rocket", {"id": ID, "name": "trashed"})
    tenant.delete("rocket", ID, destroy=False)
    older = tenant.model()
    tenant.new_field(obj, "NUMBER", "mass")
    with pytest.raises(Conflict, match="data model was changed"):
        write(tenant, older)
    assert tenant.find("rocket") == [] and tenant.orphans() == []
    write(tenant, tenant.model())
    assert len(tenant.find("rocket", {"mass": {"is": "NULL"}})) == len(tenant.find("rocket")) > 0
    assert tenant.orphans() == []


def test_a_record_that_is_faster_than_the_change_gets_its_index_built(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    obj = tenant.new_object()
    faster = iter([True])

    def after_a_record(table: Table, **where: Any) -> Vacancy | None:
        found = read_vacancy(table, **where)
        if next(faster, False):
            tenant.create("rocket", {"name": "fast"})
        return found

    monkeypatch.setattr("icosa.metadata.record_jobs.read_vacancy", after_a_record)
    assert tenant.new_field(obj, "NUMBER", "mass").status == "BUILDING"
    tenant.finish_jobs()
    assert is_ready(tenant)
    assert tenant.values("rocket", "name", {"mass": {"is": "NULL"}}) == ["fast"]
    assert tenant.orphans() == []


def test_a_changed_option_of_a_vacant_object_is_ready_at_once(tenant: Tenant) -> None:
    obj = tenant.new_object()
    options = [{"value": v, "label": v.title(), "position": i, "color": "red"} for i, v in enumerate(("RED", "BLUE"))]
    field = tenant.new_field(obj, "SELECT", "mass", options=options)
    changed = [{**given, "id": o.id, "value": f"{o.value}_2"} for given, o in zip(options, field.options, strict=True)]
    assert tenant.service().update_field(field.id, {"options": changed}).status == "READY"
    tenant.create("rocket", {"name": "r", "mass": "RED_2"})
    assert tenant.values("rocket", "name", {"mass": {"eq": "RED_2"}}) == ["r"]


def test_the_counters_say_how_many_there_are(tenant: Tenant) -> None:
    obj = tenant.new_object()
    assert read_vacancy(tenant.table, WORKSPACE, obj.key) is not None
    tenant.new_field(obj, "NUMBER", "mass")
    rows = tenant.table.query_all(keys.counter(WORKSPACE, obj.key))
    assert len(rows) == COUNTER_SHARDS and tenant.find("rocket") == []
    [record_id] = tenant.create("rocket", {"name": "r"})
    assert read_vacancy(tenant.table, WORKSPACE, obj.key) is None and len(tenant.find("rocket")) == 1
    tenant.delete("rocket", record_id)
    assert read_vacancy(tenant.table, WORKSPACE, obj.key) is not None


def test_units_of_a_field_of_a_vacant_object(tenant: Tenant) -> None:
    obj = tenant.new_object()
    counted = Meter(detailed=True)
    wanted = {"objectMetadataId": obj.id, "type": "TEXT", "name": "mass", "label": "Mass"}
    tenant.service(tenant.table.metered(counted)).create_field(wanted)
    # Workspace, object and field, and every counter: 2 write units each, in one transaction.
    assert (counted.write_units, counted.round_trips) == (2 * (3 + COUNTER_SHARDS), 4)


NOW = "2026-05-04T10:00:00.000Z"


def spread(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rockets have many counters, and always draw the last one."""
    assert spread_counters(tenant.table, WORKSPACE, "rocket", now=NOW) == MOST_COUNTERS
    monkeypatch.setattr("random.randrange", lambda stop: stop - 1)


def counts(tenant: Tenant, obj: Object) -> dict[str, int]:
    rows = tenant.table.query_all(keys.counter(WORKSPACE, obj.key))
    return {keys.sort_of(row): row["n"] for row in rows if "n" in row}


def test_many_counters_have_one_sum(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = tenant.new_object()
    older = tenant.model()
    spread(tenant, monkeypatch)
    tenant.create("rocket", {"name": "new"})
    tenant.create("rocket", {"name": "by a request that began before"}, model=older)
    assert counts(tenant, obj) == {str(MOST_COUNTERS - 1): 1, str(COUNTER_SHARDS - 1): 1}
    meter = Meter(detailed=True)
    assert len(tenant.find("rocket", meter=meter)) == 2
    assert spread_counters(tenant.table, WORKSPACE, "rocket", now=NOW) == MOST_COUNTERS, "once is enough"


def test_an_object_with_many_counters_is_never_vacant(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its index is built by a job, though no record is seen: a counter that is not closed may have one."""
    obj = tenant.new_object()
    older = tenant.model()
    spread(tenant, monkeypatch)
    [record_id] = tenant.create("rocket", {"name": "gone"})
    tenant.delete("rocket", record_id)
    before = tenant.model()
    assert tenant.new_field(obj, "NUMBER", "mass").status == "BUILDING"
    for model in (older, before):
        tenant.create("rocket", {"name": "late"}, model=model)
    tenant.finish_jobs()
    assert is_ready(tenant)
    assert tenant.values("rocket", "name", {"mass": {"is": "NULL"}}) == ["late", "late"]
    assert tenant.orphans() == []


def test_counters_are_spread_after_a_change_that_closed_them(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = tenant.new_object()
    older = tenant.model()
    assert tenant.new_field(obj, "NUMBER", "mass").status == "READY"
    spread(tenant, monkeypatch)
    with pytest.raises(Conflict, match="data model was changed"):
        tenant.create("rocket", {"name": "late"}, model=older)
    tenant.create("rocket", {"name": "new"})
    assert tenant.values("rocket", "name", {"mass": {"is": "NULL"}}) == ["new"]


def test_counters_of_an_object_that_there_is_not(tenant: Tenant) -> None:
    with pytest.raises(BadRequest, match="no object rockets"):
        spread_counters(tenant.table, WORKSPACE, "rockets", now=NOW)
