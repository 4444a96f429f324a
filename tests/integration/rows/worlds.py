"""Workspaces that have the same visible records and differ in hidden ones.

A shape says by predicates which records a role sees, and says the same in Python. Records are drawn until there are
enough of both kinds. ``build`` makes a workspace of them; in one without hidden records, references to them are
references to nothing.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from icosa.access.api_keys import ApiKeys
from icosa.access.role_admin import create_role
from icosa.api.graphql.settings import GraphqlSettings
from icosa.metadata.service import MetadataService
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store import control, keys
from icosa.store.derive import Rows
from icosa.store.ops import DeleteItem, Op, PutItem
from icosa.store.record import unpack
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support.graphql_client import GraphqlClient
from tests.support.provisioning import event_of, set_role
from tests.support.rest_client import RestClient

RIGHTS = {
    "canReadAllObjectRecords": True,
    "canUpdateAllObjectRecords": True,
    "canSoftDeleteAllObjectRecords": True,
    "canDestroyAllObjectRecords": True,
}
_SETTINGS = GraphqlSettings(query_complexity_limit=10_000_000)
OBJECTS = ("company", "person", "opportunity")
PLURALS = {"company": "companies", "person": "people", "opportunity": "opportunities"}
STAGES = ("NEW", "SCREENING", "MEETING")
WORDS = ("Acme", "Borealis", "Cantor", "Delta", "Echo")
JOBS = ("Analyst", "Baker", None)

Spec = dict[str, Any]
Test = Callable[[Spec], bool]


def record_id(name: str) -> str:
    """The same in every workspace."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


# ------------------------------------------------------------------ shapes


@dataclass(frozen=True)
class Rules:
    """What a role demands of the records of an object: predicates with the names of fields, and the same as a test."""

    predicates: Sequence[Mapping[str, Any]]
    test: Test
    groups: Sequence[Mapping[str, Any]] = ()


def rule(field: str, operand: str, value: Any = None, **members: Any) -> dict[str, Any]:
    return {"field": field, "operand": operand, "value": value, **members}


_ANY = [{"id": "any", "logicalOperator": "OR", "parentRowLevelPermissionPredicateGroupId": None}]
_IN_ANY = {"rowLevelPermissionPredicateGroupId": "any"}
_MEMBER = {"workspaceMemberFieldMetadataId": "20202020-0000-4000-8000-000000000001"}
_FIRM = record_id("company 0")

SHAPES: Mapping[str, Mapping[str, Rules]] = {
    "equality": {
        "opportunity": Rules([rule("stage", "IS", '["NEW"]')], lambda spec: spec["stage"] == "NEW"),
        "person": Rules([rule("jobTitle", "IS", "Analyst")], lambda spec: spec["jobTitle"] == "Analyst"),
    },
    "text": {
        "company": Rules([rule("name", "CONTAINS", "ACME")], lambda spec: "acme" in spec["name"].lower()),
        "person": Rules(
            [rule("name", "DOES_NOT_CONTAIN", "cantor", subFieldName="lastName")],
            lambda spec: "cantor" not in spec["name"]["lastName"].lower(),
        ),
    },
    "range": {
        "company": Rules(
            [
                rule("annualRevenue", "GREATER_THAN_OR_EQUAL", "2", subFieldName="amountMicros"),
                rule("annualRevenue", "LESS_THAN_OR_EQUAL", "4", subFieldName="amountMicros"),
            ],
            lambda spec: 2 <= spec["revenue"] <= 4,
        ),
        "opportunity": Rules(
            [rule("closeDate", "IS_BEFORE", "2025-03-01T00:00:00Z")], lambda spec: spec["closeDate"] < "2025-03-01"
        ),
    },
    "relation": {
        "person": Rules(
            [rule("company", "IS", {"isCurrentWorkspaceMemberSelected": False, "selectedRecordIds": [_FIRM]})],
            lambda spec: spec["companyId"] == _FIRM,
        ),
        "opportunity": Rules([rule("company", "IS", _FIRM)], lambda spec: spec["companyId"] == _FIRM),
    },
    "null": {
        "person": Rules([rule("jobTitle", "IS_EMPTY")], lambda spec: spec["jobTitle"] is None),
        "opportunity": Rules([rule("company", "IS_NOT_EMPTY")], lambda spec: spec["companyId"] is not None),
        "company": Rules([rule("annualRevenue", "IS_NOT", "1")], lambda spec: spec["revenue"] != 1),
    },
    "or": {
        "company": Rules(
            [rule("name", "CONTAINS", "acme", **_IN_ANY), rule("name", "CONTAINS", "delta", **_IN_ANY)],
            lambda spec: "Acme" in spec["name"] or "Delta" in spec["name"],
            _ANY,
        ),
        "opportunity": Rules(
            [rule("stage", "IS", "NEW", **_IN_ANY), rule("name", "CONTAINS", "echo", **_IN_ANY)],
            lambda spec: spec["stage"] == "NEW" or "Echo" in spec["name"],
            _ANY,
        ),
    },
    "dynamic": {
        "company": Rules(
            [rule("name", "IS", None, **_MEMBER, **_IN_ANY), rule("name", "CONTAINS", "acme", **_IN_ANY)],
            lambda spec: "Acme" in spec["name"],
            _ANY,
        ),
        "person": Rules([rule("jobTitle", "IS", None, **_MEMBER)], lambda spec: False),
    },
    "not": {
        "opportunity": Rules(
            [rule("stage", "IS_NOT", '["NEW", "MEETING"]')], lambda spec: spec["stage"] not in ("NEW", "MEETING")
        ),
        "person": Rules(
            [rule("emails", "DOES_NOT_CONTAIN", "hidden", subFieldName="primaryEmail")],
            lambda spec: "hidden" not in spec["emails"]["primaryEmail"],
        ),
    },
}

# ------------------------------------------------------------------ records


def _company(rng: random.Random, name: str, _targets: Mapping[str, Sequence[str]]) -> Spec:
    return {
        "name": f"{rng.choice(WORDS)} {rng.choice(WORDS)}",
        "domainName": {"primaryLinkUrl": f"https://{name.replace(' ', '-')}.example"},
        "revenue": rng.randrange(6),
    }


def _person(rng: random.Random, name: str, targets: Mapping[str, Sequence[str]]) -> Spec:
    local = f"{name.replace(' ', '.')}{rng.choice(('', '.hidden'))}"
    return {
        "name": {"firstName": rng.choice(("Ada", "Bob", "Cyd")), "lastName": rng.choice(WORDS)},
        "emails": {"primaryEmail": f"{local}@example.com"},
        "jobTitle": rng.choice(JOBS),
        "companyId": rng.choice([_FIRM, _FIRM, None, *targets["company"]]),
    }


def _opportunity(rng: random.Random, _name: str, targets: Mapping[str, Sequence[str]]) -> Spec:
    return {
        "name": f"{rng.choice(WORDS)} deal",
        "stage": rng.choice(STAGES),
        "amount": {"amountMicros": rng.randrange(4) * 1_000_000, "currencyCode": "EUR"},
        "closeDate": f"2025-0{rng.randrange(1, 6)}-01T12:00:00.000Z",
        "companyId": rng.choice([_FIRM, None, *targets["company"]]),
        "pointOfContactId": rng.choice([None, *targets["person"], *targets["person"]]),
    }


_MAKE = {"company": _company, "person": _person, "opportunity": _opportunity}
#: Of these, the last two are in the trash.
VISIBLE = 9
#: Ids of hidden records that visible ones may point at: they are hidden in every workspace. The last is in the trash.
SHARED = 4


@dataclass
class Data:
    """Visible records of all objects, and the hidden ones of some workspaces, by the workspace's name."""

    visible: dict[str, list[Spec]] = field(default_factory=dict)
    hidden: dict[str, dict[str, list[Spec]]] = field(default_factory=dict)

    def ids(self, obj: str) -> list[str]:
        return [spec["id"] for spec in self.visible[obj]]


def draw(shape: Mapping[str, Rules], seed: str, *, hidden: Mapping[str, int]) -> Data:
    """Records for workspaces by name, with so many hidden records of each object beside those that they share."""
    rng = random.Random(seed)
    data = Data(hidden={world: {} for world in hidden})
    targets: dict[str, list[str]] = {}
    for obj in OBJECTS:
        test = shape[obj].test if obj in shape else None
        shared = [f"{obj} shared {i}" for i in range(SHARED)] if test is not None else []
        names = [f"{obj} {i}" for i in range(VISIBLE)]
        if obj == "person" and shape.get(obj) is SHAPES["dynamic"]["person"]:
            names = []  # the role sees none
        targets[obj] = [record_id(name) for name in (*names[:5], *shared[:3], shared[-1] if shared else names[-1])]
        data.visible[obj] = [
            _draw(rng, obj, name, test, True, targets, trashed=i >= VISIBLE - 2) for i, name in enumerate(names)
        ]
        for world, count in hidden.items():
            own = [f"{obj} {world} {i}" for i in range(count)] if test is not None else []
            data.hidden[world][obj] = [
                _draw(rng, obj, name, test, False, targets, trashed=name in (shared[-1], own[-1]))
                for name in (*shared, *own)
            ]
    return data


def _draw(
    rng: random.Random,
    obj: str,
    name: str,
    test: Test | None,
    wanted: bool,
    targets: Mapping[str, Sequence[str]],
    *,
    trashed: bool,
) -> Spec:
    while True:
        spec = _MAKE[obj](rng, name, targets)
        if test is None or test(spec) is wanted:
            break
    number = rng.randrange(1000)
    return {
        **spec,
        "id": record_id(name),
        "createdAt": f"2025-01-{1 + number % 27:02}T00:00:{number % 60:02}.000Z",
        "updatedAt": "2025-06-01T00:00:00.000Z",
        "position": number if wanted else -number,
        **({"deletedAt": "2025-07-01T00:00:00.000Z"} if trashed else {}),
    }


def as_body(spec: Spec) -> Spec:
    body = {name: value for name, value in spec.items() if name != "revenue"}
    if "revenue" in spec:
        body["annualRevenue"] = {"amountMicros": spec["revenue"] * 1_000_000, "currencyCode": "EUR"}
    return body


# ------------------------------------------------------------------ workspaces

_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ")


@dataclass
class World:
    """A workspace with a role that may do everything with all records, and one with the rules of a shape."""

    table: Table
    provisioned: Provisioned
    everything: tuple[RestClient, GraphqlClient]
    limited: tuple[RestClient, GraphqlClient]

    def purge(self, hidden: Mapping[str, Sequence[Spec]]) -> None:
        """Take records out as if they had never been there. What points at them stays, so the log names them, as after
        a destruction.
        """
        model = MetadataService(self.table, self.provisioned.workspace_id).model()
        ws = model.workspace_id
        for obj_name, specs in hidden.items():
            obj, ids, gone = model.by_singular[obj_name], {spec["id"] for spec in specs}, 0
            ops: list[Op] = []
            for pk, live in ((keys.records(ws, obj.key), True), (keys.trash(ws, obj.key), False)):
                for row in self.table.query_all(pk):
                    if row["SK"] in ids:
                        record, derive = unpack(row, obj.stored_form), Rows.of(model, obj)
                        gone += live
                        derived = derive.derive(record, live=live) | derive.guards(record)
                        ops += [DeleteItem(key) for key in ((pk, row["SK"]), *derived)]
            log = keys.delta_log(ws, int(time.time() * 1000), obj.key)
            if ids:
                ops.append(PutItem(keys.item_at(log, gone=f"{obj.key}:{','.join(sorted(ids))}")))
            shards = self.table.query_all(keys.counter(ws, obj.key))
            for shard in shards:
                taken = min(gone, shard["n"])
                gone -= taken
                ops.append(PutItem({**shard, "n": shard["n"] - taken}))
            for part in chunked(ops, MAX_TRANSACTION):
                self.table.transact(part)


def build(table: Table, api_keys: ApiKeys, shape: Mapping[str, Rules], data: Data, hidden: str | None) -> World:
    """A workspace with the visible records, and the hidden ones of ``hidden``; None: none that stay."""
    provisioned = provision(table, api_keys, "Acme")
    ws = provisioned.workspace_id
    model = MetadataService(table, ws).model()
    clients = []
    for rules in ({}, shape):
        role = create_role(ws, {"label": uuid.uuid4().hex, **RIGHTS})
        set_rules(ws, role["id"], model, rules)
        key = api_keys.create(ws, name="k", role_id=role["id"])
        event = event_of(provisioned, key_id=key.id)
        clients.append((RestClient(table, event), GraphqlClient(table, event, settings=_SETTINGS)))
    world = World(table, provisioned, clients[0], clients[1])
    concealed = data.hidden[hidden or next(iter(data.hidden))]
    rest, _ = world.everything
    for obj in OBJECTS:
        # In the order of ids, which both kinds share.
        for part in chunked([*concealed[obj], *data.visible[obj]], 60):
            reply = rest("POST", f"/rest/batch/{PLURALS[obj]}", [as_body(spec) for spec in part])
            assert reply.status == 201, reply.json
    if hidden is None:
        world.purge(concealed)
    return world


def set_rules(workspace_id: str, role_id: str, model: Any, shape: Mapping[str, Rules]) -> None:
    """Write rules into a role's item."""
    predicates: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for obj_name, rules in shape.items():
        obj = model.by_singular[obj_name]
        for predicate in rules.predicates:
            members = {name: value for name, value in predicate.items() if name != "field"}
            predicates.append(
                {
                    "id": str(uuid.uuid4()),
                    "objectMetadataId": obj.id,
                    "fieldMetadataId": obj.by_name[predicate["field"]].id,
                    **members,
                }
            )
        groups += [{**group, "objectMetadataId": obj.id} for group in rules.groups]
    members = {"rowLevelPredicates": predicates or None, "rowLevelPredicateGroups": groups or None}
    set_role(control.table(), workspace_id, role_id, **members)


def masked(answer: Any, started: str) -> Any:
    """An answer with the moments since ``started`` made equal."""
    match answer:
        case dict():
            return {name: masked(value, started) for name, value in answer.items()}
        case list():
            return [masked(value, started) for value in answer]
        case str() if _MOMENT.fullmatch(answer) and answer >= started:
            return "now"
        case _:
            return answer
