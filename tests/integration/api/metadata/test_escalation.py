"""Nobody gives more than they have, by any operation (docs/wire/access.md#escalation): a table of all pairs.

Every granter tries every operation with every role. What may be given is decided by a model that writes out everything
that a role may do, and knows nothing of operations.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.roles import Role
from icosa.provisioning.workspace import Provisioned
from icosa.store import keys
from icosa.store.ops import DeleteItem, PutItem, set_attributes
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support import rights
from tests.support.metadata_client import MetadataClient
from tests.support.minting import tokens_in_process
from tests.support.provisioning import event_of
from tests.support.rights import rule

NEVER = "2199-12-31T00:00:00.000Z"
#: Without these nobody reaches the operations.
MANAGER = ("ROLES", "API_KEYS_AND_WEBHOOKS")
READS = {"canReadAllObjectRecords": True}
WRITES = {**READS, "canUpdateAllObjectRecords": True, "canSoftDeleteAllObjectRecords": True}
EVERYTHING = {**WRITES, "canDestroyAllObjectRecords": True}

Item = dict[str, Any]


@dataclass(frozen=True)
class World:
    table: Table
    workspace: Provisioned
    person: str
    job_title: str
    avatar: str

    def clear(self) -> None:
        """Remove all roles but those that were shipped: a workspace has a limited number of them. And all keys but the
        first one, which many operations would read.
        """
        roles = self.table.query_all(keys.roles(self.workspace.workspace_id))
        made = self.table.query_all(keys.api_keys(self.workspace.workspace_id))
        going = [role for role in roles if role["label"] not in ("Admin", "Member")]
        going += [key for key in made if keys.sort_of(key) != self.workspace.api_key.id]
        for chunk in chunked(going, MAX_TRANSACTION - 1):
            self.table.transact([DeleteItem(keys.of(item)) for item in chunk])

    def client(self, role_id: str) -> MetadataClient:
        """Of a new key with a role."""
        return MetadataClient(self.table, event_of(self.workspace, key_id=self.put_key(role_id)))

    def role_items(self) -> dict[str, Item]:
        """Roles by what they are, without keys and labels. All may manage keys and roles."""
        restricted = {self.person: {self.job_title: {"canReadFieldValue": False, "canUpdateFieldValue": False}}}
        items: dict[str, Item] = {
            "manager": {},
            "reader": READS,
            "writer": WRITES,
            "records": EVERYTHING,
            "settings": {"canUpdateAllSettings": True},
            "settings and records": {**EVERYTHING, "canUpdateAllSettings": True, "canAccessAllTools": True},
            "modeller": {**READS, "flags": ("DATA_MODEL",)},
            "reader of people": {"objectPermissions": {self.person: {"canReadObjectRecords": True}}},
            "not people": {**WRITES, "objectPermissions": {self.person: dict.fromkeys(_OBJECT_RIGHTS, False)}},
            "without job titles": {**WRITES, "fieldPermissions": restricted},
            "without avatars": {
                **WRITES,
                "fieldPermissions": {self.person: {self.avatar: {"canUpdateFieldValue": False}}},
            },
            "some people": {**WRITES, "rowLevelPredicates": [rule(self.person, "a", self.avatar)]},
            "other people": {**WRITES, "rowLevelPredicates": [rule(self.person, "b", self.avatar)]},
        }
        return {
            name: {
                **{key: value for key, value in item.items() if key != "flags"},
                "permissionFlags": [*MANAGER, *item.get("flags", ())],
                "isEditable": True,
                "canBeAssignedToApiKeys": True,
            }
            for name, item in items.items()
        }

    def put_role(self, item: Mapping[str, Any]) -> str:
        role_id = str(uuid.uuid4())
        key = keys.role(self.workspace.workspace_id, role_id)
        self.table.transact([PutItem(keys.item_at(key, label=uuid.uuid4().hex, **item))])
        return role_id

    def put_key(self, role_id: str, **members: Any) -> str:
        key_id = str(uuid.uuid4())
        key = keys.api_key(self.workspace.workspace_id, key_id)
        moments = {"expiresAt": NEVER, "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z"}
        self.table.transact([PutItem(keys.item_at(key, name="k", roleId=role_id, **{**moments, **members}))])
        return key_id

    def set_default(self, role_id: str) -> None:
        self.table.transact([set_attributes(keys.workspace(self.workspace.workspace_id), {"defaultRoleId": role_id})])

    def can(self, item: Mapping[str, Any]) -> rights.Can:
        role = Role.parse({"SK": "r", "label": "", **item})
        return rights.everything(role, (self.person,), (self.job_title, self.avatar))


_OBJECT_RIGHTS = (
    "canReadObjectRecords",
    "canUpdateObjectRecords",
    "canSoftDeleteObjectRecords",
    "canDestroyObjectRecords",
)


@pytest.fixture(scope="module")
def world(shared_table: Table, workspace: Provisioned, call: MetadataClient) -> Iterator[World]:
    objects = call.data(
        "{ objects(paging: {first: 200}) { edges { node { id nameSingular fieldsList { id name } } } } }"
    )
    person = next(o["node"] for o in objects["objects"]["edges"] if o["node"]["nameSingular"] == "person")
    fields = {field["name"]: field["id"] for field in person["fieldsList"]}
    made = World(shared_table, workspace, person["id"], fields["jobTitle"], fields["avatarUrl"])
    default = shared_table.get(keys.workspace(workspace.workspace_id))
    assert default is not None
    yield made
    made.set_default(default["defaultRoleId"])


@pytest.fixture(autouse=True)
def _tokens(api_keys: ApiKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens_in_process(api_keys, monkeypatch)


Ask = Callable[[str, Mapping[str, Any]], Any]
Operation = Callable[[World, Ask, Item, str], Any]


def create_key(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    return ask(
        "mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { id } }",
        {"i": {"name": "k", "expiresAt": NEVER, "roleId": role_id}},
    )


def assign(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    key_id = world.put_key(world.put_role(world.role_items()["manager"]))
    return ask(
        "mutation($k: UUID!, $r: UUID!) { assignRoleToApiKey(apiKeyId: $k, roleId: $r) }", {"k": key_id, "r": role_id}
    )


def mint(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    query = f'mutation($k: UUID!) {{ generateApiKeyToken(apiKeyId: $k, expiresAt: "{NEVER}") {{ token }} }}'
    return ask(query, {"k": world.put_key(role_id)})


def regenerate(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    query = "mutation($i: RegenerateApiKeyInput!) { regenerateApiKey(input: $i) { token } }"
    return ask(query, {"i": {"id": world.put_key(role_id), "keepId": True}})


def regenerate_as_new(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    query = "mutation($i: RegenerateApiKeyInput!) { regenerateApiKey(input: $i) { token } }"
    return ask(query, {"i": {"id": world.put_key(role_id)}})


def revive(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    key_id = world.put_key(role_id, revokedAt="2026-01-02T00:00:00.000Z")
    return ask("mutation($k: UUID!) { updateApiKey(input: {id: $k, revokedAt: null}) { id } }", {"k": key_id})


def prolong(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    key_id = world.put_key(role_id, expiresAt="2026-01-02T00:00:00.000Z")
    return ask(
        f'mutation($k: UUID!) {{ updateApiKey(input: {{id: $k, expiresAt: "{NEVER}"}}) {{ id }} }}', {"k": key_id}
    )


def make_default(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    return ask("mutation($r: UUID!) { updateWorkspace(data: {defaultRoleId: $r}) { id } }", {"r": role_id})


def delete_role_in_use(world: World, ask: Ask, _item: Item, role_id: str) -> Any:
    """Its keys fall to the default role."""
    world.set_default(role_id)
    weak = world.put_role(world.role_items()["manager"])
    world.put_key(weak)
    return ask("mutation($r: UUID!) { deleteOneRole(roleId: $r) }", {"r": weak})


def make_role(world: World, ask: Ask, item: Item, _role_id: str) -> Any:
    """What a new role may have at once; the rest follows in ``widen``."""
    named = {name: value for name, value in item.items() if name.startswith("can")}
    return ask(
        "mutation($i: CreateRoleInput!) { createOneRole(createRoleInput: $i) { id } }",
        {"i": {"label": uuid.uuid4().hex, **named}},
    )


def widen(world: World, ask: Ask, item: Item, _role_id: str) -> Any:
    """From nothing to everything that a role has, in as many steps as it takes."""
    role_id = world.put_role({"permissionFlags": [], "isEditable": True, "canBeAssignedToApiKeys": True})
    return _widen(ask, item, role_id)


def _widen(ask: Ask, item: Item, role_id: str) -> Any:
    objects = [{"objectMetadataId": key, **members} for key, members in item.get("objectPermissions", {}).items()]
    update = {name: value for name, value in item.items() if name.startswith("can")}
    # Exceptions first: a role must not have too much in between either.
    answers = [
        ask(
            "mutation($i: UpsertObjectPermissionsInput!)"
            " { upsertObjectPermissions(upsertObjectPermissionsInput: $i) { objectMetadataId } }",
            {"i": {"roleId": role_id, "objectPermissions": objects}},
        ),
        ask(
            "mutation($i: UpdateRoleInput!) { updateOneRole(updateRoleInput: $i) { id } }",
            {"i": {"id": role_id, "update": update}},
        ),
        ask(
            "mutation($i: UpsertPermissionFlagsInput!)"
            " { upsertPermissionFlags(upsertPermissionFlagsInput: $i) { id } }",
            {"i": {"roleId": role_id, "permissionFlagKeys": item["permissionFlags"]}},
        ),
    ]
    return next((answer for answer in answers if "errors" in answer), answers[-1])


#: With what of a role they give: all of it, or what stands in its members.
OPERATIONS: dict[Operation, Callable[[Item], Item]] = {
    operation: lambda item: item
    for operation in (
        create_key,
        assign,
        mint,
        regenerate,
        regenerate_as_new,
        revive,
        prolong,
        make_default,
        delete_role_in_use,
    )
}
OPERATIONS[make_role] = lambda item: {name: value for name, value in item.items() if name.startswith("can")}
OPERATIONS[widen] = lambda item: {
    name: value for name, value in item.items() if name not in ("fieldPermissions", "rowLevelPredicates")
}


def _asking(client: MetadataClient) -> Ask:
    return lambda query, variables: client.graphql(query, **variables)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_all_pairs(world: World, operation: Operation) -> None:
    given = OPERATIONS[operation]
    wrong = []
    for granter, has in world.role_items().items():
        ask = _asking(world.client(world.put_role(has)))
        for granted, item in world.role_items().items():
            answer = operation(world, ask, item, world.put_role(item))
            allowed = world.can(given(item)) <= world.can(has)
            refused = [error for error in answer.get("errors", ()) if error["extensions"]["code"] == "FORBIDDEN"]
            if bool(refused) is allowed or ("errors" in answer and not refused):
                wrong.append((granter, granted, answer))
            for error in refused:
                assert "to give more than its own role has" in error["message"]
        world.clear()
    assert not wrong, wrong[0]


def test_nobody_widens_their_own_role(world: World) -> None:
    for name, has in world.role_items().items():
        role_id = world.put_role(has)
        ask = _asking(world.client(role_id))
        for other, item in world.role_items().items():
            _widen(ask, item, role_id)
            after = world.table.get(keys.role(world.workspace.workspace_id, role_id))
            assert after is not None
            assert world.can(after) <= world.can(has), (name, other)
    world.clear()


def test_restrictions_are_not_taken_back(world: World) -> None:
    """Restrictions that somebody is under, alone or with others."""
    items = world.role_items()
    query = (
        "mutation($i: UpsertFieldPermissionsInput!) { upsertFieldPermissions(upsertFieldPermissionsInput: $i) { id } }"
    )
    lifted = {
        "objectMetadataId": world.person,
        "fieldMetadataId": world.job_title,
        "canReadFieldValue": None,
        "canUpdateFieldValue": None,
    }
    restricted = world.put_role(items["without job titles"])
    granters = {
        restricted: False,
        **{world.put_role(items[name]): name != "reader" for name in ("reader", "writer", "records")},
    }
    for granter, allowed in granters.items():
        target = restricted if granter == restricted else world.put_role(items["without job titles"])
        answer = world.client(granter).graphql(query, i={"roleId": target, "fieldPermissions": [lifted]})
        assert ("errors" not in answer) is allowed, answer
    world.clear()
