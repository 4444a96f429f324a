"""Destroying a record while others point at it, away from it, or make it again: nothing points at nothing then."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icosa.engine.write import cascade, commit, follow_up, trash
from icosa.errors import IcosaError
from icosa.model.model import Field, Model, Object, Relation
from icosa.model.types.base import OnDelete
from icosa.query.operation import Create, Delete, Restore, Update
from icosa.store import keys
from icosa.store.places import partitions
from icosa.store.record import HIDDEN
from icosa.store.table import Item
from tests.support.dynoxide import fresh_table
from tests.support.soak import examples

from .crashes import Fuse
from .invariants import Write, settle_open_batches, visible_state
from .sample_model import model as sample_model
from .scheduler import run_interleaved
from .test_interleaving import run
from .world import World

_ACTIONS: tuple[OnDelete, ...] = ("CASCADE", "SET_NULL", "CASCADE", "SET_NULL", "RESTRICT")
#: Small, so that what depends on a record takes several commits.
_PART = 3


def _model(random: Random) -> Model:
    """The sample model with lines that point at a deal and at a firm: one record may have to go by one field, and to
    be cleared by another.
    """
    base = sample_model(firm_on_delete=random.choice(_ACTIONS), deal_on_delete=random.choice(_ACTIONS))
    firm, deal, line = base.objects
    lines, back = _relation(firm.by_name["deals"], line.id), _relation(line.by_name["deal"], firm.id)
    assert lines.relation is not None and back.relation is not None
    to_one = replace(back.relation, target_field_id=lines.id, join_column="firmId", on_delete=random.choice(_ACTIONS))
    back = replace(back, name="firm", relation=to_one)
    lines = replace(lines, name="lines", relation=replace(lines.relation, target_field_id=back.id))
    objects = replace(firm, fields=(*firm.fields, lines)), deal, replace(line, fields=(*line.fields, back))
    return Model(workspace_id=base.workspace_id, version=base.version, objects=objects)


def _relation(like: Field, target: str) -> Field:
    assert like.relation is not None
    relation: Relation = replace(like.relation, target_object_id=target)
    return replace(like, id=f"{like.id}-again-{target}", key="f90", relation=relation)


def _made(world: World, name: str, *data: dict[str, Any]) -> list[str]:
    return [node.item.id for node in world.run(Create(object=world.object(name), data=data))]


def _write(world: World, random: Random, firms: list[str], deals: list[str], lines: list[str]) -> Write:
    firm, deal, line = map(world.object, ("firm", "deal", "line"))
    some = world.filter("line", ("id", "in", random.sample(lines, random.choice((1, 3, 9)))))
    pointers = {"firmId": random.choice([*firms, None]), "dealId": random.choice([*deals, None])}
    return random.choice(
        (
            Delete(object=firm, destroy=True, id=firms[0]),
            Delete(object=firm, destroy=True, filter=world.filter("firm", ("id", "in", firms))),
            Delete(object=deal, destroy=True, id=random.choice(deals)),
            Delete(object=deal, destroy=False, id=random.choice(deals)),
            Delete(object=line, destroy=False, filter=some),
            Restore(object=line, id=random.choice(lines)),
            Create(object=firm, data=({"id": firms[0], "name": "again"},), upsert=True),
            Create(object=line, data=({"name": "new", **pointers},) * random.choice((1, 12))),
            Update(object=line, data=pointers, filter=some),
            Update(object=line, data={"firmId": firms[0]}, filter=some),
            Update(object=deal, data={"firmId": firms[0]}, filter=world.filter("deal", ("id", "in", deals))),
        )
    )


def _dangling(world: World) -> list[tuple[str, str]]:
    """Records, live or in the trash, that point at none, and the field by which they do."""
    ws = world.model.workspace_id
    records: dict[str, tuple[Object, Item]] = {}
    for obj in world.model.objects:
        for partition in (*partitions(ws, obj), keys.trash(ws, obj.key)):
            records |= {keys.sort_of(row): (obj, row) for row in world.table.query_all(partition) if HIDDEN not in row}
    return [
        (record_id, member.name)
        for record_id, (obj, row) in records.items()
        for member in obj.fields
        if member.relation is not None and not member.is_one_to_many
        if row.get(member.key) is not None and row[member.key] not in records
    ]


@pytest.mark.slow
@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(15))
def test_nothing_points_at_what_is_gone(dynamodb_endpoint: str, seed: int) -> None:
    random = Random(seed)
    with (
        fresh_table(dynamodb_endpoint) as table,
        patch("time.sleep"),
        patch.object(cascade, "MAX_COMMIT", _PART),
        patch.object(follow_up, "PART_RECORDS", _PART),
        patch.object(trash, "MAX_COMMIT", _PART),
        patch.object(commit, "MAX_COMMIT", random.choice((12, 90))),
    ):
        world = World(table, model=_model(random))
        firms = _made(world, "firm", {"name": "a"}, {"name": "b"})
        deals = _made(world, "deal", *({"title": "t", "firmId": random.choice(firms)} for _ in range(5)))
        lines = _made(
            world,
            "line",
            *({"firmId": random.choice([*firms, None]), "dealId": random.choice([*deals, None])} for _ in range(12)),
        )
        trashed = world.filter("line", ("id", "in", random.sample(lines, 4)))
        world.run(Delete(object=world.object("line"), destroy=False, filter=trashed))
        others = [_write(world, random, firms, deals, lines) for _ in range(random.choice((1, 2)))]
        writes = [Delete(object=world.object("firm"), destroy=True, id=firms[0]), *others]
        tasks = [lambda table, write=write: run(world, table, write) for write in writes]
        for error in run_interleaved(table, random, tasks, [Fuse(None) for _ in writes]):
            if error is not None and not isinstance(error, IcosaError):
                raise error
        settle_open_batches(world)
        assert _dangling(world) == []
        visible_state(world)
        assert world.orphans() == []
        assert world.counters_agree()
