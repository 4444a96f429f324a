"""Views and page layouts with their parts, and the collection of all of a workspace's.

Immutable: a change makes new roots, and ``rows.changes`` tells which rows differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .entity_types import PARTS, ROOT_OF, Entity, EntityType


@dataclass(frozen=True, slots=True)
class Root:
    """A view or a page layout. ``parts`` are its entities by collection, deleted ones included."""

    entity_type: EntityType
    entity: Entity
    parts: Mapping[str, tuple[Entity, ...]]

    @classmethod
    def new(cls, entity_type: EntityType, entity: Entity) -> Root:
        return cls(entity_type, entity, {part.collection: () for part in PARTS[entity_type.collection]})

    @property
    def id(self) -> str:
        return str(self.entity["id"])

    @property
    def is_live(self) -> bool:
        return is_live(self.entity)

    def live(self, entity_type: EntityType) -> list[Entity]:
        """The entities of a collection that are not deleted: the root itself, or parts in the order of
        their creation.
        """
        return [entity for entity in self.all(entity_type) if is_live(entity)] if self.is_live else []

    def all(self, entity_type: EntityType) -> tuple[Entity, ...]:
        """The entities of a collection, deleted ones included."""
        return (self.entity,) if entity_type == self.entity_type else self.parts[entity_type.collection]

    def find(self, entity_type: EntityType, entity_id: str | None) -> Entity | None:
        """The live entity with an id."""
        return next((entity for entity in self.live(entity_type) if entity["id"] == entity_id), None)

    def with_entity(self, **members: object) -> Root:
        """The root with other members of its own."""
        return replace(self, entity={**self.entity, **members})

    def with_parts(self, entity_type: EntityType, parts: Iterable[Entity]) -> Root:
        """The root with other parts of one collection; the same when nothing differs."""
        entities = tuple(parts)
        return (
            self
            if entities == self.parts[entity_type.collection]
            else replace(self, parts={**self.parts, entity_type.collection: entities})
        )

    def map(self, entity_type: EntityType, change: Callable[[Entity], Entity | None]) -> Root:
        """The root with each part of a collection changed, or left out where ``change`` gives None."""
        return self.with_parts(
            entity_type, (new for part in self.parts[entity_type.collection] if (new := change(part)) is not None)
        )


Roots = Mapping[str, Root]
"""Roots by id."""


def is_live(entity: Entity) -> bool:
    return entity["deletedAt"] is None


def live_entities(roots: Roots, entity_type: EntityType) -> list[Entity]:
    """Every entity of a collection that is not deleted."""
    return [entity for root in roots_of(roots, entity_type) for entity in root.live(entity_type)]


def roots_of(roots: Roots, entity_type: EntityType) -> Iterator[Root]:
    """The roots that may hold entities of a collection."""
    root_type = ROOT_OF[entity_type.collection]
    return (root for root in roots.values() if root.entity_type == root_type)


def owner_of(roots: Roots, entity_type: EntityType, entity_id: str) -> Root | None:
    """The root that holds an entity, deleted or not."""
    return next(
        (
            root
            for root in roots_of(roots, entity_type)
            if any(entity["id"] == entity_id for entity in root.all(entity_type))
        ),
        None,
    )


def entities_of(root: Root) -> Iterator[tuple[EntityType, Entity]]:
    """A root and its parts, those that are not deleted, with their collections."""
    for entity_type in (root.entity_type, *PARTS[root.entity_type.collection]):
        for entity in root.live(entity_type):
            yield entity_type, entity


def all_ids(root: Root) -> Iterator[str]:
    """The ids of a root and its parts."""
    yield root.id
    for parts in root.parts.values():
        for part in parts:
            yield str(part["id"])
