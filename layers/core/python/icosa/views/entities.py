"""Entities from what a client sends: form, defaults, time stamps. The models of ``bodies`` are imported with the first
one that is made: reads need no validation library.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from .entity_types import Entity, EntityType
from .errors import InvalidPart

Input = Mapping[str, Any]


def new_entity(entity_type: EntityType, raw: Input, *, now: str, **more: Any) -> Entity:
    """A new entity. ``more`` are members that no client sets.

    Raises InvalidInput with all messages, InvalidPart for a missing member that has a message of its own.
    """
    from ..validation.body import validate
    from .bodies import BODIES, Required

    model = BODIES[entity_type.collection].create
    for name, field in model.wire_names().items():
        for rule in field.metadata:
            if isinstance(rule, Required) and raw.get(name) in (None, ""):
                raise InvalidPart(entity_type, rule.message)
    members = validate(model, raw).complete()
    entity_id = members.pop("id") or str(uuid.uuid4())
    return {"id": entity_id, **members, **more, "createdAt": now, "updatedAt": now, "deletedAt": None}


def updated_entity(entity_type: EntityType, entity: Entity, raw: Input, *, now: str) -> Entity:
    """The entity as an update leaves it. Raises InvalidInput."""
    from ..validation.body import validate
    from .bodies import BODIES

    return {**entity, **validate(BODIES[entity_type.collection].update, raw).named(), "updatedAt": now}
