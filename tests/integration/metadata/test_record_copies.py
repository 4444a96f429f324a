"""Workspaces that began without rows that hold their records get them (docs/storage.md#rows-that-hold-their-record)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icosa.catalog.jobs import new_job, put_job
from icosa.metadata.record_copies import begin_copies
from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Model
from icosa.store.copies import has_copy
from icosa.store.derive import CREATED_AT
from icosa.store.meter import Meter
from icosa.store.table import Table
from tests.support.tenant import NOW, WORKSPACE, Tenant

NEWEST = [{"createdAt": "DescNullsLast"}]


def _without_copies(model: Model) -> Model:
    def without(field: Field) -> Field:
        indexes = {name: replace(index, copies="NONE") for name, index in field.leaf_indexes.items()}
        return replace(field, leaf_indexes=indexes)

    return replace(model, objects=tuple(replace(obj, fields=tuple(map(without, obj.fields))) for obj in model.objects))


@pytest.fixture
def tenant(table: Table) -> Tenant:
    return Tenant(table, _without_copies(standard_model(WORKSPACE, now=NOW)))


def _copies(tenant: Tenant) -> int:
    return sum(has_copy(row) for (pk, _), row in tenant.rows().items() if "#I#" in pk)


def test_a_workspace_of_before_gets_copies(tenant: Tenant) -> None:
    old = tenant.create("person", *({"jobTitle": f"t{number}"} for number in range(12)))
    before = tenant.find("person", order=NEWEST)
    assert _copies(tenant) == 0
    begin_copies(tenant.table, WORKSPACE, now=NOW)
    begin_copies(tenant.table, WORKSPACE, now=NOW)
    person = tenant.object("person")
    leaf = person.leaves[CREATED_AT]
    assert (leaf.has_copies, leaf.tells_records) == (True, False)
    new = tenant.create("person", {"jobTitle": "new"})
    tenant.update("person", old[0], {"jobTitle": "changed"})
    assert _copies(tenant) == 2, "writes keep them at once"
    meter = Meter(detailed=True)
    assert len(tenant.find("person", order=NEWEST, meter=meter)) == 13
    assert not any("from its rows" in step for step in meter.plan)
    tenant.table.transact([put_job(WORKSPACE, new_job("carry", object_key=person.key, object_id=person.id, now_ms=0))])
    tenant.finish_jobs()
    assert tenant.object("person").leaves[CREATED_AT].tells_records
    assert not tenant.object("company").leaves[CREATED_AT].tells_records
    meter = Meter(detailed=True)
    after = tenant.find("person", order=NEWEST, meter=meter)
    assert any("13 records from its rows" in step for step in meter.plan)
    assert [person["id"] for person in after if person["id"] not in new] == [person["id"] for person in before]
    assert _copies(tenant) == 13 and tenant.orphans() == []
