"""What processes remember of keys and roles never outlives a change (``access.remembered``, ``store.access_version``):
two processes, changes and requests in any order, beside a model that knows who may do what.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydynox import pydynox_core as dynamo

from icosa.access import remembered
from icosa.access.failures import KeyExpired, KeyRevoked, KeyWithoutRole
from icosa.access.session import open_context
from icosa.provisioning.workspace import Provisioned
from icosa.store import access_version, keys
from icosa.store.access_row import used
from icosa.store.meter import Meter
from icosa.store.ops import CheckItem, DeleteItem, PutItem, UpdateItem, set_attributes
from icosa.store.table import Table, TransactionFailed
from tests.support.provisioning import event_of, set_role
from tests.support.soak import examples
from tests.support.workspace import workspace_fixtures

from ..engine.interrupted import InterruptedTable, Interruption

shared_table, api_keys, workspace, event_of_role = workspace_fixtures("module")

PAST, NEVER = "2020-01-01T00:00:00.000Z", "2199-12-31T00:00:00.000Z"
#: What a role may do, by the number that the model keeps.
RIGHTS = ("canReadAllObjectRecords", "canUpdateAllObjectRecords", "canSoftDeleteAllObjectRecords")


class Process:
    """A process with a memory of its own."""

    def __init__(self) -> None:
        self._memory = type(remembered._known)(size=remembered._BYTES, weigh=lambda entry: entry.size)

    @contextmanager
    def running(self) -> Iterator[None]:
        with patch.object(remembered, "_known", self._memory):
            yield


class World:
    """A key, two roles, and what is true of them."""

    def __init__(self, table: Table, workspace: Provisioned) -> None:
        self.table, self.workspace = table, workspace
        self.ws, self.key_id = workspace.workspace_id, str(uuid.uuid4())
        self.roles = [str(uuid.uuid4()), str(uuid.uuid4())]
        self.key: dict[str, Any] = {"roleId": self.roles[0], "expiresAt": NEVER, "revokedAt": None}
        self.rights: dict[str, set[str] | None] = {self.roles[0]: {RIGHTS[0]}, self.roles[1]: set(RIGHTS)}
        for role_id, rights in self.rights.items():
            assert rights is not None
            self._put_role(role_id, rights)
        stored = {name: value for name, value in self.key.items() if value is not None}
        moments = {"createdAt": PAST, "updatedAt": PAST}
        table.transact([PutItem(keys.item_at(keys.api_key(self.ws, self.key_id), name="k", **stored, **moments))])

    def _put_role(self, role_id: str, rights: set[str]) -> None:
        row = keys.item_at(keys.role(self.ws, role_id), label="r", **dict.fromkeys(rights, True))
        self.table.transact([PutItem(row)])

    def change_key(self, **members: Any) -> None:
        self.key |= members
        self.table.transact([set_attributes(keys.api_key(self.ws, self.key_id), members)])

    def change_role(self, number: int, right: str) -> None:
        rights = self.rights[self.roles[number]]
        if rights is None:
            self.rights[self.roles[number]] = {right}
            self._put_role(self.roles[number], {right})
            return
        rights ^= {right}
        set_role(self.table, self.ws, self.roles[number], **{right: right in rights})

    def delete_role(self, number: int) -> None:
        self.rights[self.roles[number]] = None
        self.table.transact([DeleteItem(keys.role(self.ws, self.roles[number]))])

    @property
    def expected(self) -> Any:
        if self.key["revokedAt"] is not None:
            return KeyRevoked
        if self.key["expiresAt"] == PAST:
            return KeyExpired
        rights = self.rights[self.key["roleId"]]
        return KeyWithoutRole if rights is None else set(rights)

    def seen(self, table: Table | None = None) -> Any:
        """What a request may do, or how it fails."""
        try:
            context = open_context(event_of(self.workspace, key_id=self.key_id), table or self.table)
        except (KeyRevoked, KeyExpired, KeyWithoutRole) as failure:
            return type(failure)
        company = context.model.by_singular["company"]
        names = zip(RIGHTS, ("read", "update", "soft_delete"), strict=True)
        return {name for name, right in names if context.permissions.can(company, right)}  # type: ignore[arg-type]

    def units(self, **options: Any) -> float:
        meter = Meter()
        event = event_of(self.workspace, key_id=self.key_id)
        open_context(event, self.table.metered(meter), **options)
        return meter.read_units


CHANGES: dict[str, Callable[[World], None]] = {
    "revoke": lambda world: world.change_key(revokedAt=PAST),
    "revive": lambda world: world.change_key(revokedAt=None),
    "end": lambda world: world.change_key(expiresAt=PAST),
    "prolong": lambda world: world.change_key(expiresAt=NEVER),
    "first role": lambda world: world.change_key(roleId=world.roles[0]),
    "second role": lambda world: world.change_key(roleId=world.roles[1]),
    **{
        f"{right} of {number}": lambda world, number=number, right=right: world.change_role(number, right)  # type: ignore[misc]
        for number in (0, 1)
        for right in RIGHTS
    },
    "delete the first": lambda world: world.delete_role(0),
    "delete the second": lambda world: world.delete_role(1),
}
_STEPS = st.lists(st.sampled_from([*CHANGES, *["first process", "second process"] * 8]), min_size=5, max_size=25)


@given(steps=_STEPS)
@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck))
def test_every_request_is_judged_by_what_is_true(shared_table: Table, workspace: Provisioned, steps: list[str]) -> None:
    world = World(shared_table, workspace)
    processes = {"first process": Process(), "second process": Process()}
    for step in steps:
        if step in CHANGES:
            CHANGES[step](world)
            continue
        with processes[step].running():
            assert world.seen() == world.expected, steps


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("warm", [0, 1, 2, 3])
def test_a_change_at_any_moment_of_a_request(shared_table: Table, workspace: Provisioned, name: str, warm: int) -> None:
    """Before any of its calls: the request sees what was or what is, and the next one what is."""
    for at in range(3):
        world, process = World(shared_table, workspace), Process()
        with process.running():
            for _ in range(warm):
                world.seen()
            before = world.expected
            interruption = Interruption(lambda world=world: CHANGES[name](world), {at}, most=1)  # type: ignore[misc]
            table = InterruptedTable(shared_table.name, shared_table._client, None, interruption, backward=False)
            first = world.seen(table)
            assert first in (before, world.expected), (at, first)
            for _ in range(3):
                assert world.seen() == world.expected, at


def test_half_a_transaction_is_not_remembered(shared_table: Table, workspace: Provisioned) -> None:
    """A batch of reads may see a row after a transaction and another one before it; such a pair must not stay."""
    world, process = World(shared_table, workspace), Process()
    old = shared_table.get(keys.role(world.ws, world.roles[0]))
    batch_get = Table.batch_get

    def half(table: Table, wanted: Any, project: str | None = None) -> Any:
        items = batch_get(table, wanted, project)
        return [
            old if key == keys.role(world.ws, world.roles[0]) else item for key, item in zip(wanted, items, strict=True)
        ]

    with process.running():
        world.seen()
        world.change_role(0, RIGHTS[1])
        with patch.object(Table, "batch_get", half), patch.object(Table, "get_together", lambda *_: None):
            world.seen()
        for _ in range(3):
            assert world.seen() == world.expected


def test_rows_that_are_being_written_are_read_apart(shared_table: Table, workspace: Provisioned) -> None:
    class Busy:
        def __getattr__(self, name: str) -> Any:
            return getattr(shared_table._client, name)

        def sync_transact_get(self, _gets: Any) -> Any:
            raise dynamo.TransactionCanceledException("cancelled [TransactionConflict]")

    world, process = World(shared_table, workspace), Process()
    busy: Any = Busy()
    with process.running():
        for _ in range(3):
            assert world.seen(Table(shared_table.name, busy)) == world.expected


# ------------------------------------------------------------------ what it costs


def test_units(shared_table: Table, workspace: Provisioned) -> None:
    world, process = World(shared_table, workspace), Process()
    with process.running():
        world.seen()  # Which also notes the use of the key.
        assert [world.units(with_register=False) for _ in range(3)] == [6, 1, 1]
        assert [world.units() for _ in range(2)] == [2, 2]
        world.change_role(1, RIGHTS[0])
        assert [world.units(with_register=False) for _ in range(2)] == [7, 1]
        remembered.forget()
        assert world.units() == 4


def test_memory_is_bounded(shared_table: Table, workspace: Provisioned) -> None:
    first, second = World(shared_table, workspace), World(shared_table, workspace)
    small = type(remembered._known)(size=1, weigh=lambda entry: entry.size)
    with patch.object(remembered, "_known", small):
        for world in (first, first, second, first, first):
            assert world.seen() == world.expected
        assert first.units(with_register=False) == 1
        assert small.get((second.ws, second.key_id)) is None


def test_a_workspace_of_an_earlier_release(shared_table: Table, workspace: Provisioned) -> None:
    """It gets a version, which counts when no function of that release can run any more."""
    world, process = World(shared_table, workspace), Process()
    row = keys.workspace(world.ws)
    shared_table.transact([set_attributes(row, {access_version.VERSION: None, "accessFrom": None})])
    try:
        with process.running():
            assert [world.seen() for _ in range(3)] == [world.expected] * 3
            assert [world.units() for _ in range(2)] == [4, 4]
            set_role(shared_table, world.ws, world.roles[1], label="s")
            assert world.units() == 4
            item = shared_table.get(row)
            assert item is not None
            later = item["accessFrom"] + 1
            with patch("icosa.access.remembered.time.time", lambda: later):
                assert [world.units(with_register=False) for _ in range(3)] == [3, 6, 1]
    finally:
        shared_table.transact([set_attributes(row, access_version.new())])


# ------------------------------------------------------------------ writes


def test_every_way_to_write_moves_the_version(shared_table: Table, workspace: Provisioned) -> None:
    world = World(shared_table, workspace)
    role, key, row = keys.role(world.ws, world.roles[0]), keys.api_key(world.ws, world.key_id), keys.workspace(world.ws)
    item = shared_table.get(role)
    assert item is not None
    ways: list[Callable[[], Any]] = [
        lambda: shared_table.transact([PutItem(item)]),
        lambda: shared_table.transact([set_attributes(role, {"label": "s"})]),
        lambda: shared_table.transact([set_attributes(key, {"name": "l"}), CheckItem(row)]),
        lambda: shared_table.transact([set_attributes(key, {"name": "m"}), set_attributes(row, {"updatedAt": PAST})]),
        lambda: shared_table.transact(
            [set_attributes(key, {"name": "n"}), UpdateItem(row, "ADD tries :one", values={":one": 1})]
        ),
        lambda: shared_table.transact([DeleteItem(role)]),
        lambda: shared_table.write_batch(puts=[item]),
        lambda: shared_table.write_batch(deletes=[role]),
    ]
    versions = [_version(shared_table, row)]
    for way in ways:
        way()
        versions.append(_version(shared_table, row))
    assert len(set(versions)) == len(versions)
    refused: list[Callable[[], Any]] = [
        lambda: shared_table.put(PutItem(item)),
        lambda: shared_table.delete(DeleteItem(role)),
        lambda: shared_table.update(set_attributes(key, {"revokedAt": None})),
    ]
    for way in refused:
        with pytest.raises(AssertionError):
            way()
    with pytest.raises(TransactionFailed) as failed:
        shared_table.transact([PutItem(item), CheckItem(key, "attribute_not_exists(PK)")])
    assert failed.value.failed == (1,)
    shared_table.update(used(world.ws, world.key_id, now=NEVER, unless_since=NEVER))
    assert _version(shared_table, row) == versions[-1]


def _version(table: Table, row: tuple[str, str]) -> str:
    item = table.get(row)
    assert item is not None
    return str(item[access_version.VERSION])


def test_what_is_written_before_the_workspace_is_there(shared_table: Table) -> None:
    """And after it has gone: no row of a workspace comes of it."""
    ws = str(uuid.uuid4())
    shared_table.transact([PutItem(keys.item_at(keys.role(ws, "r"), label="r"))])
    assert shared_table.get(keys.role(ws, "r")) is not None
    assert shared_table.get(keys.workspace(ws)) is None
    with pytest.raises(TransactionFailed) as failed:
        shared_table.transact([PutItem(keys.item_at(keys.role(ws, "r")), "attribute_not_exists(PK)")])
    assert failed.value.failed == (0,)
