"""What a change of the model costs does not grow with the model, and what is remembered is never taken for new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from icosa.catalog import memory
from icosa.catalog.loader import MetadataState
from icosa.catalog.models import current_model
from icosa.lru import LRUCache
from icosa.store import keys
from icosa.store.meter import Meter
from tests.support.tenant import WORKSPACE, Tenant


def cost_of_new_object(tenant: Tenant, name: str) -> tuple[float, float, int]:
    meter = Meter(detailed=True)
    wanted = {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
    tenant.service(tenant.table.metered(meter)).create_object(wanted)
    return meter.read_units, meter.write_units, meter.round_trips


def test_a_new_object_costs_the_same_among_many(tenant: Tenant) -> None:
    tenant.new_object("first")
    few = cost_of_new_object(tenant, "second")
    for number in range(12):
        tenant.new_object(f"thing{chr(97 + number)}")
    many = cost_of_new_object(tenant, "last")
    # One transaction of its own rows and those of the four objects that it relates to.
    assert many[1:] == few[1:]
    # The workspace's row and no log; then the views, of which every object has one, eight in five units.
    assert few[0] <= 2 + 16 and many[0] <= few[0] + 13 * 5 / 8 + 1


def test_the_request_after_a_change_reads_no_model(tenant: Tenant) -> None:
    tenant.new_object("first")
    meter = Meter(detailed=True)
    workspace = tenant.table.get(keys.workspace(WORKSPACE))
    assert workspace is not None
    model = current_model(tenant.table.metered(meter), WORKSPACE, MetadataState.parse(workspace))
    assert "first" in model.by_singular and meter.read_units == 0


@contextmanager
def other_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A block that runs as another process: it remembers nothing, and what it learns is not known outside."""
    with monkeypatch.context() as patch:
        patch.setattr(memory, "_versions", LRUCache(size=1000))
        yield


def test_changes_of_another_process_are_seen(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.new_object("first")
    assert memory.known_version(tenant.table, WORKSPACE) is not None
    with other_process(monkeypatch):
        obj = tenant.new_object("second")
        tenant.new_field(obj, "TEXT", "code")
    tenant.service().update_object(obj.id, {"description": "changed here"})
    second = tenant.object("second")
    assert second.description == "changed here" and "code" in second.by_name
    assert len({obj.key for obj in tenant.model().objects}) == len(tenant.model().objects)


def test_a_change_that_failed_is_not_remembered(tenant: Tenant) -> None:
    obj = tenant.new_object("first")
    known = memory.known_version(tenant.table, WORKSPACE)
    with pytest.raises(Exception, match="validation errors"):
        tenant.new_object("first")
    assert memory.known_version(tenant.table, WORKSPACE) is known
    tenant.new_field(obj, "TEXT", "code")
    assert "code" in tenant.object("first").by_name
