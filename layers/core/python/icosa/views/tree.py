"""Views and page layouts with their parts, and the collection of all of a workspace's.

Immutable: a change makes new roots, and ``rows.changes`` tells which rows differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .shapes import PARTS, ROOT_OF, Entity, Shape


@dataclass(frozen=True, slots=True)
class Root:
    """A view or a page layout. ``parts`` are its entities by collection, deleted ones included."""

    shape: Shape
    entity: Entity
    parts: Mapping[str, tuple[Entity, ...]]

    @classmethod
    def new(cls, shape: Shape, entity: Entity) -> Root:
        return cls(shape, entity, {part.collection: () for part in PARTS[shape.collection]})

    @property
    def id(self) -> str:
        return str(self.entity["id"])

    @property
    def is_live(self) -> bool:
        return is_live(self.entity)

    def live(self, shape: Shape) -> list[Entity]:
        """The entities of a collection that are not deleted: the root itself, or parts in the order of
        their creation.
        """
        return [entity for entity in self.all(shape) if is_live(entity)] if self.is_live else []

    def all(self, shape: Shape) -> tuple[Entity, ...]:
        """The entities of a collection, deleted ones included."""
        return (self.entity,) if shape == self.shape else self.parts[shape.collection]

    def find(self, shape: Shape, entity_id: str | None) -> Entity | None:
        """The live entity with an id."""
        return next((entity for entity in self.live(shape) if entity["id"] == entity_id), None)

    def with_entity(self, **members: object) -> Root:
        """The root with other members of its own."""
        return replace(self, entity={**self.entity, **members})

    def with_parts(self, shape: Shape, parts: Iterable[Entity]) -> Root:
        """The root with other parts of one collection; the same when nothing differs."""
        found = tuple(parts)
        return (
            self
            if found == self.parts[shape.collection]
            else replace(self, parts={**self.parts, shape.collection: found})
        )

    def map(self, shape: Shape, change: Callable[[Entity], Entity | None]) -> Root:
        """The root with each part of a collection changed, or left out where ``change`` gives None."""
        return self.with_parts(
            shape, (new for part in self.parts[shape.collection] if (new := change(part)) is not None)
        )


Roots = Mapping[str, Root]
"""Roots by id."""


def is_live(entity: Entity) -> bool:
    return entity["deletedAt"] is None


def live_entities(roots: Roots, shape: Shape) -> list[Entity]:
    """Every entity of a collection that is not deleted."""
    return [entity for root in roots_of(roots, shape) for entity in root.live(shape)]


def roots_of(roots: Roots, shape: Shape) -> Iterator[Root]:
    """The roots that may hold entities of a collection."""
    wanted = ROOT_OF[shape.collection]
    return (root for root in roots.values() if root.shape == wanted)


def owner_of(roots: Roots, shape: Shape, entity_id: str) -> Root | None:
    """The root that holds an entity, deleted or not."""
    return next(
        (root for root in roots_of(roots, shape) if any(one["id"] == entity_id for one in root.all(shape))), None
    )


def all_ids(root: Root) -> Iterator[str]:
    """The ids of a root and its parts."""
    yield root.id
    for parts in root.parts.values():
        for part in parts:
            yield str(part["id"])
