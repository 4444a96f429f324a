"""Unique links are compared in one form; workspaces from before get there by a migration that may end at any call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from icosa.catalog import models
from icosa.catalog.migrating import job_id, migration_job
from icosa.errors import BadRequest
from icosa.metadata.job_runner import run
from icosa.model.model import Model
from icosa.query.operation import Create, Update
from icosa.store import keys
from icosa.store.ops import PutItem, set_attributes
from icosa.store.table import Table
from icosa.store.versions import CURRENT, STANDARD
from tests.support.tenant import LATER_MS, NOW, WORKSPACE, Tenant

from .test_migrations import FEW, Died, DyingTable, migrate, older_model, versions

_FORMS = ("https://{}.example", "http://www.{}.example/", "{}.EXAMPLE", "https://{}.example:443", "WWW.{}.example/")


def _link(url: str) -> dict[str, dict[str, str]]:
    return {"domainName": {"primaryLinkUrl": url}}


def _as_before(model: Model) -> Model:
    """The model with constraints that compare links as they are written."""
    return replace(
        model,
        objects=tuple(
            replace(obj, unique_constraints=tuple(replace(c, is_compared=False) for c in obj.unique_constraints))
            for obj in model.objects
        ),
    )


def _older(table: Table) -> Tenant:
    tenant = Tenant(table, _as_before(older_model(FEW, ())))
    table.update(set_attributes(keys.workspace(WORKSPACE), {**CURRENT.attributes(), STANDARD: 2}))
    return tenant


def _upsert(tenant: Tenant, *urls: str) -> list[str]:
    operation = Create(object=tenant.object("company"), data=tuple(map(_link, urls)), upsert=True)
    return [node.item.id for node in tenant.run(operation)]


def _guards(tenant: Tenant) -> dict[str, str]:
    """Who has which value."""
    obj = tenant.object("company").key
    return {
        key[0].split("#", 4)[4]: row["id"]
        for key, row in tenant.rows().items()
        if key[0].startswith(f"{WORKSPACE}#U#{obj}#")
    }


def test_links_of_one_place_are_one_value(table: Table) -> None:
    tenant = Tenant(table, older_model(FEW, ()))
    [first] = tenant.create("company", _link("https://acme.example"))
    for form in _FORMS:
        assert _upsert(tenant, form.format("acme")) == [first]
        with pytest.raises(BadRequest, match="Duplicate Domain Name"):
            tenant.create("company", _link(form.format("acme")))
        [person] = tenant.create("person", {"company": {"connect": {"where": _link(form.format("acme"))}}})
        assert tenant.find("person", {"id": {"eq": person}})[0]["companyId"] == first
    assert tenant.find("company")[0]["domainName"]["primaryLinkUrl"] == "WWW.acme.example/"
    forms = [*(form.format("new") for form in _FORMS), "new.example/About", "http://new.example/about"]
    several = [_upsert(tenant, form)[0] for form in forms]
    assert len(set(several)) == 3
    tenant.run(Update(object=tenant.object("company"), id=first, data=_link("http://other.example")))
    assert _upsert(tenant, "acme.example") != [first]
    assert _upsert(tenant, "other.example") == [first]
    assert tenant.orphans() == []


def test_workspaces_from_before_compare_after_a_migration(table: Table) -> None:
    tenant = _older(table)
    live, trashed, plain = tenant.create(
        "company", _link("https://www.a.example"), _link("b.Example"), {"name": "without"}
    )
    tenant.delete("company", trashed, destroy=False)
    assert _upsert(tenant, "a.example") != [live]
    tenant.delete("company", _upsert(tenant, "a.example")[0])
    job = migrate(table)
    tenant.finish_jobs()
    assert (versions(table), job.work and job.work["report"]) == (CURRENT, [])
    [constraint] = tenant.object("company").unique_constraints
    assert constraint.is_compared
    [index] = [index for index in tenant.object("company").indexes if index.is_unique]
    assert (index.status, index.constraint_key) == ("READY", constraint.key)
    assert _upsert(tenant, "http://a.example", "https://www.b.example/") == [live, trashed]
    assert set(_guards(tenant).values()) == {live, trashed} and plain
    assert len(_guards(tenant)) == 2 and tenant.orphans() == []


def test_links_that_records_have_in_several_forms_stay_as_they_are(table: Table) -> None:
    """Uniqueness as written stays."""
    tenant = _older(table)
    first, second = tenant.create("company", _link("https://a.example"), _link("http://a.example"))
    job = migrate(table)
    tenant.finish_jobs()
    assert versions(table) == CURRENT and job.work is not None
    assert job.work["report"] == [
        "company.domainName stays unique as it is written: records have one link in several forms"
    ]
    company = tenant.object("company")
    [constraint] = company.unique_constraints
    [index] = [index for index in company.indexes if index.is_unique]
    assert (constraint.is_compared, index.status, company.by_name["domainName"].is_unique) == (False, "READY", True)
    assert index.constraint_key == constraint.key
    assert _upsert(tenant, "https://a.example", "http://a.example") == [first, second]
    assert sorted(_guards(tenant).values()) == sorted([first, second]) and tenant.orphans() == []


@pytest.mark.parametrize("urls", [("https://a.example", "b.example"), ("https://a.example", "www.a.example")])
def test_a_process_may_die_at_any_call(table: Table, urls: Sequence[str]) -> None:
    """And values stay unique meanwhile."""
    tenant = _older(table)
    ids = tenant.create("company", *map(_link, urls))
    table.put(PutItem(migration_job(WORKSPACE, now_ms=0).row(WORKSPACE)))
    calls = 0
    while True:
        models.forget()
        calls += 1
        left = [calls] if calls % 2 else [calls - 1]
        try:
            if run(DyingTable(table, left), WORKSPACE, job_id(WORKSPACE), now=NOW, now_ms=LATER_MS).is_done:
                break
        except Died:
            models.forget()
            with pytest.raises(BadRequest, match="Duplicate Domain Name"):
                tenant.create("company", _link(urls[0]))
    assert calls > 8
    tenant.finish_jobs()
    assert versions(table) == CURRENT
    assert _upsert(tenant, *urls) == ids
    assert sorted(_guards(tenant).values()) == sorted(ids) and tenant.orphans() == []
