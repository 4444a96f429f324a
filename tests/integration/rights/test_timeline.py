"""What a role sees of timelines: nothing of what it may not read elsewhere (docs/wire/timeline.md#rights)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.model.timeline import timeline_of
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.stream import RecordChange
from icosa.store.table import Table
from icosa.webhooks.timeline.writer import write_activities
from tests.support.provisioning import set_role
from tests.support.rest_client import Reply
from tests.support.restricted import (
    Caller,
    caller_of,
    full_caller,
    model_of,
    named_field,
    restricted_caller,
    restricted_key,
)
from tests.support.workspace import workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

_SECRET = "a secret title"


class Office:
    """A workspace in which a person, a company and a note have changed, and timelines tell of it."""

    def __init__(self, table: Table, workspace: Provisioned) -> None:
        self.admin = full_caller(table, workspace)
        model = model_of(table, workspace)
        timeline = timeline_of(model)
        assert timeline is not None
        self.person = self.admin.create("people", jobTitle="plain")
        self.company = self.admin.create("companies", name="Acme")
        self.note = self.admin.create("notes", title="Called")
        self.admin.create("noteTargets", noteId=self.note, targetPersonId=self.person)

        def row(name: str, record_id: str) -> Any:
            found = table.get((keys.records(workspace.workspace_id, model.by_singular[name].key), record_id))
            assert found is not None
            return found

        def change(name: str, record_id: str, old: Any) -> RecordChange:
            new = row(name, record_id)
            return RecordChange(
                workspace_id=workspace.workspace_id,
                object_key=model.by_singular[name].key,
                record_id=record_id,
                is_live=True,
                happening="changed",
                row=new,
                old=old,
                version=new["v"],
                seconds=1_777_885_965.0,
            )

        changes = []
        for name, plural, record_id, body in (
            ("person", "people", self.person, {"jobTitle": _SECRET, "avatarUrl": "https://a.example/x"}),
            ("company", "companies", self.company, {"name": "Acme Inc"}),
            ("note", "notes", self.note, {"title": "Called twice"}),
        ):
            before = row(name, record_id)
            assert self.admin.rest("PATCH", f"/rest/{plural}/{record_id}", body).status == 200
            changes.append(change(name, record_id, before))
        write_activities(table, model, timeline, changes, now=1_777_885_966.0, started=float("inf"))


@pytest.fixture(scope="module")
def office(shared_table: Table, workspace: Provisioned) -> Office:
    return Office(shared_table, workspace)


def _names(caller: Caller) -> list[str]:
    reply = caller.rest("GET", "/rest/timelineActivities")
    assert reply.status == 200, reply
    rows = reply.json["data"]["timelineActivities"]
    assert reply.json["totalCount"] == len(rows)
    return sorted(row["name"] for row in rows)


def _properties(caller: Caller, name: str) -> Any:
    reply = caller.rest("GET", "/rest/timelineActivities", filter=f'name[eq]:"{name}"')
    [row] = reply.json["data"]["timelineActivities"]
    return row["properties"]


def test_who_may_read_everything_sees_everything(office: Office) -> None:
    assert _names(office.admin) == ["company.updated", "linked-note.updated", "note.updated", "person.updated"]
    assert _properties(office.admin, "person.updated")["diff"]["jobTitle"] == {"before": "plain", "after": _SECRET}


@pytest.mark.parametrize(
    ("closed", "seen"),
    [
        ("person", ["company.updated", "note.updated"]),
        ("note", ["company.updated", "person.updated"]),
        ("company", ["linked-note.updated", "note.updated", "person.updated"]),
    ],
)
def test_objects_that_may_not_be_read(
    office: Office, shared_table: Table, workspace: Provisioned, api_keys: ApiKeys, closed: str, seen: list[str]
) -> None:
    """Neither is what happens to their records told, nor what is on their timelines."""
    rights = {closed: {"canReadObjectRecords": False}}
    flags = {"permissionFlags": ["WORKFLOWS"]}
    caller = restricted_caller(shared_table, workspace, api_keys, objects=rights, **flags)
    assert _names(caller) == seen


def test_rules_of_rows(office: Office, shared_table: Table, workspace: Provisioned, api_keys: ApiKeys) -> None:
    """Activities cannot be told apart by the rules of another object: those of the object are hidden."""
    obj, field = named_field(model_of(shared_table, workspace), "person.jobTitle")
    key_id = restricted_key(shared_table, workspace, api_keys)
    key = shared_table.get(keys.api_key(workspace.workspace_id, key_id))
    assert key is not None
    rule = {"id": "r", "objectMetadataId": obj.id, "fieldMetadataId": field.id, "operand": "CONTAINS", "value": "plain"}
    set_role(shared_table, workspace.workspace_id, key["roleId"], rowLevelPredicates=[rule])
    assert _names(caller_of(shared_table, workspace, key_id)) == ["company.updated", "note.updated"]


# ------------------------------------------------------------------ hidden fields


@pytest.fixture(scope="module")
def limited(office: Office, shared_table: Table, workspace: Provisioned, api_keys: ApiKeys) -> Caller:
    return restricted_caller(shared_table, workspace, api_keys, hidden=["person.jobTitle", "person.updatedBy"])


_ANSWERS: dict[str, Callable[[Caller, Office, str], Any]] = {
    "list": lambda caller, _, __: caller.rest("GET", "/rest/timelineActivities"),
    "one": lambda caller, _, i: caller.rest("GET", f"/rest/timelineActivities/{i}"),
    "nested": lambda caller, office, _: caller.rest("GET", f"/rest/people/{office.person}", depth="1"),
    "graphql": lambda caller, _, i: caller.gql(
        f'{{ timelineActivity(filter: {{id: {{eq: "{i}"}}}}) {{ id properties createdBy {{ name }} }} }}'
    ),
    "nested in graphql": lambda caller, office, _: caller.gql(
        f'{{ person(filter: {{id: {{eq: "{office.person}"}}}}) {{ id timelineActivities {{ edges {{ node '
        "{ name properties createdBy { name } } } } } }"
    ),
    "groups": lambda caller, _, __: caller.gql(
        "{ timelineActivitiesGroupBy(groupBy: [{name: true}]) { groupByDimensionValues "
        "edges { node { name properties createdBy { name } } } } }"
    ),
    "update": lambda caller, _, i: caller.rest("PATCH", f"/rest/timelineActivities/{i}", {"position": 3}),
    "restore": lambda caller, _, i: caller.rest("PATCH", f"/rest/restore/timelineActivities/{i}"),
}


@pytest.mark.parametrize("way", _ANSWERS)
def test_values_of_hidden_fields_are_in_no_answer(office: Office, limited: Caller, way: str) -> None:
    reply = office.admin.rest("GET", "/rest/timelineActivities", filter='name[eq]:"person.updated"')
    [activity] = reply.json["data"]["timelineActivities"]
    assert set(activity["properties"]["diff"]) == {"jobTitle", "avatarUrl"}
    reply = _ANSWERS[way](limited, office, activity["id"])
    text = json.dumps(reply.json if isinstance(reply, Reply) else reply)
    assert "error" not in text.lower(), text
    assert _SECRET not in text and '"plain"' not in text, text
    assert way == "nested" or '"Admin"' not in text, text
    if way in ("list", "one", "nested", "graphql", "nested in graphql", "groups"):
        assert "https://a.example/x" in text


@pytest.mark.parametrize(
    "params",
    [
        {"filter": f'properties[like]:"%{_SECRET}%"'},
        {"filter": 'not(properties[like]:"%x%")'},
        {"filter": "properties[is]:NULL"},
        {"filter": 'createdBy.name[eq]:"Admin"'},
        {"order_by": "createdBy.name[AscNullsFirst]"},
    ],
)
def test_what_is_taken_out_cannot_be_asked_for(office: Office, limited: Caller, params: dict[str, Any]) -> None:
    assert office.admin.rest("GET", "/rest/timelineActivities", **params).status == 200
    assert limited.rest("GET", "/rest/timelineActivities", **params).status == 403


def test_a_field_keeps_hidden_under_another_name(
    office: Office, limited: Caller, shared_table: Table, workspace: Provisioned
) -> None:
    """Ids tell which field it was. What an integration has written has none: there the name does."""
    written = {"diff": {"jobTitle": {"before": _SECRET, "after": None}, "pay": {"before": 1, "after": 2}}}
    office.admin.create(
        "timelineActivities", name="by hand", properties={**written, "updatedFields": ["jobTitle", "pay"]}
    )
    [row] = limited.rest("GET", "/rest/timelineActivities", filter='name[eq]:"by hand"').json["data"][
        "timelineActivities"
    ]
    assert row["properties"] == {"diff": {"pay": {"before": 1, "after": 2}}, "updatedFields": ["pay"]}
    _, field = named_field(model_of(shared_table, workspace), "person.jobTitle")
    renamed = {"diff": {"pay": {"before": _SECRET, "after": None}}, "fieldMetadataIds": {"pay": field.id, "gone": "x"}}
    office.admin.create("timelineActivities", name="renamed", properties=renamed)
    [row] = limited.rest("GET", "/rest/timelineActivities", filter='name[eq]:"renamed"').json["data"][
        "timelineActivities"
    ]
    assert row["properties"] == {"diff": {}, "fieldMetadataIds": {}}
