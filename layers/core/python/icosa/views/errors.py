"""Errors of views and page layouts."""

from __future__ import annotations

from ..errors import BadRequest, Conflict, Forbidden, NotFound
from .entity_types import EntityType


class PartNotFound(NotFound):
    """No live entity of a collection has this id."""

    def __init__(self, entity_type: EntityType, entity_id: str) -> None:
        super().__init__(entity_type.missing.format(id=entity_id), sub_code=f"{entity_type.code}_NOT_FOUND")


class InvalidPart(BadRequest):
    """An entity that does not fit its view, its page layout or the data model."""

    def __init__(self, entity_type: EntityType, message: str) -> None:
        super().__init__(message, sub_code=f"INVALID_{entity_type.code}_DATA")


class PartExists(Conflict):
    """A client chose an id that is taken."""

    def __init__(self, entity_type: EntityType, entity_id: str) -> None:
        super().__init__(f"{entity_type.label} with id {entity_id} already exists", sub_code="ENTITY_ALREADY_EXISTS")


class CannotCreateView(Forbidden):
    """Views that everybody sees need the flag VIEWS."""

    def __init__(self) -> None:
        super().__init__(
            "You do not have permission to create workspace-level views", sub_code="VIEW_CREATE_PERMISSION_DENIED"
        )


class CannotModifyView(Forbidden):
    """The caller's role may not change the view or a part of it."""

    def __init__(self) -> None:
        super().__init__("You do not have permission to modify this view", sub_code="VIEW_MODIFY_PERMISSION_DENIED")


class NoUnlistedView(Forbidden):
    """An unlisted view belongs to a user, and an API key is none (docs/wire/metadata.md#views)."""

    def __init__(self) -> None:
        super().__init__("API keys cannot create unlisted views", sub_code="VIEW_CREATE_PERMISSION_DENIED")
