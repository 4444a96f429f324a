"""Changes by a role with rules of rows: they act on what it sees, and leave nothing that it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.store.table import Table
from tests.support.soak import part

from . import requests
from .requests import Request, fresh, graphql, rest
from .workspaces import Workspaces, everything
from .worlds import OBJECTS, PLURALS, SHAPES, Spec, as_body, record_id

pytestmark = pytest.mark.slow
DENIED = "Entity performing the request does not have permission"


def _hidden(workspaces: Workspaces, obj: str) -> Spec:
    return workspaces.data.hidden["many"][obj][0]


def _never(workspaces: Workspaces, obj: str) -> Spec:
    """The body of a new record that the role would not see."""
    body = fresh(_hidden(workspaces, obj), f"{obj} never hidden")
    return {**body, "companyId": None} if "companyId" in body else body


def _ruled(workspaces: Workspaces) -> list[str]:
    return [obj for obj in workspaces.shape if workspaces.data.visible[obj]]


def test_nothing_is_written_that_the_role_would_not_see(workspaces: Workspaces) -> None:
    world = workspaces.worlds["many"]
    before = everything(world)
    client, gql = world.limited
    for obj in workspaces.shape:
        plural, title = PLURALS[obj], obj.capitalize()
        hidden = _never(workspaces, obj)
        for path, body in ((plural, hidden), (f"batch/{plural}", [hidden])):
            for upsert in ("false", "true"):
                reply = client("POST", f"/rest/{path}", body, upsert=upsert)
                assert (reply.status, reply.json["messages"]) == (403, [DENIED]), reply.json
        mutation = f"mutation M($data: {title}CreateInput!) {{ create{title}(data: $data) {{ id }} }}"
        assert gql.error(mutation, {"data": hidden}) == (DENIED, "FORBIDDEN", "PERMISSION_DENIED")
    for obj in _ruled(workspaces):
        plural = PLURALS[obj]
        changed = _never(workspaces, obj)
        changed.pop("id")
        first, second, *_, trashed = workspaces.data.ids(obj)
        calls: list[tuple[str, str, Any, dict[str, Any]]] = [
            ("PATCH", f"{plural}/{first}", changed, {}),
            ("PATCH", f"{plural}/{trashed}", changed, {}),
            ("POST", plural, {**changed, "id": first}, {"upsert": "true"}),
            ("POST", f"batch/{plural}", [{**changed, "id": first}], {"upsert": "true"}),
            ("PATCH", plural, _without_unique(changed), {"filter": f"id[in]:[{first},{second}]"}),
        ]
        for method, path, body, params in calls:
            reply = client(method, f"/rest/{path}", body, **params)
            assert (reply.status, reply.json["messages"]) == (403, [DENIED]), (path, reply.json)
    assert everything(world) == before


def _without_unique(body: Spec) -> Spec:
    return {name: value for name, value in body.items() if name not in ("domainName",)}


def test_records_inside_others_obey(workspaces: Workspaces) -> None:
    if "company" not in workspaces.shape or not workspaces.data.visible["opportunity"]:
        return
    world = workspaces.worlds["few"]
    before = everything(world)
    hidden = _never(workspaces, "company")
    deal = fresh(workspaces.data.visible["opportunity"][0], "deal never")
    deal.pop("companyId", None)
    for method, path in (
        ("POST", "opportunities"),
        ("PATCH", f"opportunities/{workspaces.data.ids('opportunity')[0]}"),
    ):
        body = {**deal, "company": {"create": hidden}}
        if method == "PATCH":
            body.pop("id")
        reply = world.limited[0](method, f"/rest/{path}", body)
        assert (reply.status, reply.json["messages"]) == (403, [DENIED])
    assert everything(world) == before


def test_what_a_hidden_record_has_is_taken(workspaces: Workspaces) -> None:
    """Unique values and ids of hidden records are not free, and the refusal says nothing else of them."""
    world = workspaces.worlds["many"]
    before = everything(world)
    client, _ = world.limited
    for obj in _ruled(workspaces):
        plural, hidden = PLURALS[obj], as_body(_hidden(workspaces, obj))
        body = fresh(workspaces.data.visible[obj][0], f"{obj} taken")
        cases: list[tuple[Spec, str]] = [({**body, "id": hidden["id"]}, "A duplicate entry was detected")]
        if "emails" in hidden and "hidden" not in hidden["emails"]["primaryEmail"]:
            cases.append(({**body, "emails": hidden["emails"]}, "Duplicate Emails with value"))
        if "domainName" in hidden:
            cases.append(({**body, "domainName": hidden["domainName"]}, "Duplicate Domain Name with value"))
        for each, message in cases:
            for path, sent in ((plural, each), (f"batch/{plural}", [each])):
                for upsert in ("false", "true"):
                    reply = client("POST", f"/rest/{path}", sent, upsert=upsert)
                    assert (reply.status, len(reply.json["messages"])) == (400, 1), (sent, reply.json)
                    assert reply.message.startswith(message)
                    assert hidden["id"] not in str(reply.json) or each["id"] == hidden["id"]
    assert everything(world) == before


def test_references_follow_merges_and_destruction_unseen(shared_table: Table, api_keys: ApiKeys) -> None:
    """What a change does by itself it does to hidden records, too: else they would point at nothing."""
    workspaces = Workspaces(shared_table, api_keys, "equality")
    world = workspaces.worlds["few"]
    admin, _ = world.everything
    limited, _ = world.limited
    first, second, third = workspaces.data.ids("company")[:3]
    hidden = record_id("opportunity shared 0")
    assert admin("PATCH", f"/rest/opportunities/{hidden}", {"companyId": second}).status == 200
    merged = limited("PATCH", "/rest/companies/merge", {"ids": [first, second], "conflictPriorityIndex": 0}, depth="1")
    assert merged.status == 200
    assert hidden not in str(merged.json)
    assert admin("GET", f"/rest/opportunities/{hidden}").json["data"]["opportunity"]["companyId"] == first
    assert limited("DELETE", f"/rest/companies/{first}").status == 200
    assert admin("GET", f"/rest/opportunities/{hidden}").json["data"]["opportunity"]["companyId"] is None
    assert admin("PATCH", f"/rest/opportunities/{hidden}", {"companyId": third}).status == 200


# ------------------------------------------------------------------ what is seen


#: A field of each object that no rule looks at.
NEUTRAL: dict[str, Any] = {
    "company": {"linkedinLink": {"primaryLinkUrl": "https://changed.example"}},
    "person": {"avatarUrl": "https://changed.example"},
    "opportunity": {"amount": {"amountMicros": 7_000_000, "currencyCode": "EUR"}},
}


def _changes(workspaces: Workspaces) -> Iterator[Request]:
    """Changes that keep records visible, one after the other."""
    data = workspaces.data
    for obj in OBJECTS:
        plural, title, specs = PLURALS[obj], obj.capitalize(), data.visible[obj]
        many = f"{plural[0].upper()}{plural[1:]}"
        if not specs:
            continue
        first, second, third, *_, trashed = specs
        yield rest("PATCH", f"{plural}/{first['id']}", NEUTRAL[obj], depth="1")
        yield rest("PATCH", f"{plural}/{second['id']}", {"position": "first"})
        yield rest("PATCH", f"{plural}/{second['id']}", {"position": "last"})
        yield rest("PATCH", f"{plural}/{trashed['id']}", NEUTRAL[obj])
        yield rest("PATCH", plural, NEUTRAL[obj], filter="createdAt[gt]:2025-01-05T00:00:00Z")
        yield graphql(
            f"mutation M($data: {title}UpdateInput!, $f: {title}FilterInput!) "
            f"{{ update{many}(data: $data, filter: $f) {{ id position }} }}",
            data=NEUTRAL[obj],
            f={"createdAt": {"lt": "2025-01-20T00:00:00Z"}},
        )
        # New records: alone, together, by upsert, with a place of their own.
        yield rest("POST", plural, fresh(first, f"{obj} new 1"), depth="1")
        yield rest("POST", f"batch/{plural}", [fresh(first, f"{obj} new {i}") for i in (2, 3)])
        yield rest("POST", plural, {**fresh(first, f"{obj} new 4"), "position": "last"}, upsert="true")
        yield rest("POST", plural, {**fresh(first, f"{obj} new 4"), "position": "first"}, upsert="true")
        if obj != "opportunity":
            unique = {name: as_body(third)[name] for name in ("emails", "domainName") if name in third}
            yield rest("POST", f"batch/{plural}", [{**NEUTRAL[obj], **unique}], upsert="true")
        # To the trash and back.
        yield rest("DELETE", f"{plural}/{second['id']}", soft_delete="true")
        yield rest("PATCH", f"{plural}/{second['id']}/restore", depth="1")
        yield graphql(
            f"mutation M($f: {title}FilterInput!) {{ delete{many}(filter: $f) {{ id }} }}",
            f={"createdAt": {"gt": "2025-01-10T00:00:00Z"}},
        )
        yield rest("PATCH", f"{plural}/restore", filter="deletedAt[is]:NOT_NULL,createdAt[gt]:2025-01-12T00:00:00Z")
        yield graphql(f"mutation M($id: UUID!) {{ restore{title}(id: $id) {{ id }} }}", id=trashed["id"])
        if obj != "opportunity":
            merged = {"ids": [first["id"], record_id(f"{obj} new 1")], "conflictPriorityIndex": 0}
            yield rest("PATCH", f"{plural}/restore", filter="deletedAt[is]:NOT_NULL")
            yield rest("PATCH", f"{plural}/merge", merged, depth="1")
        yield graphql(f"mutation M($id: UUID!) {{ destroy{title}(id: $id) {{ id }} }}", id=record_id(f"{obj} new 2"))
    if data.visible["company"] and data.visible["opportunity"] and workspaces.shape_name != "relation":
        company, deal = data.visible["company"][0], data.visible["opportunity"][0]
        nested = {**fresh(deal, "deal inside"), "company": {"create": fresh(company, "company inside")}}
        nested.pop("companyId", None)
        yield rest("POST", "opportunities", nested, depth="1")
    for obj in OBJECTS:
        # Without its company an opportunity leaves the sight of a role that wants one.
        if workspaces.data.visible[obj] and (obj, workspaces.shape_name) != ("company", "null"):
            yield rest("DELETE", PLURALS[obj], filter="createdAt[lt]:2025-01-09T00:00:00Z")


def test_changes_of_what_the_role_sees(workspaces: Workspaces) -> None:
    """After each change one of the lists is read again, and at the end some of all that can be read; in ``make soak``
    all of it. The last test of the folder: the workspaces are not what they were.
    """
    done = 0
    for number, request in enumerate(_changes(workspaces)):
        answer = workspaces.agree(request)
        failed = answer["status"] >= 400 if request[0] == "rest" else "errors" in answer
        done += not failed
        for plural in part(PLURALS.values(), number, of=len(PLURALS)):
            workspaces.agree(rest("GET", plural, limit="200"))
    assert done > 20
    for request in part(requests.reads(workspaces.data), list(SHAPES).index(workspaces.shape_name), of=8):
        workspaces.agree(request)
