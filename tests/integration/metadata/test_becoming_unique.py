"""A field becomes unique while others write equal values: the answer to the change is final."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.catalog.loader import MetadataState, load_model
from icosa.engine.executor import execute
from icosa.errors import BadRequest, Conflict, IcosaError
from icosa.metadata.service import MetadataService
from icosa.metadata.standard import standard_model
from icosa.model.model import Model
from icosa.query.operation import Create, Operation, Restore, Update
from icosa.store import keys
from icosa.store.lease import LEASE_SECONDS, OUTLAST_SECONDS, Lease
from icosa.store.record import unpack
from icosa.store.register import Register
from icosa.store.table import Table
from icosa.validation.errors import MetadataValidationError
from tests.integration.engine.crashes import Crash, Fuse
from tests.integration.engine.scheduler import run_interleaved
from tests.support.dynoxide import fresh_table
from tests.support.soak import examples
from tests.support.tenant import NOW, WORKSPACE, Request, Tenant

_VALUE = "same"
_OUTLAST = OUTLAST_SECONDS


def small_model() -> Model:
    """One object, with the fields that every object has."""
    shipped = standard_model(WORKSPACE, now=NOW).by_singular["blocklist"]
    fields = tuple(field for field in shipped.fields if field.is_system and field.relation is None)
    names = {"name_singular": "rocket", "name_plural": "rockets", "label_identifier_field_id": fields[0].id}
    obj = replace(shipped, **names, fields=fields, search_field_ids=(), indexes=(), is_searchable=False)  # type: ignore[arg-type]
    return Model(workspace_id=WORKSPACE, version=1, objects=(obj,))


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Race:
    """Rockets with codes, two of which may become equal while ``code`` becomes unique."""

    def __init__(self, table: Table) -> None:
        self.tenant = Tenant(table, small_model())
        self.clock = Clock()
        self._thread = threading.local()
        rocket = self.tenant.object("rocket")
        self.tenant.new_field(rocket, "TEXT", "name")
        self.field_id = self.tenant.new_field(rocket, "TEXT", "code").id
        self.tenant.finish_jobs()
        self.ids = self.tenant.create("rocket", *({"name": f"r{i}", "code": f"c{i}"} for i in range(4)))
        [self.trashed] = self.tenant.create("rocket", {"name": "trashed", "code": "c9"})
        self.tenant.delete("rocket", self.trashed, destroy=False)

    def change(self, table: Table) -> None:
        """Make the field unique."""
        self._thread.table = table
        MetadataService(table, WORKSPACE).update_field(self.field_id, {"isUnique": True})

    def outlast(self) -> None:
        """While a change waits, the others come to their turns, and time passes."""
        self._thread.table.get(keys.workspace(WORKSPACE))
        self.clock.now += _OUTLAST

    def write(self, table: Table, operation: Callable[[Model], Operation]) -> None:
        """A request, from reading the version of the model to its end."""
        started = self.clock.now
        workspace = table.get(keys.workspace(WORKSPACE))
        assert workspace is not None
        model = load_model(table, WORKSPACE, MetadataState.parse(workspace))
        register = Register.parse(table.get(keys.open_batches(WORKSPACE)))
        lease = Lease(WORKSPACE, model.version, clock=self.clock, seconds=LEASE_SECONDS, started=started)
        execute(Request(model, table, register, lease), operation(model))

    def writes(self) -> list[Callable[[Model], Operation]]:
        """Writes after which a record has the value."""
        body = {"name": "new", "code": _VALUE, "position": 1}
        many = tuple({"name": f"n{i}", "position": 1} for i in range(12))
        given = {"id": "00000000-0000-4000-8000-000000000001"}

        def rocket(build: Callable[..., Operation], **members: object) -> Callable[[Model], Operation]:
            return lambda model: build(object=model.by_singular["rocket"], **members)

        return [
            rocket(Create, data=(body,)),
            rocket(Create, data=({**body, **given},)),
            rocket(Create, data=(body, *many)),
            rocket(Create, data=({**body, "id": self.ids[3]},), upsert=True),
            rocket(Create, data=(body,), upsert=True),
            rocket(Update, id=self.ids[0], data={"code": _VALUE}),
            rocket(Update, id=self.trashed, data={"code": _VALUE}),
            rocket(Update, id=self.trashed, data={"code": _VALUE, "deletedAt": None}),
            rocket(Update, id=self.ids[1], data={"code": _VALUE, "deletedAt": "2026-01-01T00:00:00.000Z"}),
            rocket(Restore, id=self.trashed),
            rocket(Update, id=self.ids[0], data={"name": "other"}),
        ]

    def shared_values(self) -> list[str]:
        """Codes that several records have, live or in the trash."""
        rocket = self.tenant.object("rocket")
        places = {partition(WORKSPACE, rocket.key) for partition in (keys.records, keys.trash)}
        records = [unpack(row, rocket.stored_form) for (pk, _), row in self.tenant.rows().items() if pk in places]
        counts = Counter(record.get(rocket.by_name["code"].key) for record in records)
        return [code for code, count in counts.items() if code is not None and count > 1]

    def is_unique(self) -> bool:
        rocket = self.tenant.object("rocket")
        assert rocket.by_name["code"].is_unique == bool(rocket.unique_constraints)
        return rocket.by_name["code"].is_unique

    def index_statuses(self) -> list[str]:
        return [index.status for index in self.tenant.object("rocket").indexes if index.is_unique]


def interleave(
    race: Race, random: Random, writes: Sequence[Callable[[Model], Operation]], *, changers: int, dies_after: int | None
) -> list[BaseException | None]:
    tasks: list[Callable[[Table], None]] = [race.change for _ in range(changers)]
    tasks += [lambda table, write=write: race.write(table, write) for write in writes]  # type: ignore[misc]
    fuses = [Fuse(dies_after if number == 0 else None) for number in range(len(tasks))]
    with patch("icosa.metadata.uniqueness.outlast_leases", race.outlast):
        raised = run_interleaved(race.tenant.table, random, tasks, fuses)
    for error in raised:
        if error is not None and not isinstance(error, IcosaError | Crash):
            raise error
    return raised


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(12))
@pytest.mark.parametrize("changers", [1, 2])
def test_the_answer_is_final(dynamodb_endpoint: str, changers: int, seed: int) -> None:
    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table, patch("time.sleep"):
        race = Race(table)
        writes = random.choices(race.writes(), k=random.choice((2, 2, 3)))
        raised = interleave(race, random, writes, changers=changers, dies_after=None)
        for error in raised[:changers]:
            assert error is None or isinstance(error, MetadataValidationError | Conflict)
        answered = [error is None for error in raised[:changers]]
        unique = race.is_unique()
        if any(answered):
            assert unique and race.shared_values() == []
        else:
            assert not unique and race.index_statuses() == []
        race.tenant.finish_jobs()
        assert race.is_unique() == unique
        assert race.index_statuses() == (["READY"] if unique else [])
        assert race.tenant.orphans() == []


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(12))
def test_a_change_that_dies_is_decided_by_its_job(dynamodb_endpoint: str, seed: int) -> None:
    random = Random(seed)
    with fresh_table(dynamodb_endpoint) as table, patch("time.sleep"):
        race = Race(table)
        writes = random.choices(race.writes(), k=2)
        interleave(race, random, writes, changers=1, dies_after=random.randrange(12))
        race.tenant.finish_jobs()
        assert race.index_statuses() in ([], ["READY"], ["FAILED"])
        assert race.is_unique() == (race.index_statuses() == ["READY"])
        assert not race.is_unique() or race.shared_values() == []
        assert race.tenant.orphans() == []


def test_a_refused_change_leaves_nothing(table: Table) -> None:
    """Of a change with several parts none has happened when a writer comes in between; and none is left half done when
    the change is made again.
    """
    race = Race(table)
    tenant = race.tenant
    before = tenant.object("rocket")

    def outlast() -> None:
        for record_id in race.ids[:2]:
            with contextlib.suppress(BadRequest):
                tenant.update("rocket", record_id, {"code": _VALUE}, model=older)

    older = tenant.model()
    with patch("icosa.metadata.uniqueness.outlast_leases", outlast), pytest.raises(MetadataValidationError) as refused:
        tenant.service().update_field(race.field_id, {"isUnique": True, "label": "Sign", "description": "d"})
    failure = refused.value.errors["index"][0]["errors"][0]
    assert failure["code"] == "INDEX_DUPLICATE_VALUES" and _VALUE in failure["message"]
    after = tenant.object("rocket")
    assert (after.fields, after.indexes, after.unique_constraints) == (
        tuple(field if field.id != race.field_id else after.by_id[race.field_id] for field in before.fields),
        before.indexes,
        before.unique_constraints,
    )
    assert [after.by_id[race.field_id].display(name) for name in ("label", "description")] == ["Code", None]
    tenant.update("rocket", race.ids[0], {"code": "other"})
    changed = tenant.service().update_field(race.field_id, {"isUnique": True, "label": "Sign"})
    assert changed.is_unique and changed.display("label") == "Sign"
    tenant.finish_jobs()
    assert race.index_statuses() == ["READY"]
    assert tenant.orphans() == []


@pytest.mark.parametrize("size", [1, 13])
def test_who_has_read_an_older_model_does_not_write_by_it(table: Table, size: int) -> None:
    """When the lease is over the version is read again: one read, and the request goes on unless a change since has to
    be known.
    """
    race = Race(table)
    tenant, clock = race.tenant, race.clock
    model = tenant.model()
    lease = Lease(WORKSPACE, model.version, clock=clock, seconds=LEASE_SECONDS, started=clock.now)
    register = Register()

    def write(code: str) -> None:
        bodies = tuple({"name": "n", "position": 1, "code": f"{code} {i}"} for i in range(size))
        execute(Request(model, table, register, lease), Create(object=model.by_singular["rocket"], data=bodies))

    tenant.new_field(tenant.object("rocket"), "TEXT", "harmless")
    write("in time")
    clock.now += LEASE_SECONDS + 0.001
    write("renewed")
    assert lease.started == clock.now
    tenant.service().update_field(race.field_id, {"isUnique": True})
    write("by an older model, within the lease")
    clock.now += LEASE_SECONDS + 0.001
    with pytest.raises(Conflict, match="data model was changed"):
        write("late")
    assert tenant.find("rocket", {"code": {"startsWith": "late"}}) == []
    assert not Register.parse(table.get(keys.open_batches(WORKSPACE))).open
