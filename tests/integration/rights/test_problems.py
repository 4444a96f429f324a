"""What is wrong with records tells nothing of records and fields that the caller may not read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.restricted import DENIED, Caller


def _problems(caller: Caller, plural: str, rows: list[Any], **params: Any) -> list[Mapping[str, Any]]:
    """What REST and GraphQL tell."""
    reply = caller.rest("POST", f"/rest/batch/{plural}", rows, **params)
    name = "".join((plural[0].upper(), plural[1:]))
    singular = {"People": "Person", "Companies": "Company"}[name]
    upsert = params.get("upsert", "false")
    query = f"mutation($d: [{singular}CreateInput!]!) {{ create{name}(data: $d, upsert: {upsert}) {{ id }} }}"
    [entry] = caller.gql.send("POST", {"query": query, "variables": {"d": rows}}).json["errors"]
    assert (entry["message"], entry["extensions"]["problems"]) == (reply.json["messages"][0], reply.json["errors"])
    told: list[Mapping[str, Any]] = reply.json["errors"]
    return told


@pytest.mark.parametrize("upsert", ["false", "true"])
def test_rights_on_fields_beside_other_problems(
    admin: Caller, restricted: Callable[..., Caller], tag: str, upsert: str
) -> None:
    mail = {"primaryEmail": f"{tag}@example.org"}
    taken = admin.create("people", emails=mail)
    caller = restricted(locked=["person.jobTitle"], hidden=["company.domainName"])
    rows = [
        {"jobTitle": "CTO", "emails": mail},
        {"emails": {"primaryEmail": "x"}},
        {"company": {"connect": {"where": {"domainName": {"primaryLinkUrl": "https://x.example"}}}}},
        {"company": {"create": {"domainName": {"primaryLinkUrl": "https://x.example"}}}, "id": taken},
    ]
    problems = _problems(caller, "people", rows, upsert=upsert)
    told = [(problem["index"], problem["field"], problem["message"]) for problem in problems]
    assert told == [
        (0, "jobTitle", DENIED),
        (1, "emails.primaryEmail", "Invalid string value 'x' for email field \"emails.primaryEmail\""),
        (2, "company", DENIED),
        (3, "company.create.domainName", DENIED),
    ]
    reply = caller.rest("PATCH", f"/rest/people/{taken}", {"jobTitle": "CTO", "emails": {"primaryEmail": "x"}})
    assert (reply.status, [problem["field"] for problem in reply.json["errors"]]) == (403, ["jobTitle"])


def test_nested_records_are_not_named(admin: Caller, tag: str) -> None:
    """The related object may be one that the caller may write and not read."""
    domain = {"primaryLinkUrl": f"https://{tag}.example"}
    company = admin.create("companies", domainName=domain)
    [problem] = _problems(admin, "people", [{"company": {"create": {"domainName": domain}}}])
    assert (problem["field"], problem["code"]) == ("company.create.domainName.primaryLinkUrl", "DUPLICATE_ENTRY")
    assert "existingId" not in problem
    [of_own] = _problems(admin, "companies", [{"domainName": domain}])
    assert of_own["existingId"] == company
