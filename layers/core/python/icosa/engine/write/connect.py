"""``connect`` in inputs: finding the existing records that relation fields are to point at.

``create`` calls it for the records of an attempt, beside its other reads, and for the bodies of updates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...errors import BadRequest
from ...model.input import Connect, ParsedInput
from ...model.problems import Problem
from ...model.record import Record
from ...store import keys
from ...store.derive import constraint_value
from ...store.table import Table
from ..context import Context
from ..records import get_any_visible


class NothingToConnect(BadRequest):
    """No live record that the caller may see has the values of a ``connect``."""

    problem_code = "RECORD_TO_CONNECT_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Connecting:
    """A body whose ``connect`` are resolved: ``ids`` gets the ids by field key, ``refuse`` what is wrong with them."""

    parsed: ParsedInput
    ids: dict[str, str]
    refuse: Callable[[Problem], None]


@dataclass(slots=True)
class _Target:
    """A record to connect: ``id`` is None while no record has the unique values that the link names."""

    link: Connect
    body: Connecting
    id: str | None


def resolve_connects(ctx: Context, inputs: Sequence[Connecting], table: Table) -> None:
    """Find the records that ``connect`` names, of those that the caller may see."""
    targets = _targets(ctx, inputs, table)
    for obj in {target.link.target.key: target.link.target for target in targets}.values():
        of_object = [target for target in targets if target.link.target.key == obj.key]
        ids = [target.id for target in of_object if target.id is not None]
        states = dict(zip(ids, get_any_visible(ctx, obj, ids, table), strict=True))
        for target in of_object:
            link, state = target.link, None if target.id is None else states[target.id]
            if target.id is None or state is None or not state.live or not _is_confirmed(link, state.item):
                text = f"Expected 1 record to connect to {link.field.name}, but found 0 for {link.description}"
                target.body.refuse(Problem(error=NothingToConnect(text), field=link.field.name, value=link.sent))
            else:
                target.body.ids[link.field.key] = target.id


def _targets(ctx: Context, inputs: Sequence[Connecting], table: Table) -> list[_Target]:
    """What the links of the inputs name: by unique values, whose guards hold the ids, then by id."""
    links = [(link, body) for body in inputs for link in body.parsed.links if isinstance(link, Connect)]
    by_values: list[_Target] = []
    by_id: list[_Target] = []
    guards: list[keys.Key] = []
    for link, body in links:
        if link.constraint is None:
            by_id.append(_Target(link, body, link.where[link.target.by_name["id"].key]))
            continue
        value = constraint_value(link.constraint, link.where) or ""
        guards.append(keys.unique(ctx.model.workspace_id, link.target.key, link.constraint.key, value))
        by_values.append(_Target(link, body, None))
    for target, guard in zip(by_values, table.batch_get(guards), strict=True):
        target.id = None if guard is None else guard["id"]
    return [*by_values, *by_id]


def _is_confirmed(link: Connect, record: Record) -> bool:
    """Whether the record has the values by which it was found: a guard may be left over."""
    return link.constraint is None or constraint_value(link.constraint, record) == constraint_value(
        link.constraint, link.where
    )
