"""A collection of the Metadata REST API, as its document describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...identifiers import capitalised
from .errors import Part


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Entities below one path. ``create``, ``update`` and ``response`` are members by name.

    ``is_wrapped``: answers have Twenty's legacy envelope unless the workspace chose none. ``filters`` are query
    parameters of the list; ``found``, ``updated`` and ``deleted`` are the answers for one entity, to a change and to a
    deletion, where they are not the entity. ``has_parent``: a new one can name something else that does not exist.
    """

    singular: str
    plural: str
    create: Mapping[str, Part]
    required: tuple[str, ...]
    update: Mapping[str, Part]
    response: Mapping[str, Part]
    example: Mapping[str, Any]
    update_example: Mapping[str, Any]
    is_wrapped: bool = True
    filters: tuple[Part, ...] = ()
    found: Part | None = None
    updated: Part | None = None
    deleted: Part | None = None
    has_parent: bool = False

    @property
    def schemas(self) -> dict[str, Part]:
        name = capitalised(self.singular)
        return {
            name: {
                "type": "object",
                "properties": self.create,
                "required": list(self.required),
                "example": self.example,
            },
            f"{name}ForUpdate": {"type": "object", "properties": self.update, "example": self.update_example},
            f"{name}ForResponse": {"type": "object", "properties": self.response, "required": ["id"]},
        }
