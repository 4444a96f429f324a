"""Bundles: whole or not at all, made once, and never in a reader's way."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from icosa.catalog import bundles, models
from icosa.catalog.loader import MetadataState, load_model
from icosa.catalog.rows import model_items
from icosa.documents.builder import build
from icosa.documents.sections import OPENAPI_CORE, SECTIONS
from icosa.errors import Unavailable
from icosa.lru import LRUCache
from icosa.model.model import Model
from icosa.store import keys
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem, PutItem, UpdateItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support.generated import generated_model

_NAMES = tuple(section.name for section in SECTIONS)


@pytest.fixture(autouse=True)
def _new_container() -> None:
    models.forget()


def rows_of(model: Model) -> dict[str, Any]:
    return {item["SK"]: item for item in model_items(model)}


def written(table: Table, model: Model) -> MetadataState:
    """Rows of a model and of its workspace."""
    items = model_items(model)
    for chunk in chunked([PutItem(item) for item in items], MAX_TRANSACTION):
        table.transact(chunk)
    state = MetadataState.of(model.version, items)
    pk, sk = keys.workspace(model.workspace_id)
    row = {"metadataVersion": state.version, "metadataRows": state.rows, "metadataRevisions": state.revisions}
    table.transact([PutItem({"PK": pk, "SK": sk, "name": "Acme", **row})])
    return state


def small() -> Model:
    return generated_model(str(uuid.uuid4()), objects=16, fields=0)


def versions(table: Table, workspace_id: str) -> dict[int, bool]:
    """By version of the bundles that are there: whether they expire."""
    return {keys.bundle_version(row["SK"]): "ttl" in row for row in table.query_all(keys.bundles(workspace_id))}


# ------------------------------------------------------------------ storage


@pytest.mark.parametrize("size", [1, 1_000, bundles.PART_BYTES + 1, 3_000_000])
def test_what_is_saved_is_loaded(table: Table, size: int) -> None:
    content = random.Random(size).randbytes(size)
    bundles.save(table, "w", "s", 7, content)
    assert bundles.load(table, "w", "s", 7) == content
    assert bundles.exists(table, "w", "s", 7)
    assert [bundles.load(table, *other) for other in (("w", "s", 8), ("w", "t", 7), ("v", "s", 7))] == [None] * 3


def test_a_section_is_read_with_one_query(table: Table) -> None:
    bundles.save(table, "w", "s", 7, random.Random(1).randbytes(2 * bundles.PART_BYTES))
    meter = Meter()
    assert bundles.load(table.metered(meter), "w", "s", 7)
    assert meter.round_trips == 1


def test_parts_of_two_writes_are_no_section(table: Table) -> None:
    bundles.save(table, "w", "s", 7, random.Random(1).randbytes(bundles.PART_BYTES * 2))
    second = keys.bundle("w", "s", 7, 1)
    row = table.get(second)
    assert row is not None
    bundles.save(table, "w", "s", 7, random.Random(2).randbytes(bundles.PART_BYTES * 2))
    table.transact([PutItem(row)])
    assert bundles.load(table, "w", "s", 7) is None
    table.transact([DeleteItem(second)])
    assert bundles.load(table, "w", "s", 7) is None


def test_a_smaller_section_replaces_a_larger_one(table: Table) -> None:
    """What is left of the larger one makes it unreadable, which costs time and nothing else."""
    bundles.save(table, "w", "s", 7, random.Random(1).randbytes(bundles.PART_BYTES * 2))
    bundles.save(table, "w", "s", 7, b"small")
    assert bundles.load(table, "w", "s", 7) in (None, b"small")


def test_who_asks_for_another_maker_finds_nothing(table: Table) -> None:
    bundles.save(table, "w", "s", 7, b"made by one", maker="one")
    assert bundles.load(table, "w", "s", 7, maker="one") == b"made by one"
    assert bundles.load(table, "w", "s", 7, maker="another") is None
    assert not bundles.exists(table, "w", "s", 7, maker="another")


# ------------------------------------------------------------------ the builder


def test_the_bundle_of_the_current_version(table: Table) -> None:
    state = written(table, model := small())
    assert build(table, model.workspace_id, 1) == 1
    assert all(
        bundles.exists(table, model.workspace_id, section.name, 1, maker=section.build_id()) for section in SECTIONS
    )
    from_rows = load_model(table, model.workspace_id, state)
    from_bundle = models._from_bundle(table, model.workspace_id, 1)
    assert from_bundle is not None
    assert rows_of(from_bundle) == rows_of(from_rows) == rows_of(model)


def test_twice_is_once(table: Table) -> None:
    written(table, model := small())
    build(table, model.workspace_id, 1)
    before = table.query_all(keys.bundles(model.workspace_id))
    meter = Meter()
    assert build(table.metered(meter), model.workspace_id, 1) == 1
    assert table.query_all(keys.bundles(model.workspace_id)) == before
    assert meter.calls == 2 + len(_NAMES)  # The workspace, each section's first part, the older bundles.


def test_news_of_an_older_version_does_nothing(table: Table) -> None:
    model = small()
    written(table, replace(model, version=5))
    assert build(table, model.workspace_id, 4) is None
    assert table.query_all(keys.bundles(model.workspace_id)) == []
    assert build(table, model.workspace_id, 5) == 5


def test_older_bundles_expire_and_newer_ones_do_not(table: Table) -> None:
    model = small()
    for version in (1, 2, 3):
        written(table, replace(model, version=version))
        build(table, model.workspace_id, version)
    assert versions(table, model.workspace_id) == {1: True, 2: True, 3: False}
    [first, *_] = [row["ttl"] for row in table.query_all(keys.bundles(model.workspace_id)) if "ttl" in row]
    assert 0 < first - time.time() <= bundles.EXPIRY_SECONDS
    # A slow maker of the second version comes last.
    bundles.expire_older(table, model.workspace_id, 2, now=time.time())
    assert versions(table, model.workspace_id) == {1: True, 2: True, 3: False}


def test_a_bundle_costs_the_same_however_many_were_made_before(table: Table) -> None:
    """Expired bundles stay in the table until DynamoDB finds the time to remove them."""
    model = small()
    costs: list[float] = []
    for version in range(1, 13):
        written(table, replace(model, version=version))
        meter = Meter(detailed=True)
        build(table.metered(meter), model.workspace_id, version)
        costs.append(meter.read_units)
    assert costs[-1] <= costs[2]


def test_a_workspace_that_is_gone(table: Table) -> None:
    assert build(table, "w", 1) is None


def test_a_section_that_cannot_be_made_leaves_readers_alone(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    state = written(table, model := small())

    def broken(_: Any) -> bytes:
        raise RuntimeError("broken")

    sections = tuple(
        replace(section, build=broken) if section.name == OPENAPI_CORE else section for section in SECTIONS
    )
    monkeypatch.setattr("icosa.documents.builder.SECTIONS", sections)
    with pytest.raises(RuntimeError):
        build(table, model.workspace_id, 1)
    assert models.current_model(table, model.workspace_id, state).version == 1
    assert not bundles.exists(table, model.workspace_id, OPENAPI_CORE, 1)


# ------------------------------------------------------------------ models


def _cost(table: Table, workspace_id: str, state: MetadataState) -> int:
    meter = Meter()
    models.current_model(table.metered(meter), workspace_id, state)
    return meter.round_trips


def test_memory_before_bundle_before_rows(table: Table) -> None:
    state = written(table, model := small())
    assert _cost(table, model.workspace_id, state) == 2
    assert _cost(table, model.workspace_id, state) == 0
    build(table, model.workspace_id)
    models.forget()
    assert _cost(table, model.workspace_id, state) == 1
    assert _cost(table, model.workspace_id, state) == 0


def test_a_new_version_is_not_taken_from_memory_or_an_old_bundle(table: Table) -> None:
    model = small()
    build_state = written(table, model)
    build(table, model.workspace_id)
    models.current_model(table, model.workspace_id, build_state)
    renamed = replace(model.objects[0], label_plural="Others")
    state = written(table, replace(model, version=2, objects=(renamed, *model.objects[1:])))
    result = models.current_model(table, model.workspace_id, state)
    assert (result.version, result.objects[0].label_plural) == (2, "Others")


def test_a_broken_bundle_is_not_taken(table: Table) -> None:
    state = written(table, model := small())
    build(table, model.workspace_id)
    table.transact(
        [
            UpdateItem(
                keys.bundle(model.workspace_id, models.SECTION, 1, 0),
                "SET #d = :d",
                names={"#d": "data"},
                values={":d": b"x"},
            )
        ]
    )
    assert rows_of(models.current_model(table, model.workspace_id, state)) == rows_of(model)


def test_a_workspace_that_vanishes_while_its_model_is_read(table: Table) -> None:
    state = MetadataState(1, 3, 3)
    with pytest.raises(Unavailable):
        models.current_model(table, "w", state)


def test_models_are_kept_by_their_weight(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three workspaces two fit: the one not used for longest is read again."""
    made = [small() for _ in range(3)]
    states: Sequence[MetadataState] = [written(table, model) for model in made]
    monkeypatch.setattr(
        models, "_models", LRUCache[tuple[str, int], Model](size=2 * models.weight(made[0]), weigh=models.weight)
    )
    for model, state in zip(made, states, strict=True):
        assert _cost(table, model.workspace_id, state) == 2
    assert [_cost(table, model.workspace_id, state) for model, state in zip(made[1:], states[1:], strict=True)] == [
        0,
        0,
    ]
    assert _cost(table, made[0].workspace_id, states[0]) == 2
