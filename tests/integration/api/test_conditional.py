"""Conditional requests as clients see them (docs/wire/rest.md#conditional-requests)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.access.session import open_context
from icosa.store.table import Table
from tests.integration.engine.interrupted import InterruptedTable, Interruption
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import Reply, RestClient
from tests.support.workspace import EventOfRole, unique_tag, workspace_fixtures

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")
UNKNOWN = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


@pytest.fixture(scope="module")
def call(shared_table: Table, workspace: Any) -> RestClient:
    return RestClient(shared_table, event_of(workspace))


@pytest.fixture(scope="module")
def gql(shared_table: Table, workspace: Any) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


class _Person:
    """A new person, and the answer that made them."""

    def __init__(self, call: RestClient) -> None:
        self.tag = unique_tag()
        self.made = call("POST", "/rest/people", {"name": {"firstName": "Ada", "lastName": self.tag}})
        assert self.made.status == 201
        self.id = self.made.json["data"]["createPerson"]["id"]
        self.path = f"/rest/people/{self.id}"
        self.etag = self.made.headers["etag"]


@pytest.fixture
def person(call: RestClient) -> _Person:
    return _Person(call)


def _refusal(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json["code"]


# ------------------------------------------------------------------ reads


def test_a_record_is_sent_once(call: RestClient, person: _Person) -> None:
    read = call("GET", person.path)
    assert read.headers["etag"] == person.etag, "a record has one tag, whether it was just written or is read"
    for condition in (person.etag, "*", f'"other", W/{person.etag}'):
        again = call("GET", person.path, headers={"If-None-Match": condition})
        assert (again.status, again.json) == (304, None)
        for name in ("etag", "cache-control", "vary"):
            assert again.headers[name] == read.headers[name]
    assert read.headers["cache-control"] == "private, no-cache"
    assert read.headers["vary"] == "accept-encoding, authorization"
    assert call("GET", person.path, headers={"If-None-Match": '"other"'}).status == 200
    assert call("GET", f"/rest/people/{UNKNOWN}", headers={"If-None-Match": "*"}).status == 404


def test_tags_say_what_is_shown(call: RestClient, person: _Person, event_of_role: EventOfRole) -> None:
    reader = RestClient(call.table, event_of_role(canReadAllObjectRecords=True))
    tags = [
        call("GET", person.path).headers["etag"],
        call("GET", person.path, fields="name").headers["etag"],
        call("GET", person.path, depth="1").headers["etag"],
        call("GET", person.path, headers={"Accept-Encoding": "gzip"}).headers["etag"],
    ]
    assert len(set(tags)) == len(tags)
    assert len({tag.partition(".")[0] for tag in tags}) == 1
    assert reader("GET", person.path).headers["etag"] == tags[0], "who sees the same has the same"


def test_changes_of_related_records_change_what_is_shown(call: RestClient, person: _Person) -> None:
    company = call("POST", "/rest/companies", {"name": "Acme"}).json["data"]["createCompany"]["id"]
    call("PATCH", person.path, {"companyId": company})
    shallow, deep = call("GET", person.path), call("GET", person.path, depth="1")
    call("PATCH", f"/rest/companies/{company}", {"name": "Other"})
    assert call("GET", person.path, headers={"If-None-Match": shallow.headers["etag"]}).status == 304
    changed = call("GET", person.path, depth="1", headers={"If-None-Match": deep.headers["etag"]})
    assert changed.status == 200
    assert changed.headers["etag"].partition(".")[0] == deep.headers["etag"].partition(".")[0]
    assert call("PATCH", person.path, {"jobTitle": "Rome"}, headers={"If-Match": deep.headers["etag"]}).status == 200


def test_lists_have_tags(call: RestClient, person: _Person) -> None:
    path = f"/rest/people?filter=name.lastName[eq]:{person.tag}"
    read = call("GET", path)
    assert read.headers["etag"].startswith('W/"')
    assert call("GET", path, headers={"If-None-Match": read.headers["etag"]}).status == 304
    groups = '/rest/people/groupBy?group_by=[{"jobTitle":true}]'
    tag = call("GET", groups).headers["etag"]
    assert call("GET", groups, headers={"If-None-Match": tag}).status == 304
    call("PATCH", person.path, {"jobTitle": person.tag})
    for address, old in ((path, read.headers["etag"]), (groups, tag)):
        assert call("GET", address, headers={"If-None-Match": old}).status == 200


def test_metadata_has_tags(shared_table: Table, workspace: Any) -> None:
    metadata = MetadataClient(shared_table, event_of(workspace))
    read = metadata("GET", "/rest/metadata/objects")
    assert metadata("GET", "/rest/metadata/objects", headers={"If-None-Match": read.headers["etag"]}).status == 304
    for method, path in (("POST", "/rest/metadata/objects"), ("PATCH", f"/rest/metadata/objects/{UNKNOWN}")):
        refused = metadata(method, path, {}, headers={"If-Match": "*"})
        assert _refusal(refused) == (400, "CONDITION_NOT_SUPPORTED")


# ------------------------------------------------------------------ writes


WRITES: dict[str, tuple[str, str, Any]] = {
    "patch": ("PATCH", "", {"position": 7}),
    "put": ("PUT", "", {"position": 7}),
    "delete": ("DELETE", "?soft_delete=true", None),
    "destroy": ("DELETE", "", None),
    "restore": ("PATCH", "/restore", None),
}


@pytest.mark.parametrize("write", WRITES)
def test_writes_happen_to_what_was_read(call: RestClient, person: _Person, write: str) -> None:
    method, suffix, body = WRITES[write]
    stale = call("GET", person.path, fields="id").headers["etag"]
    changed = call("PATCH", person.path, {"jobTitle": "Rome"}).headers["etag"]
    lost = call(method, person.path + suffix, body, headers={"If-Match": stale})
    assert _refusal(lost) == (412, "RECORD_CHANGED")
    assert lost.json["messages"] == ["The record has changed since it was read. Read it again, and decide anew"]
    assert call("GET", person.path).headers["etag"] == changed
    for condition in (f"W/{changed}", '"list"'):
        assert call(method, person.path + suffix, body, headers={"If-Match": condition}).status == 412
    done = call(method, person.path + suffix, body, headers={"If-Match": f"{stale}, {changed}"})
    assert done.status == 200
    if write == "destroy":
        assert "etag" not in done.headers
        assert call("GET", person.path).status == 404
    else:
        assert done.headers["etag"] not in (stale, changed)


def test_a_client_goes_on_from_the_tags_of_its_writes(call: RestClient, person: _Person) -> None:
    tag = person.etag
    last = ("PUT", "", {"position": 8})
    for method, suffix, body in (WRITES["patch"], last, WRITES["put"], WRITES["delete"], WRITES["restore"]):
        done = call(method, person.path + suffix, body, headers={"If-Match": tag})
        assert done.status == 200
        assert int(done.headers["etag"][1:].partition(".")[0]) > int(tag[1:].partition(".")[0])
        tag = done.headers["etag"]
    assert call("PUT", person.path, {"position": 7}, headers={"If-Match": tag}).headers["etag"] == tag
    assert call("DELETE", person.path, headers={"If-Match": tag}).status == 200


def test_any_record_will_do(call: RestClient, person: _Person) -> None:
    assert call("PATCH", person.path, {"jobTitle": "Rome"}, headers={"If-Match": "*"}).status == 200
    assert call("PATCH", f"/rest/people/{UNKNOWN}", {}, headers={"If-Match": "*"}).status == 404
    assert call("GET", person.path, headers={"If-Match": "*"}).status == 200
    assert call("GET", person.path, headers={"If-Match": person.etag}).status == 412


@pytest.mark.parametrize("value", ["", "abc", '"abc', "1764000000000.abc"])
def test_malformed_tags_are_refused(call: RestClient, person: _Person, value: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        body: Any = {} if method == "PATCH" else None
        assert _refusal(call(method, person.path, body, headers={"If-Match": value})) == (400, "INVALID_CONDITION")
    assert call("GET", person.path).headers["etag"] == person.etag


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/rest/people", None),
        ("GET", "/rest/people/groupBy?group_by=[]", None),
        ("POST", "/rest/people", {}),
        ("POST", "/rest/batch/people", []),
        ("PATCH", "/rest/people?filter=jobTitle[eq]:X", {}),
        ("DELETE", "/rest/people?filter=jobTitle[eq]:X", None),
        ("PATCH", "/rest/people/restore?filter=jobTitle[eq]:X", None),
        ("PATCH", "/rest/people/merge", {}),
        ("POST", "/rest/people/duplicates", {}),
        ("PATCH", f"/rest/webhooks/{UNKNOWN}", {}),
    ],
)
def test_conditions_that_cannot_be_obeyed_are_refused(call: RestClient, method: str, path: str, body: Any) -> None:
    refused = call(method, path, body, headers={"If-Match": "*"})
    assert _refusal(refused) == (400, "CONDITION_NOT_SUPPORTED")
    assert "one record" in refused.message


def test_times_are_no_conditions(call: RestClient, person: _Person) -> None:
    time = "Wed, 21 Oct 2099 07:28:00 GMT"
    for method in ("GET", "PATCH", "DELETE"):
        body: Any = {} if method == "PATCH" else None
        refused = call(method, person.path, body, headers={"If-Unmodified-Since": time})
        assert _refusal(refused) == (400, "CONDITION_NOT_SUPPORTED")
    assert call("GET", person.path, headers={"If-Modified-Since": time}).status == 200
    assert call("PATCH", person.path, {}, headers={"If-None-Match": "*"}).status == 400


def test_rights_come_first(call: RestClient, person: _Person, event_of_role: EventOfRole) -> None:
    reader = RestClient(call.table, event_of_role(canReadAllObjectRecords=True))
    blind = RestClient(call.table, event_of_role())
    for caller in (reader, blind):
        for method, suffix, body in WRITES.values():
            assert caller(method, person.path + suffix, body, headers={"If-Match": '"1.a"'}).status == 403
    assert blind("GET", person.path, headers={"If-Match": '"1.a"', "If-None-Match": "*"}).status == 403


def test_what_only_counts_versions_is_no_change(call: RestClient) -> None:
    """A target of a note goes to the trash with the note, so it counts the note's version up."""
    note = call("POST", "/rest/notes", {"title": "n"})
    path, tag = f"/rest/notes/{note.json['data']['createNote']['id']}", note.headers["etag"]
    target = {"noteId": note.json["data"]["createNote"]["id"]}
    assert call("POST", "/rest/noteTargets", target).status == 201
    assert call("GET", path).headers["etag"] == tag
    assert call("PATCH", path, {"title": "other"}, headers={"If-Match": tag}).status == 200
    assert call("PATCH", path, {"title": "third"}, headers={"If-Match": tag}).status == 412


def test_writes_of_several_steps_keep_their_tags(call: RestClient) -> None:
    """A record with so many rows that its change is a batch, which counts versions up when it clears."""

    def values(half: int) -> dict[str, Any]:
        words = " ".join(f"{unique_tag()}{i}" for i in range(45))
        return {
            "name": {"firstName": words, "lastName": f"x{half}"},
            "jobTitle": words,
            "emails": {"primaryEmail": f"{unique_tag()}@example.com"},
            "linkedinLink": {"primaryLinkUrl": f"https://example.com/{half}", "primaryLinkLabel": words},
            "phones": {"primaryPhoneNumber": f"201555012{half}", "primaryPhoneCountryCode": "US"},
            "createdAt": f"2024-01-0{half}T00:00:00.000Z",
            "position": half,
        }

    made = call("POST", "/rest/people", values(1))
    path, tag = f"/rest/people/{made.json['data']['createPerson']['id']}", made.headers["etag"]
    changed = call("PATCH", path, values(2), headers={"If-Match": tag, "X-Icosa-Explain": "1"})
    assert (changed.status, changed.headers["x-icosa-plan"].partition(" ")[0]) == (200, "batch")
    assert call("GET", path).headers["etag"] == changed.headers["etag"]
    assert call("PATCH", path, {"jobTitle": "c"}, headers={"If-Match": changed.headers["etag"]}).status == 200


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("condition", ["header", "filter"])
def test_nobody_comes_between_the_look_and_the_write(
    call: RestClient, person: _Person, write: str, condition: str
) -> None:
    """Another write before any of the calls after authentication: exactly one of both is lost, and says so."""
    method, suffix, body = WRITES[write]
    read = call("GET", person.path)
    updated = read.json["data"]["person"]["updatedAt"]
    headers = {"If-Match": read.headers["etag"]} if condition == "header" else {}
    if condition == "filter":
        suffix += ("&" if suffix.startswith("?") else "?") + f'filter=updatedAt[eq]:"{updated}",jobTitle[eq]:NULL'
        suffix = suffix.replace("jobTitle[eq]:NULL", "jobTitle[is]:NULL")

    def other() -> None:
        assert call("PATCH", person.path, {"jobTitle": "Rome"}).status == 200

    # Calls before it are those of authentication: the last call is the transaction.
    interruption = Interruption(other, at=None, most=0)
    probe = InterruptedTable(call.table.name, call.table._client, None, interruption, backward=False)
    open_context(call.event, probe)
    before = interruption.calls
    late = Interruption(other, at=[before + 1])
    table = InterruptedTable(call.table.name, call.table._client, None, late, backward=False)
    lost = RestClient(table, call.event)(method, person.path + suffix, body, headers=headers)
    assert lost.status == 412, lost
    assert call("GET", person.path).json["data"]["person"]["jobTitle"] == "Rome"


# ------------------------------------------------------------------ filters beside an id


def test_a_filter_beside_an_id_is_a_condition(call: RestClient, person: _Person) -> None:
    for method, suffix, body in WRITES.values():
        separator = "&" if suffix.startswith("?") else "?"
        lost = call(method, f"{person.path}{suffix}{separator}filter=jobTitle[eq]:Paris", body)
        assert _refusal(lost) == (412, "CONDITION_NOT_MET")
        assert lost.json["messages"] == ["The record does not match the filter"]
    assert call("GET", person.path).headers["etag"] == person.etag
    done = call("PATCH", f"{person.path}?filter=jobTitle[is]:NULL,name.firstName[eq]:Ada", {"jobTitle": "Paris"})
    assert done.status == 200
    assert "x-icosa-ignored" not in done.headers
    assert call("DELETE", f"{person.path}?filter=or(jobTitle[eq]:Rome,jobTitle[eq]:Paris)").status == 200


def test_both_conditions_must_hold(call: RestClient, person: _Person) -> None:
    path = f"{person.path}?filter=jobTitle[is]:NULL"
    assert call("PATCH", path, {"jobTitle": "A"}, headers={"If-Match": '"1.a"'}).status == 412
    assert call("PATCH", path, {"jobTitle": "A"}, headers={"If-Match": person.etag}).status == 200
    tag = call("GET", person.path).headers["etag"]
    assert _refusal(call("PATCH", path, {"jobTitle": "B"}, headers={"If-Match": tag})) == (412, "CONDITION_NOT_MET")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("filter=", "must be given once"),
        ("filter=jobTitle[eq]:a&filter=jobTitle[eq]:a", "must be given once"),
        ("filter=company.name[eq]:a", "only name fields of the record itself"),
        ("filter=nope[eq]:a", "nope"),
        ('filter=jobTitle[eq]:"a"&b', "Unknown parameter 'b'"),
        ("filter=jobTitle[is]:NULL&limit=1", "Parameter 'limit' means nothing"),
    ],
)
def test_a_condition_is_obeyed_or_refused(call: RestClient, person: _Person, query: str, message: str) -> None:
    for method, body in (("PATCH", {"jobTitle": "x"}), ("PUT", {"jobTitle": "x"}), ("DELETE", None)):
        refused = call(method, f"{person.path}?{query}", body)
        assert refused.status == 400
        assert message in refused.message
    assert call("GET", person.path).headers["etag"] == person.etag


def test_conditions_tell_nothing_that_may_not_be_read(
    call: RestClient, person: _Person, event_of_role: EventOfRole
) -> None:
    blind = RestClient(call.table, event_of_role())
    assert blind("PATCH", f"{person.path}?filter=jobTitle[is]:NULL", {}).status == 403
    assert call("PATCH", f"/rest/people/{UNKNOWN}?filter=jobTitle[is]:NULL", {}).status == 404


# ------------------------------------------------------------------ GraphQL

_UPDATE = "mutation($id: UUID!, $title: String) { updatePerson(id: $id, data: {jobTitle: $title}) { id jobTitle } }"
_RECORD_MUTATIONS = ('updatePerson(id: $id, data: {jobTitle: "x"})', "deletePerson(id: $id)", "restorePerson(id: $id)")


def _send(gql: GraphqlClient, query: str, person: _Person, tag: str | None, **variables: Any) -> Reply:
    body = {"query": query, "variables": {"id": person.id, **variables}}
    return gql.send("POST", body, headers={} if tag is None else {"If-Match": tag})


def test_graphql_obeys_the_header_for_one_record(gql: GraphqlClient, person: _Person) -> None:
    tag = person.etag
    for mutation in (*_RECORD_MUTATIONS, "destroyPerson(id: $id)"):
        query = f"mutation($id: UUID!) {{ {mutation} {{ id }} }}"
        lost = _send(gql, query, person, '"1.a"')
        assert lost.status == 200
        [error] = lost.json["errors"]
        assert error["extensions"]["code"] == "PRECONDITION_FAILED"
        assert error["extensions"]["subCode"] == "RECORD_CHANGED"
        done = _send(gql, query, person, tag)
        assert "errors" not in done.json, done
        tag = done.headers.get("etag", "")
    assert tag == ""


def test_graphql_shows_tags(gql: GraphqlClient, call: RestClient, person: _Person) -> None:
    query = "query($id: UUID!) { person(filter: {id: {eq: $id}}) { id jobTitle } }"
    tag = _send(gql, query, person, None).headers["etag"]
    assert call("PATCH", person.path, {"jobTitle": "a"}, headers={"If-Match": tag}).status == 200
    made = gql.send("POST", {"query": 'mutation { createPerson(data: {jobTitle: "a"}) { id } }'})
    assert made.headers["etag"]
    for several in ("{ people { totalCount } }", "{ a: people { totalCount } b: people { totalCount } }"):
        assert "etag" not in gql.send("POST", {"query": several}).headers


@pytest.mark.parametrize(
    "query",
    [
        "{ people { totalCount } }",
        "query($id: UUID!) { person(filter: {id: {eq: $id}}) { id } }",
        "mutation { createPerson(data: {}) { id } }",
        "mutation($id: UUID!) { updatePeople(filter: {id: {eq: $id}}, data: {}) { id } }",
        "mutation($id: UUID!) { a: updatePerson(id: $id, data: {}) { id } b: deletePerson(id: $id) { id } }",
        'mutation { createWebhook(input: {targetUrl: "https://example.com", operations: ["*.*"]}) { id } }',
    ],
)
def test_graphql_refuses_what_it_cannot_obey(gql: GraphqlClient, person: _Person, query: str) -> None:
    refused = _send(gql, query, person, person.etag)
    assert (refused.status, refused.json["code"]) == (400, "CONDITION_NOT_SUPPORTED")
    assert refused.json["errors"][0]["extensions"]["subCode"] == "CONDITION_NOT_SUPPORTED"
    malformed = _send(gql, _UPDATE, person, "abc", title="x")
    assert (malformed.status, malformed.json["code"]) == (400, "INVALID_CONDITION")


def test_metadata_graphql_refuses_conditions(shared_table: Table, workspace: Any) -> None:
    metadata = MetadataClient(shared_table, event_of(workspace))
    refused = metadata("POST", "/metadata", {"query": "{ objects { totalCount } }"}, headers={"If-Match": "*"})
    assert (refused.status, refused.json["code"]) == (400, "CONDITION_NOT_SUPPORTED")
