"""What limits of a role cost: the same requests by keys of roles with more and more of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bench import dataset
from bench.client import Call, Client, Failed
from bench.measure import Timed, timed
from bench.operations import Facts, Operation, facts_of

_PEOPLE: Final = "/rest/people"
_RIGHTS: Final = {
    "canReadAllObjectRecords": True,
    "canUpdateAllObjectRecords": True,
    "canSoftDeleteAllObjectRecords": True,
    "canDestroyAllObjectRecords": True,
}
_TITLE: Final = f'jobTitle[eq]:"{dataset.COMMON_TITLE}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """A measurement by the key of a role."""

    role: str
    timed: Timed


def limited(client: Client, *, rounds: int, seconds: float) -> Iterator[Limited]:
    """``get one`` and lists, for each kind of role. A rule of rows shows those with a title, which the other roles ask
    for with a filter.
    """
    titled = client.call(Call(method="GET", path=_PEOPLE, query={"filter": _TITLE})).json()["data"]["people"]
    facts = replace(facts_of(client), ids=[person["id"] for person in titled])
    for role, key_id in _keys(client).items():
        query = {} if role == "object, field and row rules" else {"filter": _TITLE}
        for operation in (
            Operation(name="get one", call=_get),
            Operation(name="list 60 with a title, with total", call=_list(query)),
            Operation(name="list 60 with a title, newest first", call=_list({**query, **_NEWEST})),
        ):
            caller = client.with_key(key_id)
            yield Limited(role=role, timed=timed(caller, operation, facts, rounds=rounds, seconds=seconds))


_NEWEST: Final = {"order_by": "createdAt[DescNullsLast]"}


def _get(facts: Facts, number: int) -> Call:
    return Call(method="GET", path=f"{_PEOPLE}/{facts.ids[number % len(facts.ids)]}")


def _list(query: Mapping[str, str]) -> Any:
    return lambda facts, number: Call(method="GET", path=_PEOPLE, query=query)


def _keys(client: Client) -> Mapping[str, str]:
    """The ids of keys with roles of each kind."""
    found = _graph(
        client, "{ objects(paging: {first: 1000}) { edges { node { id nameSingular fieldsList { id name } } } } }"
    )
    objects = {edge["node"]["nameSingular"]: edge["node"] for edge in found["objects"]["edges"]}
    person, company = objects["person"], objects["company"]["id"]
    fields = {field["name"]: field["id"] for field in person["fieldsList"]}
    roles = [_role(client) for _ in range(3)]
    for role in roles[1:]:
        closed = {"objectMetadataId": company, "canUpdateObjectRecords": False, "canDestroyObjectRecords": False}
        _graph(client, _OBJECTS, i={"roleId": role, "objectPermissions": [closed]})
        hidden = {"objectMetadataId": person["id"], "fieldMetadataId": fields["phones"], "canReadFieldValue": False}
        _graph(client, _FIELDS, i={"roleId": role, "fieldPermissions": [hidden]})
    rule = {"fieldMetadataId": fields["jobTitle"], "operand": "IS", "value": dataset.COMMON_TITLE}
    rules = {"roleId": roles[2], "objectMetadataId": person["id"], "predicates": [rule], "predicateGroups": []}
    _graph(client, _ROWS, i=rules)
    names = ("everything", "object and field rules", "object, field and row rules")
    return {name: _key(client, role) for name, role in zip(names, roles, strict=True)}


_OBJECTS: Final = (
    "mutation($i: UpsertObjectPermissionsInput!) "
    "{ upsertObjectPermissions(upsertObjectPermissionsInput: $i) { objectMetadataId } }"
)
_FIELDS: Final = (
    "mutation($i: UpsertFieldPermissionsInput!) { upsertFieldPermissions(upsertFieldPermissionsInput: $i) { id } }"
)
_ROWS: Final = (
    "mutation($i: UpsertRowLevelPermissionPredicatesInput!) "
    "{ upsertRowLevelPermissionPredicates(input: $i) { predicates { id } } }"
)


def _role(client: Client) -> str:
    create = "mutation($i: CreateRoleInput!) { createOneRole(createRoleInput: $i) { id } }"
    return str(_graph(client, create, i={"label": f"bench {uuid.uuid4().hex}", **_RIGHTS})["createOneRole"]["id"])


def _key(client: Client, role_id: str) -> str:
    create = "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }"
    body = {"name": "bench", "expiresAt": "2199-12-31T00:00:00.000Z", "roleId": role_id}
    return str(_graph(client, create, i=body)["createApiKey"]["id"])


def _graph(client: Client, document: str, **variables: Any) -> Any:
    body = {"query": document, "variables": variables}
    answer = client.call(Call(method="POST", path="/metadata", body=body)).json()
    if "errors" in answer:
        raise Failed(str(answer["errors"]))
    return answer["data"]
