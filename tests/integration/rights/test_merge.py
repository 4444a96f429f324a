"""Merges by callers who may not update, or not read, all that a merge changes (docs/wire/rest.md#merge)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.support.restricted import DENIED, Caller

#: A value of the loser that the survivor would take over, by field of a person.
_TAKEN: dict[str, Any] = {
    "jobTitle": {"jobTitle": "Pilot"},
    "emails": {"emails": {"primaryEmail": "{tag}@a.example"}},
    "phones": {"phones": {"primaryPhoneNumber": "612345678", "primaryPhoneCountryCode": "FR"}},
    "linkedinLink": {"linkedinLink": {"primaryLinkUrl": "https://l.example/{tag}"}},
    "avatarUrl": {"avatarUrl": "https://img.example/{tag}"},
    "company": {"companyId": "company"},
}
_GRAPHQL = """mutation($ids: [UUID!]!, $dry: Boolean!) {
  mergePeople(ids: $ids, conflictPriorityIndex: 0, dryRun: $dry) { id }
}"""


def _filled(value: Any, tag: str, company: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(member, tag, company) for name, member in value.items()}
    return company if value == "company" else value.replace("{tag}", tag)


def _is_refused(caller: Caller, ids: Sequence[str], *, dry: bool, graphql: bool) -> bool:
    """Whether the merge of people is refused for want of rights; else it must succeed."""
    if graphql:
        answer = caller.gql(_GRAPHQL, {"ids": list(ids), "dry": dry})
        assert ("errors" not in answer) or answer["errors"][0]["message"] == DENIED, answer
        return "errors" in answer
    reply = caller.rest("PATCH", "/rest/people/merge", {"ids": list(ids), "conflictPriorityIndex": 0, "dryRun": dry})
    assert reply.status in (200, 403), reply
    return reply.status == 403


@pytest.mark.parametrize("graphql", [False, True])
@pytest.mark.parametrize("name", _TAKEN)
def test_a_locked_field_does_not_change(
    admin: Caller, restricted: Callable[..., Caller], tag: str, name: str, graphql: bool
) -> None:
    company = admin.create("companies", name=tag)
    survivor = admin.create("people")
    loser = admin.create("people", **_filled(_TAKEN[name], tag, company))
    caller = restricted(locked=[f"person.{name}"])
    before = admin.record("people", survivor)

    assert _is_refused(caller, [survivor, loser], dry=True, graphql=graphql)
    assert _is_refused(caller, [survivor, loser], dry=False, graphql=graphql)
    assert admin.record("people", survivor) == before
    assert admin.record("people", loser)["deletedAt"] is None

    other = admin.create("people")
    assert not _is_refused(caller, [survivor, other], dry=True, graphql=graphql)
    assert not _is_refused(caller, [survivor, other], dry=False, graphql=graphql)
    assert not _is_refused(restricted(), [survivor, loser], dry=False, graphql=graphql)


@pytest.mark.parametrize("graphql", [False, True])
@pytest.mark.parametrize(
    "role",
    [
        {"objects": {"opportunity": {"canUpdateObjectRecords": False}}},
        {"objects": {"opportunity": {"canReadObjectRecords": False, "canUpdateObjectRecords": False}}},
        {"locked": ["opportunity.pointOfContact"]},
    ],
)
def test_references_that_the_caller_may_not_update_stay(
    admin: Caller, restricted: Callable[..., Caller], role: Any, graphql: bool
) -> None:
    survivor, loser, other = (admin.create("people") for _ in range(3))
    deal = admin.create("opportunities", name="d", pointOfContactId=loser)
    caller = restricted(**role)

    for dry in (True, False):
        assert _is_refused(caller, [survivor, loser], dry=dry, graphql=graphql)
    assert admin.record("opportunities", deal)["pointOfContactId"] == loser
    assert not _is_refused(caller, [survivor, other], dry=False, graphql=graphql)
    assert not _is_refused(restricted(), [survivor, loser], dry=False, graphql=graphql)
    assert admin.record("opportunities", deal)["pointOfContactId"] == survivor


def test_records_of_the_merge_that_point_at_each_other_are_no_references(
    admin: Caller, restricted: Callable[..., Caller], tag: str
) -> None:
    company = admin.create("companies", name=tag)
    caller = restricted(locked=["person.company"])
    ids = [admin.create("people", companyId=company) for _ in range(3)]
    assert not _is_refused(caller, ids, dry=False, graphql=False)


def test_what_can_be_neither_read_nor_updated_is_not_merged(
    admin: Caller, restricted: Callable[..., Caller], tag: str
) -> None:
    """The same answer whether the values differ or not."""
    caller = restricted(hidden=["person.jobTitle"], locked=["person.jobTitle"])
    for job in (tag, ""):
        ids = [admin.create("people", jobTitle=tag), admin.create("people", jobTitle=job)]
        for dry in (True, False):
            assert _is_refused(caller, ids, dry=dry, graphql=False)


def test_hidden_values_are_merged_and_not_shown(admin: Caller, restricted: Callable[..., Caller], tag: str) -> None:
    survivor, loser = admin.create("people"), admin.create("people", jobTitle=tag)
    caller = restricted(hidden=["person.jobTitle"])
    for dry in (True, False):
        body = {"ids": [survivor, loser], "conflictPriorityIndex": 0, "dryRun": dry}
        reply = caller.rest("PATCH", "/rest/people/merge", body, depth=1)
        assert reply.status == 200 and tag not in str(reply.json)
    assert admin.record("people", survivor)["jobTitle"] == tag
