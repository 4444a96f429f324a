"""Jobs as rows: what one version wrote, another must understand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icosa.catalog.jobs import Job, new_job, put_job, tombstone_of
from tests.support.crm import crm


def test_a_job_is_read_as_it_was_written() -> None:
    company = crm().by_singular["company"]
    job = new_job(
        "purge",
        object_key=company.key,
        object_id=company.id,
        now_ms=1,
        fields={company.fields[0].id: 1},
        tombstone=tombstone_of(company, company.fields[:2], ()),
    )
    item = put_job("w1", job).item
    assert isinstance(item["ghost"], str)
    parsed = Job.parse(item)
    assert replace(parsed, tombstone=None) == replace(job, tombstone=None)
    assert parsed.tombstone is not None and job.tombstone is not None
    assert {field.key for field in parsed.tombstone.fields} == {field.key for field in job.tombstone.fields}


@pytest.mark.parametrize(("kind", "stored"), [("finish", "settle"), ("build", "build"), ("destroy", "destroy")])
def test_kinds_keep_their_stored_names(kind: str, stored: str) -> None:
    job = new_job(kind, object_key="", object_id="", now_ms=1)  # type: ignore[arg-type]
    item = put_job("w1", job).item
    assert item["job"] == stored
    assert Job.parse(item).kind == kind
