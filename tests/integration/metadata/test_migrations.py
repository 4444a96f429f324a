"""Workspaces of older releases are brought to the present versions, by steps that may end at any call."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from icosa.catalog import models
from icosa.catalog.jobs import Job, JobKind, find_job
from icosa.catalog.migrating import job_id, migration_job
from icosa.metadata import job_worker
from icosa.metadata.job_runner import run
from icosa.metadata.migrations import registry
from icosa.metadata.standard import build_objects, standard_model
from icosa.model.model import Model
from icosa.shipped import load
from icosa.store import keys
from icosa.store.copies import has_copy
from icosa.store.derive import CREATED
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, set_attributes
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from icosa.store.versions import CURRENT, FORMAT, READABLE_FORMAT, STANDARD, Versions
from icosa.views.rows import as_roots
from tests.integration.engine.interrupted import InterruptedTable, Interruption
from tests.integration.engine.world import all_rows
from tests.support.tenant import LATER_MS, NOW, WORKSPACE, Tenant

#: What an imagined release before this one did not have.
LATER_OBJECTS = ("noteTarget", "blocklist")
LATER_FIELDS = {("company", "domainName"), ("company", "people"), ("person", "company"), ("person", "jobTitle")}


def older_model(objects: Collection[str] = LATER_OBJECTS, fields: Collection[Any] = LATER_FIELDS) -> Model:
    """The standard objects without some."""
    specs: list[Mapping[str, Any]] = []
    for name in load("standard-objects/index"):
        spec = load(f"standard-objects/{name}")
        kept = [
            field
            for field in spec["fields"]
            if (name, field["name"]) not in fields and field.get("relation", {}).get("object") not in objects
        ]
        own = {field["name"] for field in kept} | {field["name"] for field in load("system-fields")}
        searched = [field for field in spec.get("searchFields", ()) if field in own]
        criteria = [paths for paths in spec.get("duplicateCriteria", ()) if all(p.split(".")[0] in own for p in paths)]
        image = spec.get("imageIdentifier") if spec.get("imageIdentifier") in own else None
        if name not in objects:
            specs.append(
                {
                    **spec,
                    "fields": kept,
                    "searchFields": searched,
                    "duplicateCriteria": criteria,
                    "imageIdentifier": image,
                }
            )
    return Model(workspace_id=WORKSPACE, version=1, objects=build_objects(specs, lambda: str(uuid.uuid4()), NOW))


def older(table: Table, model: Model | None = None) -> Tenant:
    """A workspace of that release, whose row has no versions."""
    tenant = Tenant(table, model or older_model())
    table.update(set_attributes(keys.workspace(WORKSPACE), {FORMAT: None, STANDARD: None}))
    return tenant


def versions(table: Table) -> Versions:
    workspace = table.get(keys.workspace(WORKSPACE))
    assert workspace is not None
    return Versions.parse(workspace)


def migrate(table: Table) -> Job:
    """Announce the job and do it to its end."""
    table.put(PutItem(migration_job(WORKSPACE, now_ms=0).row(WORKSPACE)))
    while not run(table, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS).is_done:
        pass
    job = find_job(table, WORKSPACE, job_id(WORKSPACE))
    assert job is not None
    return job


def described(model: Model) -> dict[str, Any]:
    """A model without what differs from workspace to workspace: ids, keys, times."""
    names = {field.id: f"{obj.name_singular}.{field.name}" for obj in model.objects for field in obj.fields}
    groups: dict[str, set[str]] = {}
    for obj in model.objects:
        for field in obj.fields:
            if field.morph_id is not None:
                groups.setdefault(field.morph_id, set()).add(names[field.id])
    return {
        obj.name_singular: {
            "labels": (obj.label_singular, obj.label_plural, obj.icon, obj.description, obj.is_system),
            "identifier": obj.universal_identifier,
            "label": names.get(obj.label_identifier_field_id or ""),
            "search": sorted(names[i] for i in obj.search_field_ids),
            "unique": sorted(names[i] for c in obj.unique_constraints for i in c.field_ids),
            "indexes": sorted((index.name, index.type, index.universal_identifier or "") for index in obj.indexes),
            "fields": {
                field.name: (
                    field.type.name,
                    field.label,
                    field.universal_identifier,
                    field.is_unique,
                    field.status,
                    field.default_value,
                    sorted(groups[field.morph_id]) if field.morph_id else None,
                    None
                    if field.relation is None
                    else (
                        field.relation.kind,
                        names[field.relation.target_field_id],
                        field.relation.on_delete,
                        field.relation.join_column,
                        field.relation.follows_to_trash,
                    ),
                )
                for field in obj.fields
            },
        }
        for obj in model.objects
    }


def test_standard_objects_and_fields_that_are_missing_are_added(table: Table) -> None:
    tenant = older(table)
    tenant.create("company", {"name": "Acme"})
    job = migrate(table)
    tenant.finish_jobs()
    assert (job.state, job.work and job.work["report"], versions(table)) == ("DONE", [], CURRENT)
    assert described(tenant.model()) == described(standard_model(WORKSPACE, now=NOW))
    views = as_roots(table.query_all(keys.views(WORKSPACE)))
    of_objects = {view.entity["objectMetadataId"] for view in views.values()}
    assert of_objects == {tenant.object(name).id for name in LATER_OBJECTS}

    [company] = tenant.create("company", {"name": "New", "domainName": {"primaryLinkUrl": "https://new.example"}})
    tenant.create("person", {"jobTitle": "CEO", "companyId": company})
    assert tenant.values("person", "jobTitle", {"jobTitle": {"eq": "CEO"}}) == ["CEO"]
    assert tenant.orphans() == []


def test_what_is_the_workspaces_own_stays_as_it_is(table: Table) -> None:
    """What it has changed, and what would clash, which is left out with all that depends on it, and reported. Custom
    objects get their relations to what is new.
    """
    tenant = older(table)
    company, service = tenant.object("company"), tenant.service()
    service.update_object(company.id, {"labelSingular": "Customer", "isActive": False})
    service.update_field(company.by_name["name"].id, {"label": "Firm"})
    tenant.new_object("blocklist", namePlural="blocklists")
    tenant.new_field(tenant.object("person"), "NUMBER", "company")
    tenant.new_object("rocket")
    tenant.new_field(tenant.new_object("boat"), "TEXT", "noteTargets")
    before = described(tenant.model())
    job = migrate(table)

    company, person = tenant.object("company"), tenant.object("person")
    assert (company.display("labelSingular"), company.is_active) == ("Customer", False)
    assert company.by_name["name"].display("label") == "Firm"
    assert before["company"]["fields"].items() <= described(tenant.model())["company"]["fields"].items()
    assert person.by_name["company"].type.name == "NUMBER" and "jobTitle" in person.by_name
    assert tenant.object("blocklist").is_custom
    relation = tenant.object("rocket").by_name["noteTargets"]
    inverse = tenant.model().inverse_of(relation)
    assert (inverse.name, tenant.model().target_of(relation).name_singular) == ("targetRocket", "noteTarget")
    assert inverse.morph_id == tenant.object("noteTarget").by_name["targetCompany"].morph_id
    assert tenant.object("boat").by_name["noteTargets"].type.name == "TEXT"
    assert job.work is not None
    assert sorted(job.work["report"]) == [
        "blocklist was not added: Object already exists",
        "boat keeps its own field noteTargets",
        "company.people was not added: it depends on what was not added",
        'person.company was not added: Name "company" is not available as it is already used by another field',
        "workspaceMember.blocklist was not added: it depends on what was not added",
    ]
    assert versions(table) == CURRENT


# ---------------------------------------------------------------------- formats


FEW = frozenset(load("standard-objects/index")) - {"company", "person", "workspaceMember"}


def first_format(table: Table, *, firms: int = 8) -> Tenant:
    """Companies and people as release 0.2 has left them: rows carry nothing, and the trash has no index."""
    model = older_model(FEW, ())
    tenant = older(table, replace(model, objects=tuple(replace(obj, has_trash_index=False) for obj in model.objects)))
    companies = tenant.create("company", *({"name": f"Firm {number}"} for number in range(firms)))
    people = tenant.create("person", *({"companyId": company, "jobTitle": "CEO"} for company in companies))
    tenant.delete("person", people[0], destroy=False)
    trash = keys.index(WORKSPACE, tenant.object("person").key, tenant.object("person").leaves["deletedAt",].key)
    table.transact([DeleteItem(keys.of(row)) for row in table.query_all(trash)])
    bare = [{name: row[name] for name in row if name != CREATED} for row in tenant.rows().values() if CREATED in row]
    for part in chunked(bare, MAX_TRANSACTION):
        table.transact([PutItem(row) for row in part])
    return tenant


def derived(tenant: Tenant) -> dict[keys.Key, Any]:
    """Rows of indexes and edges, with what they carry."""
    return {key: row.get(CREATED) for key, row in tenant.rows().items() if key[0].split("#")[1] in "IE"}


class Died(Exception):
    """The process is gone."""


class DyingTable(Table):
    """Dies at a call, before it is sent or after: ``left`` counts down to it."""

    def __init__(self, table: Table, left: list[int]) -> None:
        super().__init__(table.name, table._client)
        self._left = left

    def metered(self, meter: Meter) -> Table:
        return self

    def parallel[T](self, branches: Sequence[Callable[[Table], T]]) -> list[T]:
        return [branch(self) for branch in branches]

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        self._left[0] -= 1
        if self._left[0] == 0:
            raise Died
        answer = super()._call(name, send)
        if self._left[0] == -1:
            raise Died
        return answer


def test_a_process_may_die_at_any_call(table: Table) -> None:
    tenant = first_format(table, firms=2)
    table.put(PutItem(migration_job(WORKSPACE, now_ms=0).row(WORKSPACE)))
    calls = 0
    while True:
        models.forget()
        calls += 1
        # Every call of a run is the last one once; where it was sent, the one after it does not know its answer.
        left = [calls] if calls % 2 else [calls - 1]
        try:
            outcome = run(DyingTable(table, left), WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS)
        except Died:
            continue
        if outcome.is_done:
            break
    assert calls > 20
    tenant.finish_jobs()
    assert versions(table) == CURRENT
    assert described(tenant.model()) == described(standard_model(WORKSPACE, now=NOW))
    assert all(obj.has_trash_index for obj in tenant.model().objects)
    assert set(derived(tenant).values()) != {None} and tenant.orphans() == []
    assert {row["jobTitle"] for row in tenant.find("person")} == {"CEO"}


def test_a_step_is_bounded_and_the_next_goes_on_from_its_place(table: Table) -> None:
    tenant = first_format(table)
    table.put(PutItem(migration_job(WORKSPACE, now_ms=0).row(WORKSPACE)))
    steps, places = 0, set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_worker, "_PAGE", 3)
        is_done = False
        while not is_done:
            # No time is left after a page.
            clock = partial(next, iter([0.0, *[1e9] * 1000]))
            outcome = run(table, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS, clock=clock)
            is_done, steps = outcome.is_done, steps + 1
            job = find_job(table, WORKSPACE, job_id(WORKSPACE))
            assert job is not None and job.work is not None
            assert job.state == ("DONE" if is_done else "RUNNING")
            places.add(repr(job.work.get("state")))
    assert steps > 8 and len(places) > 6
    assert versions(table) == CURRENT and tenant.orphans() == []


def test_a_record_costs_a_write_unit_for_each_of_its_rows(table: Table) -> None:
    """And for each copy, and one in the trash four; each object costs four, for its new version, and the job six."""
    tenant = first_format(table)
    meter = Meter(detailed=True)
    table.put(PutItem(migration_job(WORKSPACE, now_ms=0).row(WORKSPACE)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "MIGRATIONS", registry.MIGRATIONS[:1])
        run(table.metered(meter), WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS)
    carried = sum(value is not None for value in derived(tenant).values())
    copies = sum("#I#" in row["PK"] and has_copy(row) for row in all_rows(table).values())
    assert versions(table) == Versions(2, 0)
    assert meter.write_units == carried + copies + 4 + 3 * 4 + 6
    # Pages of records and of the trash, what each object's version is read by, and the job.
    assert meter.read_units < 50


def test_jobs_wait_until_a_deployment_has_lasted(table: Table) -> None:
    tenant = older(table)
    table.put(PutItem(migration_job(WORKSPACE, now_ms=1_000).row(WORKSPACE)))
    outcome = run(table, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=2_000)
    assert (outcome.is_done, outcome.wait_ms, tenant.model().version) == (False, 899_000, 1)
    table.update(set_attributes(keys.workspace(WORKSPACE), CURRENT.attributes()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIGRATION_DELAY", "1")
        assert run(table, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=2_000).is_done


def test_a_job_of_a_later_release_waits_for_it(table: Table) -> None:
    tenant = older(table)
    row = {**migration_job(WORKSPACE, now_ms=0).row(WORKSPACE), "job": "transmogrify"}
    table.put(PutItem(row))
    outcome = run(table, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS)
    assert (outcome.is_done, outcome.wait_ms) == (False, 900_000)
    assert table.get(keys.job(WORKSPACE, job_id(WORKSPACE))) == row
    assert versions(table) == Versions(1, 0) and tenant.model().version == 1


@pytest.mark.parametrize("kind", ["migrate", "build", "finish"])
def test_jobs_wait_while_the_data_is_of_a_later_release(table: Table, kind: JobKind) -> None:
    """They would be given up otherwise, and nobody would send them again when that release is there."""
    tenant = older(table)
    job = replace(migration_job(WORKSPACE, now_ms=0), kind=kind, object_id=tenant.object("company").id)
    table.put(PutItem(job.row(WORKSPACE)))
    table.update(set_attributes(keys.workspace(WORKSPACE), {FORMAT: READABLE_FORMAT + 1}))
    models.forget()
    outcome = run(table, WORKSPACE, job.id, now=NOW, now_ms=LATER_MS)
    assert (outcome.is_done, outcome.wait_ms) == (False, 900_000)
    assert find_job(table, WORKSPACE, job.id) is not None


def test_two_workers_do_no_harm(table: Table) -> None:
    """Another worker does the whole job before any call of this one."""
    tenant = first_format(table)
    table.put(PutItem(migration_job(WORKSPACE, now_ms=0).row(WORKSPACE)))

    def other() -> None:
        run(table, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS)

    interruption = Interruption(other, at={5, 40})
    interrupted = InterruptedTable(table.name, table._client, None, interruption, backward=False)
    while not run(interrupted, WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS).is_done:
        pass
    assert interruption.calls > 5
    assert versions(table) == CURRENT and tenant.orphans() == []
    assert described(tenant.model()) == described(standard_model(WORKSPACE, now=NOW))
