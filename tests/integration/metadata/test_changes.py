"""Changes as a whole: all of it or nothing, one after the other, at a known cost."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from icosa.catalog.commit import VersionConflict, commit, read
from icosa.catalog.jobs import list_jobs
from icosa.errors import Conflict, IcosaError, Unavailable
from icosa.metadata.job_runner import run_all
from icosa.metadata.service import MetadataService
from icosa.model.model import Model
from icosa.store.meter import Meter
from icosa.store.ops import CheckItem
from icosa.store.table import Table, TransactionConflict
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.support.tenant import LATER_MS, NOW, WORKSPACE, Tenant


def mortal(tenant: Tenant, calls: int | None) -> CrashingTable:
    return CrashingTable(tenant.table.name, tenant.table._client, fuse=Fuse(calls))


def check_whole(model: Model) -> None:
    """Nothing is half there: every reference leads somewhere, and no two things have one name."""
    names = [name for obj in model.objects for name in (obj.name_singular, obj.name_plural)]
    assert max(Counter(names).values()) == 1
    assert len({obj.key for obj in model.objects}) == len(model.objects)
    for obj in model.objects:
        assert len(obj.by_name) == len(obj.fields) == len(obj.by_key)
        inputs = [item.input_name for item in obj.fields]
        assert len(set(inputs)) == len(inputs)
        assert obj.label_identifier_field_id in obj.by_id
        for item in obj.fields:
            if item.relation is not None:
                inverse = model.inverse_of(item)
                assert inverse.relation is not None and inverse.relation.target_field_id == item.id
        for index in obj.indexes:
            assert all(member.field_id in obj.by_id for member in index.members)
        keys = [int(key[1:]) for key in (*obj.by_key, *(c.key for c in obj.unique_constraints))]
        assert max(keys) < obj.next_key


# ---------------------------------------------------------------------- cost


def cost(tenant: Tenant, change: Callable[[MetadataService], Any]) -> int:
    meter = Meter()
    change(tenant.service(tenant.table.metered(meter)))
    return meter.round_trips


def test_a_change_takes_few_round_trips(tenant: Tenant) -> None:
    trips: dict[str, int] = {}
    wanted = {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"}
    trips["create object"] = cost(tenant, lambda service: service.create_object(wanted))
    rocket = tenant.object("rocket")
    for name in ("a", "b"):
        field = {"objectMetadataId": rocket.id, "type": "TEXT", "name": name, "label": name}
        trips["create field"] = cost(tenant, lambda service, field=field: service.create_field(field))  # type: ignore[misc]
    created = tenant.object("rocket").by_name
    trips["update field"] = cost(
        tenant, lambda service: service.update_field(created["a"].id, {"label": "A!", "name": "aa"})
    )
    trips["deactivate field"] = cost(tenant, lambda service: service.update_field(created["a"].id, {"isActive": False}))
    trips["rename object"] = cost(
        tenant, lambda service: service.update_object(rocket.id, {"nameSingular": "ship", "namePlural": "ships"})
    )
    index = {"objectMetadataId": rocket.id, "fields": [{"fieldMetadataId": created["b"].id}]}
    trips["create index"] = cost(tenant, lambda service: service.create_index(index))
    trips["delete field"] = cost(tenant, lambda service: service.delete_field(created["b"].id))
    trips["delete object"] = cost(tenant, lambda service: service.delete_object(rocket.id))
    assert max(trips.values()) <= 4, trips
    assert trips["rename object"] == trips["create index"] == 2


# ---------------------------------------------------------------------- large changes


@pytest.fixture
def rocket_id(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> str:
    """An object whose deletion does not fit into one transaction: a small one, and smaller transactions."""
    rocket = tenant.new_object()
    monkeypatch.setattr("icosa.catalog.commit.MAX_TRANSACTION", 10)
    return rocket.id


def test_a_change_beyond_one_transaction_applies_at_once(tenant: Tenant, rocket_id: str) -> None:
    before = tenant.model().version
    tenant.service().delete_object(rocket_id)
    model = tenant.model()
    assert rocket_id not in model.by_id and model.version == before + 1
    check_whole(model)
    assert not any("staged#" in sk for _, sk in tenant.rows())
    tenant.finish_jobs()
    assert tenant.orphans() == []


@pytest.mark.parametrize("dies_after", range(3, 11))
def test_a_large_change_whose_writer_dies_is_whole_or_nothing(tenant: Tenant, rocket_id: str, dies_after: int) -> None:
    version = tenant.model().version
    with contextlib.suppress(Crash):
        tenant.service(mortal(tenant, dies_after)).delete_object(rocket_id)
    model = tenant.model()
    check_whole(model)
    assert (rocket_id in model.by_id) == (model.version == version)
    # The next change, or the job, puts things in order.
    if dies_after % 2:
        run_all(tenant.table, WORKSPACE, now=NOW, now_ms=LATER_MS)
    tenant.new_object("other")
    assert tenant.model().version == model.version + 1
    assert (rocket_id in tenant.model().by_id) == (rocket_id in model.by_id)
    check_whole(tenant.model())


class Contended(Table):
    """Others are always at the rows of a staged change once it is committed."""

    error: Exception = TransactionConflict()

    def transact(self, ops: Any, before_sending: Any = None) -> None:
        if isinstance(ops[0], CheckItem):
            raise self.error
        super().transact(ops, before_sending)


class Throttled(Contended):
    error = Unavailable("busy")


@pytest.mark.parametrize("kind", [Contended, Throttled])
def test_a_large_change_has_happened_when_it_is_committed(
    tenant: Tenant, rocket_id: str, kind: type[Contended]
) -> None:
    """Its client is told so, even if its rows cannot be put into their places now."""
    version = tenant.model().version
    tenant.service(kind(tenant.table.name, tenant.table._client)).delete_object(rocket_id)
    assert tenant.model().version == version + 1
    assert rocket_id not in tenant.model().by_id
    with pytest.raises(Conflict):
        tenant.service(Contended(tenant.table.name, tenant.table._client)).create_object(
            {"nameSingular": "other", "namePlural": "others", "labelSingular": "o", "labelPlural": "os"}
        )
    run_all(tenant.table, WORKSPACE, now=NOW, now_ms=LATER_MS)
    assert not any("staged#" in sk for _, sk in tenant.rows())
    check_whole(tenant.model())


@pytest.mark.parametrize("dies_after", range(1, 8))
def test_a_small_change_whose_writer_dies_is_whole_or_nothing(tenant: Tenant, dies_after: int) -> None:
    before = tenant.model()
    wanted = {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"}
    with contextlib.suppress(Crash):
        tenant.service(mortal(tenant, dies_after)).create_object(wanted)
    after = tenant.model()
    check_whole(after)
    assert ("rocket" in after.by_singular) == (after.version == before.version + 1)
    assert ("targetRocket" in after.by_singular["attachment"].by_name) == ("rocket" in after.by_singular)


@pytest.mark.parametrize("dies_after", [2, 3, 5, 8, 12])
def test_a_job_whose_worker_dies_is_done_by_the_next(tenant: Tenant, dies_after: int) -> None:
    rocket = tenant.new_object()
    tenant.create("rocket", *({"name": f"r{i}"} for i in range(30)))
    code = tenant.new_field(rocket, "TEXT", "code")
    doomed = tenant.new_field(rocket, "FULL_NAME", "pilot", defaultValue={"firstName": "'Ada'"})
    tenant.create("rocket", *({"name": f"n{i}", "code": f"c{i}"} for i in range(30)))
    tenant.service().update_field(code.id, {"isUnique": True})
    tenant.service().delete_field(doomed.id)
    for _ in range(3):
        try:
            run_all(mortal(tenant, dies_after), WORKSPACE, now=NOW, now_ms=LATER_MS)
        except Crash:
            continue
    tenant.finish_jobs()
    assert tenant.orphans() == []
    assert tenant.values("rocket", "name", {"code": {"eq": "c7"}}) == ["n7"]


def test_logs_of_changes_that_never_came_are_removed(
    tenant: Tenant, rocket_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Crash):
        tenant.service(mortal(tenant, 5)).delete_object(rocket_id)
    assert rocket_id in tenant.model().by_id
    assert any("staged#" in sk for _, sk in tenant.rows())
    monkeypatch.setattr("icosa.catalog.commit.ABANDONED_AFTER_MS", -1000)
    tenant.new_object("other")
    assert not any("staged#" in sk for _, sk in tenant.rows())


# ---------------------------------------------------------------------- concurrency


class Client:
    """Makes random changes and knows which of them were accepted."""

    def __init__(self, tenant: Tenant, name: str, seed: int) -> None:
        self.service = tenant.service
        self.name = name
        self.model = tenant.model()
        self.random = random.Random(seed)
        self.accepted: list[tuple[str, str]] = []
        self.refused: list[str] = []

    def change(self, number: int) -> None:
        name = f"thing{self.random.randrange(3)}"
        field = f"field{self.random.randrange(4)}"
        service = self.service()
        obj = self.model.by_singular.get(name)  # as this client knows it
        try:
            if obj is None:
                names = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": name}
                self.accepted.append(("object", service.create_object(names).id))
            elif self.random.random() < 0.1:
                service.delete_object(obj.id)
                self.accepted.append(("gone", obj.id))
            elif field not in obj.by_name:
                wanted = {"objectMetadataId": obj.id, "type": "TEXT", "name": field, "label": f"{self.name} {number}"}
                self.accepted.append(("field", service.create_field(wanted).id))
            elif self.random.random() < 0.4:
                service.delete_field(obj.by_name[field].id)
                self.accepted.append(("gone", obj.by_name[field].id))
            else:
                service.update_field(obj.by_name[field].id, {"name": f"field{self.random.randrange(4)}"})
        except IcosaError as error:
            assert error.status < 500, error
            self.refused.append(error.message)
        self.model = service.model()


@pytest.mark.slow
def test_two_clients_change_the_model_at_once(tenant: Tenant) -> None:
    """Every state that a reader sees is whole, each accepted change has its effect, versions count the changes."""
    clients = [Client(tenant, f"client{i}", i) for i in range(2)]
    seen: list[Model] = []

    def work(client: Client) -> None:
        for number in range(100):
            client.change(number)
            if number % 10 == 0:
                seen.append(tenant.model())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, clients))
    final = tenant.model()
    for model in (*seen, final):
        check_whole(model)
    entities = {obj.id for obj in final.objects} | {item.id for obj in final.objects for item in obj.fields}
    gone = {i for client in clients for kind, i in client.accepted if kind == "gone"}
    made = {i for client in clients for kind, i in client.accepted if kind == "object"}
    assert gone.isdisjoint(entities)
    assert made - gone <= entities
    assert sum(len(client.accepted) for client in clients) > 40
    tenant.finish_jobs()
    check_whole(tenant.model())


def test_of_two_equal_changes_one_is_refused(tenant: Tenant) -> None:
    """Both read the same version; the second one finds the first one's object."""
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    class Waiting(Table):
        """Waits for the other before the first write."""

        def transact(self, ops: Any, before_sending: Any = None) -> None:
            if len(outcomes) == 0:
                with contextlib.suppress(threading.BrokenBarrierError):
                    barrier.wait(timeout=5)
            super().transact(ops, before_sending)

    def create() -> None:
        service = tenant.service(Waiting(tenant.table.name, tenant.table._client))
        try:
            service.create_object(
                {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "r", "labelPlural": "rs"}
            )
            outcomes.append("made")
        except IcosaError:
            outcomes.append("refused")
            barrier.abort()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    check_whole(tenant.model())


def test_a_version_that_was_overtaken_cannot_be_committed(tenant: Tenant) -> None:
    snapshot = read(tenant.table, WORKSPACE)
    tenant.new_object()
    with pytest.raises(VersionConflict):
        commit(tenant.table, snapshot, snapshot.model, [], [], next_object_key=snapshot.next_object_key)
    assert list_jobs(tenant.table, WORKSPACE) == []
