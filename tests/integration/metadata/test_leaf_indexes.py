"""Which leaves have an index: what a write of shipped objects costs, and indexes that are declared later."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.model.types.base import Leaf
from icosa.query.operation import Create, Delete, Update
from icosa.store import keys
from icosa.store.meter import Meter
from tests.support.tenant import WORKSPACE, Tenant

PERSON = {
    "name": {"firstName": "Pedro", "lastName": "Petrov"},
    "emails": {"primaryEmail": "pedro@mail.example"},
    "jobTitle": "Deputy designer",
    "phones": {"primaryPhoneNumber": "2079460000", "primaryPhoneCountryCode": "GB", "primaryPhoneCallingCode": "+44"},
}


def _units(tenant: Tenant, operation: Any, second: int = 1) -> float:
    meter = Meter(detailed=True)
    tenant.run(operation, meter=meter, now=f"2026-05-04T10:00:{second:02}.000Z")
    return meter.write_units


def test_what_writes_of_a_person_cost(tenant: Tenant) -> None:
    """Each row two units: the record, its counter, the guard of the e-mail address, the check of the company and its
    edge; eight index rows, and tokens of the mail host and the second word of the title.
    """
    [company] = tenant.create("company", {"name": "Acme"})
    person = tenant.object("person")
    assert _units(tenant, Create(object=person, data=({**PERSON, "companyId": company},))) == 2 * (5 + 8 + 2)
    [found] = tenant.find("person")
    # The record and its copy in the row of createdAt, updatedAt before and after, jobTitle before and after; then two
    # words as well.
    assert _units(tenant, Update(object=person, id=found["id"], data={"jobTitle": "Senior designer"}), 2) == 2 * 6
    assert _units(tenant, Update(object=person, id=found["id"], data={"jobTitle": "Deputy manager"}), 3) == 2 * 8
    batch = tuple({**PERSON, "emails": {"primaryEmail": f"p{i}@mail.example"}, "companyId": company} for i in range(60))
    # The record and its guard; edge, index rows and tokens outside of transactions, a unit each; then the check of the
    # company, a counter, and the batch's entry and log.
    assert _units(tenant, Create(object=person, data=batch)) == 60 * (2 + 2 + 1 + 8 + 2) + 15
    # As a create without the check; a row of the log says that it is gone.
    assert _units(tenant, Delete(object=person, id=found["id"], destroy=True)) == 2 * (4 + 8 + 2 + 1)


@pytest.mark.parametrize(("name", "rows"), [("company", 9), ("opportunity", 10), ("note", 4), ("task", 7)])
def test_index_rows_of_an_empty_record(tenant: Tenant, name: str, rows: int) -> None:
    tenant.create(name, {})
    model = tenant.model()
    obj = model.by_singular[name]
    found = [
        leaf
        for leaf in obj.indexed_leaves
        if tenant.table.query(keys.index(model.workspace_id, obj.key, leaf.key)).items
    ]
    assert len(found) == rows


@pytest.mark.parametrize(
    ("field", "sub"), [("avatarUrl", None), ("linkedinLink", "primaryLinkUrl"), ("createdBy", "name")]
)
def test_a_declared_index_of_one_leaf_is_built(tenant: Tenant, field: str, sub: str | None) -> None:
    [company] = tenant.create("company", {"name": "Acme"})
    tenant.create("person", {**PERSON, "companyId": company, "avatarUrl": "https://pictures.example/1"}, {})
    before, person = tenant.find("person"), tenant.object("person")
    member = {"fieldMetadataId": person.by_name[field].id, "subFieldName": sub}
    tenant.service().create_index({"objectMetadataId": person.id, "fields": [member]})
    [leaf] = [leaf for leaf in tenant.object("person").by_name[field].leaves if leaf.subfield == sub]
    assert leaf.has_rows and leaf.index.status == "BUILDING" and not leaf.has_index
    tenant.create("person", {"jobTitle": "while it is built"})
    tenant.finish_jobs()
    [leaf] = [leaf for leaf in tenant.object("person").by_name[field].leaves if leaf.subfield == sub]
    assert leaf.has_index
    pk = keys.index(WORKSPACE, person.key, leaf.key)
    assert len(tenant.table.query(pk).items) == 3
    assert len(tenant.find("person")) == len(before) + 1
    [old] = [leaf for leaf in person.by_name[field].leaves if leaf.subfield == sub]
    assert tenant.table.query(keys.index(WORKSPACE, person.key, old.key)).items == []


@pytest.mark.parametrize(
    ("field", "sub", "records", "built"),
    [
        ("avatarUrl", None, "NONE", True),
        ("linkedinLink", "primaryLinkUrl", "VALUES", True),
        ("createdBy", "name", "NONE", False),
    ],
)
def test_an_index_that_is_deleted_leaves_the_rows_of_the_beginning(
    tenant: Tenant, field: str, sub: str | None, records: str, built: bool
) -> None:
    tenant.create(
        "person",
        {"avatarUrl": "https://pictures.example/1", "linkedinLink": {"primaryLinkUrl": "https://a.example"}},
        {},
    )
    before, person = tenant.find("person"), tenant.object("person")

    def leaf() -> Leaf:
        return next(leaf for leaf in tenant.object("person").by_name[field].leaves if leaf.subfield == sub)

    for _ in range(2):
        member = {"fieldMetadataId": person.by_name[field].id, "subFieldName": sub}
        index = tenant.service().create_index({"objectMetadataId": person.id, "fields": [member]})
        if built:
            tenant.finish_jobs()
        declared = leaf()
        assert declared.has_index is built
        tenant.service().delete_index(index.id)
        assert leaf().index.records == records
        tenant.create("person", {"jobTitle": "meanwhile"})
        tenant.finish_jobs()
        assert tenant.table.query(keys.index(WORKSPACE, person.key, declared.key)).items == []
        assert leaf().index.status == "READY"
    rows = tenant.table.query(keys.index(WORKSPACE, person.key, leaf().key)).items
    assert len(rows) == (records == "VALUES")
    assert len(tenant.find("person")) == len(before) + 2


def test_a_deleted_index_that_has_added_no_rows_takes_none(tenant: Tenant) -> None:
    tenant.create("person", {"jobTitle": "Chef"})
    person = tenant.object("person")
    member = {"fieldMetadataId": person.by_name["jobTitle"].id, "subFieldName": None}
    index = tenant.service().create_index({"objectMetadataId": person.id, "fields": [member]})
    tenant.service().delete_index(index.id)
    assert tenant.object("person").by_name["jobTitle"].leaves[0].has_index


def test_relations_tell_who_has_none(tenant: Tenant) -> None:
    [company] = tenant.create("company", {"name": "Acme"})
    tenant.create("person", {"companyId": company, "jobTitle": "with"}, {"jobTitle": "without"})
    tenant.finish_jobs()
    meter = Meter(detailed=True)
    [found] = tenant.find("person", {"companyId": {"is": "NULL"}}, meter=meter)
    assert found["jobTitle"] == "without"
    assert "index companyId" in " ".join(meter.plan)
