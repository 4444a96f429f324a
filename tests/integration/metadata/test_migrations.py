"""Workspaces of older releases are brought to the present versions, by steps that may end at any call."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from icosa.catalog.jobs import Job, find_job
from icosa.catalog.migrating import job_id, migration_job
from icosa.metadata.job_runner import run
from icosa.metadata.standard import build_objects, standard_model
from icosa.model.model import Model
from icosa.shipped import load
from icosa.store import keys
from icosa.store.ops import PutItem, set_attributes
from icosa.store.table import Table
from icosa.store.versions import CURRENT, FORMAT, STANDARD, Versions
from icosa.views.rows import as_roots
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


def test_what_a_workspace_has_changed_stays_as_it_is(table: Table) -> None:
    tenant = older(table)
    company, service = tenant.object("company"), tenant.service()
    service.update_object(company.id, {"labelSingular": "Customer", "isActive": False})
    service.update_field(company.by_name["name"].id, {"label": "Firm"})
    before = described(tenant.model())
    migrate(table)
    after = described(tenant.model())
    assert tenant.object("company").display("labelSingular") == "Customer"
    assert not tenant.object("company").is_active
    assert tenant.object("company").by_name["name"].display("label") == "Firm"
    assert before["company"]["fields"].items() <= after["company"]["fields"].items()


def test_what_would_clash_is_left_out_with_what_depends_on_it_and_reported(table: Table) -> None:
    tenant = older(table)
    tenant.new_object("blocklist", namePlural="blocklists")
    tenant.new_field(tenant.object("person"), "NUMBER", "company")
    job = migrate(table)
    person = tenant.object("person")
    assert person.by_name["company"].type.name == "NUMBER"
    assert tenant.object("blocklist").is_custom
    assert "jobTitle" in person.by_name and "noteTarget" in tenant.model().by_singular
    assert job.work is not None
    assert sorted(job.work["report"]) == [
        "blocklist was not added: Object already exists",
        "company.people was not added: it depends on what was not added",
        'person.company was not added: Name "company" is not available as it is already used by another field',
        "workspaceMember.blocklist was not added: it depends on what was not added",
    ]
    assert versions(table) == CURRENT


def test_custom_objects_get_their_relations_to_new_standard_objects(table: Table) -> None:
    tenant = older(table)
    tenant.new_object("rocket")
    tenant.new_field(tenant.new_object("boat"), "TEXT", "noteTargets")
    job = migrate(table)
    relation = tenant.object("rocket").by_name["noteTargets"]
    inverse = tenant.model().inverse_of(relation)
    assert (inverse.name, tenant.model().target_of(relation).name_singular) == ("targetRocket", "noteTarget")
    assert inverse.morph_id == tenant.object("noteTarget").by_name["targetCompany"].morph_id
    assert tenant.object("boat").by_name["noteTargets"].type.name == "TEXT"
    assert job.work and job.work["report"] == ["boat keeps its own field noteTargets"]
