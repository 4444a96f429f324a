"""Reading and changing views and page layouts. Each change is one transaction.

A change reads the workspace's row, then all roots, decides, and writes under the condition that neither the model nor
the views have changed since that row was read; otherwise it starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..catalog.commit import VersionConflict, WorkspaceGone, read
from ..catalog.loader import MetadataState, load_model
from ..errors import BadRequest, Conflict
from ..model.model import Model
from ..store import keys
from ..store.retry import Attempts
from ..store.table import MAX_TRANSACTION, Table, TransactionConflict, TransactionFailed
from ..store.workspace_row import VIEWS_VERSION, next_views
from . import rules
from .cascade import deleted, destroyed
from .entities import Input, changed, make
from .errors import InvalidPart, PartExists, PartNotFound
from .groups import regrouped
from .rows import as_roots, changes
from .shapes import ROOT_OF, SHAPES, VIEW, VIEW_GROUP, Entity, Shape
from .tree import Root, Roots, all_ids, owner_of, roots_of

_ATTEMPTS = Attempts(10, first_pause=0.005, longest_pause=2.5)
#: Deleted parts can still be destroyed; after this time they leave their view or layout with its next change.
_KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class _State:
    model: Model
    roots: Roots
    seen: int


_Change = Callable[[Model, Roots], tuple[Roots, Any]]


class ViewsService:
    """The views and page layouts of a workspace.

    ``model`` is the one that the request has seen; changes look for a newer one. ``now`` is a stored DATE_TIME.
    """

    def __init__(self, table: Table, model: Model, *, now: str) -> None:
        self._table = table
        self._workspace_id = model.workspace_id
        self._model = model
        self._now = now

    @property
    def model(self) -> Model:
        """The newest model that a change was checked against."""
        return self._model

    # ------------------------------------------------------------------ reading

    def roots(self) -> Roots:
        """All views and page layouts."""
        return as_roots(self._table.query_all(keys.views(self._workspace_id)))

    # ------------------------------------------------------------------ changes

    def create(self, shape: Shape, inputs: Sequence[Input]) -> list[tuple[Root, Entity]]:
        """New entities, all or none, with the roots that hold them.

        Raises InvalidInput, InvalidPart, PartNotFound for an unknown parent, PartExists, Conflict, PayloadTooLarge.
        """

        def change(model: Model, roots: Roots) -> tuple[Roots, list[tuple[str, str]]]:
            made = []
            for raw in inputs:
                roots, root_id, entity_id = self._created(model, roots, shape, raw)
                made.append((root_id, entity_id))
            return roots, made

        roots, made = self._apply(shape, change)
        return [_found(roots, shape, *ids) for ids in made]

    def update(self, shape: Shape, updates: Sequence[tuple[str, Input]]) -> list[tuple[Root, Entity]]:
        """Changed entities, by their ids; all or none. Raises as ``create``, and PartNotFound."""

        def change(model: Model, roots: Roots) -> tuple[Roots, list[tuple[str, str]]]:
            made = []
            for entity_id, raw in updates:
                roots, root_id = self._updated(model, roots, shape, entity_id, raw)
                made.append((root_id, entity_id))
            return roots, made

        roots, made = self._apply(shape, change)
        return [_found(roots, shape, *ids) for ids in made]

    def delete(self, shape: Shape, entity_id: str) -> tuple[Root, Entity]:
        """Mark an entity, and what hangs on it, as deleted: lists do not show it any more. Raises PartNotFound,
        Conflict.
        """

        def change(_model: Model, roots: Roots) -> tuple[Roots, tuple[Root, Entity]]:
            root = _live_owner(roots, shape, entity_id)
            after = deleted(root, shape, entity_id, now=self._now)
            return {**roots, root.id: after}, (after, next(one for one in after.all(shape) if one["id"] == entity_id))

        found: tuple[Root, Entity] = self._apply(shape, change)[1]
        return found

    def destroy(self, shape: Shape, entity_id: str) -> tuple[Root, Entity]:
        """Remove an entity, deleted or not, with what hangs on it; as it was. Raises PartNotFound, Conflict."""

        def change(_model: Model, roots: Roots) -> tuple[Roots, tuple[Root, Entity]]:
            root = owner_of(roots, shape, entity_id)
            if root is None:
                raise PartNotFound(shape, entity_id)
            gone = next(one for one in root.all(shape) if one["id"] == entity_id)
            after = destroyed(root, shape, entity_id)
            left = {root_id: one for root_id, one in roots.items() if root_id != root.id}
            return (left if after is None else {**roots, root.id: after}), (root, gone)

        found: tuple[Root, Entity] = self._apply(shape, change)[1]
        return found

    # ------------------------------------------------------------------ one entity

    def _created(self, model: Model, roots: Roots, shape: Shape, raw: Input) -> tuple[Roots, str, str]:
        if shape.is_root:
            more = {"isCustom": True} if shape == VIEW else {}
            root = Root.new(shape, make(shape, raw, now=self._now, **more))
            _require_new(roots, shape, root.id)
            rules.check(model, root, shape, root.entity)
            if shape == VIEW:
                root = regrouped(model, root, now=self._now)
            return {**roots, root.id: root}, root.id, root.id
        entity = make(shape, raw, now=self._now)
        root = _parent_owner(roots, shape, entity)
        _require_new(roots, shape, entity["id"])
        rules.check(model, root, shape, entity)
        if shape == VIEW_GROUP:
            # Views have a group for each option from the beginning; a client that makes them itself means those.
            root = root.map(shape, lambda one: None if one["fieldValue"] == entity["fieldValue"] else one)
        after = root.with_parts(shape, (*root.parts[shape.collection], entity))
        return {**roots, root.id: after}, root.id, entity["id"]

    def _updated(self, model: Model, roots: Roots, shape: Shape, entity_id: str, raw: Input) -> tuple[Roots, str]:
        root = _live_owner(roots, shape, entity_id)
        before = root.find(shape, entity_id)
        assert before is not None
        entity = changed(shape, before, raw, now=self._now)
        if shape.is_root:
            after = root.with_entity(**entity)
        else:
            after = root.map(shape, lambda one: entity if one["id"] == entity_id else one)
        rules.check(model, after, shape, entity)
        if shape == VIEW and before["mainGroupByFieldMetadataId"] != entity["mainGroupByFieldMetadataId"]:
            after = regrouped(model, after, now=self._now)
        return {**roots, root.id: after}, root.id

    # ------------------------------------------------------------------ transactions

    def _apply(self, shape: Shape, change: _Change) -> tuple[Roots, Any]:
        """Write what ``change`` makes of the roots; the roots after it, and what else it gives."""
        for _ in _ATTEMPTS:
            try:
                return self._attempt(shape, change)
            except (VersionConflict, TransactionFailed, TransactionConflict):
                continue
        raise Conflict("Views are changed by others at this moment. Please try again.")

    def _attempt(self, shape: Shape, change: _Change) -> tuple[Roots, Any]:
        state = self._state()
        after, result = change(state.model, state.roots)
        after = self._tidied(state.roots, after)
        ops = changes(self._workspace_id, state.roots, after)
        if len(ops) >= MAX_TRANSACTION:
            raise BadRequest(
                f"A request can change at most {MAX_TRANSACTION - 1} {ROOT_OF[shape.collection].collection}"
            )
        if ops:
            count = next_views(self._workspace_id, seen=state.seen, model_version=state.model.version)
            self._table.transact([*ops, count])
        self._model = state.model
        return after, result

    def _state(self) -> _State:
        """The workspace as it is now. Its row is read first: what changes after that makes the transaction fail. Raises
        VersionConflict.
        """
        row = self._table.get(keys.workspace(self._workspace_id))
        if row is None:
            raise WorkspaceGone
        metadata = MetadataState.parse(row)
        model = self._model
        if metadata.staged is not None:
            # A change of the model is being carried out, and may touch views: this does what is left of it.
            read(self._table, self._workspace_id)
            raise VersionConflict
        if model.version != metadata.version:
            model = load_model(self._table, self._workspace_id, metadata)
        return _State(model, self.roots(), row.get(VIEWS_VERSION, 0))

    def _tidied(self, before: Roots, after: Roots) -> Roots:
        """Changed roots without the parts that were deleted long ago."""
        moment = datetime.fromisoformat(self._now) - timedelta(days=_KEPT_DAYS)
        return {
            root_id: root if before.get(root_id) is root else _without_old(root, moment)
            for root_id, root in after.items()
        }


def _without_old(root: Root, moment: datetime) -> Root:
    for collection, parts in root.parts.items():
        if any(part["deletedAt"] for part in parts):
            kept = tuple(
                part
                for part in parts
                if part["deletedAt"] is None or datetime.fromisoformat(part["deletedAt"]) > moment
            )
            root = Root(root.shape, root.entity, {**root.parts, collection: kept})
    return root


def _require_new(roots: Roots, shape: Shape, entity_id: str) -> None:
    if any(entity_id in all_ids(root) for root in roots.values()):
        raise PartExists(shape, entity_id)


def _live_owner(roots: Roots, shape: Shape, entity_id: str) -> Root:
    """The live root of a live entity. Raises PartNotFound."""
    root = owner_of(roots, shape, entity_id)
    if root is None or root.find(shape, entity_id) is None:
        raise PartNotFound(shape, entity_id)
    return root


def _parent_owner(roots: Roots, shape: Shape, entity: Entity) -> Root:
    """The live root that a new part belongs to. Raises PartNotFound, for a tab InvalidPart."""
    assert shape.parent is not None
    parent = parent_of(shape)
    parent_id = entity[shape.parent]
    root = owner_of(roots, parent, parent_id)
    if root is not None and root.find(parent, parent_id) is not None:
        return root
    if parent.is_root:
        raise PartNotFound(parent, parent_id)
    raise InvalidPart(shape, f"{parent.label} not found")


def parent_of(shape: Shape) -> Shape:
    """The collection to which a part's parent belongs."""
    assert shape.parent is not None
    return SHAPES[f"{shape.parent.removesuffix('Id')}s"]


def _found(roots: Roots, shape: Shape, root_id: str, entity_id: str) -> tuple[Root, Entity]:
    root = roots[root_id]
    return root, next(entity for entity in root.all(shape) if entity["id"] == entity_id)


def find(roots: Roots, shape: Shape, entity_id: str) -> tuple[Root, Entity] | None:
    """A live entity with its root, None when there is none."""
    root = owner_of(roots, shape, entity_id)
    entity = None if root is None else root.find(shape, entity_id)
    return None if root is None or entity is None else (root, entity)


def select(roots: Roots, shape: Shape, wanted: Mapping[str, str]) -> list[tuple[Root, Entity]]:
    """The live entities of a collection whose members have the wanted values, with their roots."""
    return [
        (root, entity)
        for root in roots_of(roots, shape)
        for entity in root.live(shape)
        if all(entity[member] == value for member, value in wanted.items())
    ]
