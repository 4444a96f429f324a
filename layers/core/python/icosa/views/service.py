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
from .cascade import with_deleted, without
from .entities import Input, new_entity, updated_entity
from .entity_types import ENTITY_TYPES, ROOT_OF, VIEW, VIEW_GROUP, Entity, EntityType
from .errors import InvalidPart, PartExists, PartNotFound
from .groups import with_default_groups
from .rows import as_roots, changes
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

    def create(self, entity_type: EntityType, inputs: Sequence[Input]) -> list[tuple[Root, Entity]]:
        """New entities, all or none, with the roots that hold them.

        Raises InvalidInput, InvalidPart, PartNotFound for an unknown parent, PartExists, Conflict, PayloadTooLarge.
        """

        def change(model: Model, roots: Roots) -> tuple[Roots, list[tuple[str, str]]]:
            ids = []
            for raw in inputs:
                roots, root_id, entity_id = self._created(model, roots, entity_type, raw)
                ids.append((root_id, entity_id))
            return roots, ids

        roots, changed_ids = self._apply(entity_type, change)
        return [_with_root(roots, entity_type, *pair) for pair in changed_ids]

    def update(self, entity_type: EntityType, updates: Sequence[tuple[str, Input]]) -> list[tuple[Root, Entity]]:
        """Changed entities, by their ids; all or none. Raises as ``create``, and PartNotFound."""

        def change(model: Model, roots: Roots) -> tuple[Roots, list[tuple[str, str]]]:
            ids = []
            for entity_id, raw in updates:
                roots, root_id = self._updated(model, roots, entity_type, entity_id, raw)
                ids.append((root_id, entity_id))
            return roots, ids

        roots, changed_ids = self._apply(entity_type, change)
        return [_with_root(roots, entity_type, *pair) for pair in changed_ids]

    def delete(self, entity_type: EntityType, entity_id: str) -> tuple[Root, Entity]:
        """Mark an entity, and its children, as deleted: lists do not show it any more. Raises PartNotFound,
        Conflict.
        """

        def change(_model: Model, roots: Roots) -> tuple[Roots, tuple[Root, Entity]]:
            root = _live_owner(roots, entity_type, entity_id)
            after = with_deleted(root, entity_type, entity_id, now=self._now)
            return {**roots, root.id: after}, (
                after,
                next(entity for entity in after.all(entity_type) if entity["id"] == entity_id),
            )

        result: tuple[Root, Entity] = self._apply(entity_type, change)[1]
        return result

    def destroy(self, entity_type: EntityType, entity_id: str) -> tuple[Root, Entity]:
        """Remove an entity, deleted or not, with its children. What it was. Raises PartNotFound, Conflict."""

        def change(_model: Model, roots: Roots) -> tuple[Roots, tuple[Root, Entity]]:
            root = owner_of(roots, entity_type, entity_id)
            if root is None:
                raise PartNotFound(entity_type, entity_id)
            removed = next(entity for entity in root.all(entity_type) if entity["id"] == entity_id)
            after = without(root, entity_type, entity_id)
            others = {root_id: other for root_id, other in roots.items() if root_id != root.id}
            return (others if after is None else {**roots, root.id: after}), (root, removed)

        result: tuple[Root, Entity] = self._apply(entity_type, change)[1]
        return result

    # ------------------------------------------------------------------ one entity

    def _created(self, model: Model, roots: Roots, entity_type: EntityType, raw: Input) -> tuple[Roots, str, str]:
        if entity_type.is_root:
            more = {"isCustom": True} if entity_type == VIEW else {}
            root = Root.new(entity_type, new_entity(entity_type, raw, now=self._now, **more))
            _require_new(roots, entity_type, root.id)
            rules.check(model, root, entity_type, root.entity)
            if entity_type == VIEW:
                root = with_default_groups(model, root, now=self._now)
            return {**roots, root.id: root}, root.id, root.id
        entity = new_entity(entity_type, raw, now=self._now)
        root = _parent_owner(roots, entity_type, entity)
        _require_new(roots, entity_type, entity["id"])
        rules.check(model, root, entity_type, entity)
        if entity_type == VIEW_GROUP:
            # Views have a group for each option from the beginning; a client that makes them itself means those.
            root = root.map(entity_type, lambda group: None if group["fieldValue"] == entity["fieldValue"] else group)
        after = root.with_parts(entity_type, (*root.parts[entity_type.collection], entity))
        return {**roots, root.id: after}, root.id, entity["id"]

    def _updated(
        self, model: Model, roots: Roots, entity_type: EntityType, entity_id: str, raw: Input
    ) -> tuple[Roots, str]:
        root = _live_owner(roots, entity_type, entity_id)
        before = root.find(entity_type, entity_id)
        assert before is not None
        entity = updated_entity(entity_type, before, raw, now=self._now)
        if entity_type.is_root:
            after = root.with_entity(**entity)
        else:
            after = root.map(entity_type, lambda part: entity if part["id"] == entity_id else part)
        rules.check(model, after, entity_type, entity)
        if entity_type == VIEW and before["mainGroupByFieldMetadataId"] != entity["mainGroupByFieldMetadataId"]:
            after = with_default_groups(model, after, now=self._now)
        return {**roots, root.id: after}, root.id

    # ------------------------------------------------------------------ transactions

    def _apply(self, entity_type: EntityType, change: _Change) -> tuple[Roots, Any]:
        """Write what ``change`` makes of the roots; the roots after it, and what else it gives."""
        for _ in _ATTEMPTS:
            try:
                return self._attempt(entity_type, change)
            except (VersionConflict, TransactionFailed, TransactionConflict):
                continue
        raise Conflict("Views are changed by others at this moment. Please try again.")

    def _attempt(self, entity_type: EntityType, change: _Change) -> tuple[Roots, Any]:
        state = self._state()
        after, result = change(state.model, state.roots)
        after = self._without_old_parts(state.roots, after)
        ops = changes(self._workspace_id, state.roots, after, seen=state.seen)
        if len(ops) >= MAX_TRANSACTION:
            raise BadRequest(
                f"A request can change at most {MAX_TRANSACTION - 1} {ROOT_OF[entity_type.collection].collection}"
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
            # A change of the model is being carried out, which may touch views: complete it first.
            read(self._table, self._workspace_id)
            raise VersionConflict
        if model.version != metadata.version:
            model = load_model(self._table, self._workspace_id, metadata)
        return _State(model, self.roots(), row.get(VIEWS_VERSION, 0))

    def _without_old_parts(self, before: Roots, after: Roots) -> Roots:
        """Changed roots without the parts that were deleted long ago."""
        moment = datetime.fromisoformat(self._now) - timedelta(days=_KEPT_DAYS)
        return {
            root_id: root if before.get(root_id) is root else _without_parts_before(root, moment)
            for root_id, root in after.items()
        }


def _without_parts_before(root: Root, moment: datetime) -> Root:
    for collection, parts in root.parts.items():
        if any(part["deletedAt"] for part in parts):
            kept = tuple(
                part
                for part in parts
                if part["deletedAt"] is None or datetime.fromisoformat(part["deletedAt"]) > moment
            )
            root = Root(root.entity_type, root.entity, {**root.parts, collection: kept})
    return root


def _require_new(roots: Roots, entity_type: EntityType, entity_id: str) -> None:
    if any(entity_id in all_ids(root) for root in roots.values()):
        raise PartExists(entity_type, entity_id)


def _live_owner(roots: Roots, entity_type: EntityType, entity_id: str) -> Root:
    """The live root of a live entity. Raises PartNotFound."""
    root = owner_of(roots, entity_type, entity_id)
    if root is None or root.find(entity_type, entity_id) is None:
        raise PartNotFound(entity_type, entity_id)
    return root


def _parent_owner(roots: Roots, entity_type: EntityType, entity: Entity) -> Root:
    """The live root that a new part belongs to. Raises PartNotFound, for a tab InvalidPart."""
    assert entity_type.parent is not None
    parent = parent_of(entity_type)
    parent_id = entity[entity_type.parent]
    root = owner_of(roots, parent, parent_id)
    if root is not None and root.find(parent, parent_id) is not None:
        return root
    if parent.is_root:
        raise PartNotFound(parent, parent_id)
    raise InvalidPart(entity_type, f"{parent.label} not found")


def parent_of(entity_type: EntityType) -> EntityType:
    """The collection to which a part's parent belongs."""
    assert entity_type.parent is not None
    return ENTITY_TYPES[f"{entity_type.parent.removesuffix('Id')}s"]


def _with_root(roots: Roots, entity_type: EntityType, root_id: str, entity_id: str) -> tuple[Root, Entity]:
    root = roots[root_id]
    return root, next(entity for entity in root.all(entity_type) if entity["id"] == entity_id)


def find(roots: Roots, entity_type: EntityType, entity_id: str) -> tuple[Root, Entity] | None:
    """A live entity with its root, None when there is none."""
    root = owner_of(roots, entity_type, entity_id)
    entity = None if root is None else root.find(entity_type, entity_id)
    return None if root is None or entity is None else (root, entity)


def select(roots: Roots, entity_type: EntityType, values: Mapping[str, str]) -> list[tuple[Root, Entity]]:
    """The live entities of a collection whose members have these values, with their roots."""
    return [
        (root, entity)
        for root in roots_of(roots, entity_type)
        for entity in root.live(entity_type)
        if all(entity[member] == value for member, value in values.items())
    ]
