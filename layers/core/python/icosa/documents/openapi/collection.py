"""The collections of the Metadata REST API, as its document describes them. A new collection is a new entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from ...access.bodies import ApiKeyForResponse, CreateApiKey, CreateRole, RoleForResponse, UpdateApiKey, UpdateRole
from ...identifiers import capitalised
from ...metadata.bodies import (
    CreateField,
    CreateObject,
    FieldForResponse,
    ObjectForResponse,
    UpdateField,
    UpdateObject,
)
from ...model.types.json_schema import nullable
from ...validation.schema import schema_of
from ...views.bodies import BODIES, PageLayoutType
from ...views.entity_types import ENTITY_TYPES, PAGE_LAYOUT, ROOT_OF, VIEW_FIELD_GROUP, EntityType
from ...webhooks.bodies import CreateWebhook, UpdateWebhook, WebhookForResponse
from .schemas import UUID, Part, all_of, reference


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Entities below one path, and the models of their bodies.

    ``is_wrapped``: answers have Twenty's legacy envelope unless the workspace chose none. ``filters`` are query
    parameters of the list; ``read``, ``updated`` and ``deleted`` are the answers for one entity, to a change and to a
    deletion, where they are not the entity. ``has_parent``: a new one can name something else that does not exist.
    ``label`` and ``noun`` are what people call them and one of them, ``group`` is what they belong to.
    """

    singular: str
    plural: str
    label: str
    noun: str
    description: str
    group: str
    create: type[BaseModel]
    update: type[BaseModel]
    response: type[BaseModel]
    is_wrapped: bool = False
    filters: tuple[Part, ...] = ()
    read: Part | None = None
    updated: Part | None = None
    deleted: Part | None = None
    has_parent: bool = False

    @property
    def models(self) -> Mapping[str, type[BaseModel]]:
        """The models by the names of their schemas."""
        name = capitalised(self.singular)
        return {name: self.create, f"{name}ForUpdate": self.update, f"{name}ForResponse": self.response}


_DONE: Final[Part] = {"const": True}
_SUCCESS: Final[Part] = all_of(success={"const": True, "description": "It is deleted"})


def _or_null(component: str, description: str = "") -> Part:
    schema = nullable(reference(component))
    return {**schema, "description": description} if description else schema


def _views(entity_type: EntityType) -> Collection:
    bodies = BODIES[entity_type.collection]
    is_layout = ROOT_OF[entity_type.collection] == PAGE_LAYOUT
    return Collection(
        singular=entity_type.singular,
        plural=entity_type.collection,
        label=f"{entity_type.label}s",
        noun=f"a {entity_type.label.lower()}",
        description=f"{entity_type.label}s: how records are shown",
        group="Views and layouts",
        create=bodies.create,
        update=bodies.update,
        response=bodies.response,
        filters=tuple(
            {
                "name": name,
                "in": "query",
                "required": entity_type.required_filter is not None,
                "description": f"Only those with this `{member}`",
                "schema": schema_of(PageLayoutType) if name == "pageLayoutType" else UUID,
            }
            for name, member in entity_type.filters.items()
        ),
        read=_or_null("PageLayoutForResponse") if entity_type == PAGE_LAYOUT else None,
        deleted=_DONE if is_layout else _SUCCESS,
        has_parent=not entity_type.is_root,
    )


_API_KEY: Final = _or_null("ApiKeyForResponse", "Null when there is no key with this id")

COLLECTIONS: Final[tuple[Collection, ...]] = (
    Collection(
        singular="object",
        plural="objects",
        label="Objects",
        noun="an object",
        description="What records the workspace has",
        group="Data model",
        create=CreateObject,
        update=UpdateObject,
        response=ObjectForResponse,
        is_wrapped=True,
    ),
    Collection(
        singular="field",
        plural="fields",
        label="Fields",
        noun="a field",
        description="What the records of an object hold",
        group="Data model",
        create=CreateField,
        update=UpdateField,
        response=FieldForResponse,
        is_wrapped=True,
    ),
    # Field groups have no route.
    *(_views(entity_type) for entity_type in ENTITY_TYPES.values() if entity_type != VIEW_FIELD_GROUP),
    Collection(
        singular="apiKey",
        plural="apiKeys",
        label="API keys",
        noun="an API key",
        description="Who may call the API",
        group="Access",
        create=CreateApiKey,
        update=UpdateApiKey,
        response=ApiKeyForResponse,
        read=_API_KEY,
        updated=_API_KEY,
        deleted=_or_null(
            "ApiKeyForResponse",
            "The key, which is revoked and not deleted. Null when there is no key with this id",
        ),
        has_parent=True,
    ),
    Collection(
        singular="webhook",
        plural="webhooks",
        label="Webhooks",
        noun="a webhook",
        description="Where events are sent",
        group="Events",
        create=CreateWebhook,
        update=UpdateWebhook,
        response=WebhookForResponse,
        read=_or_null("WebhookForResponse", "Null when there is no webhook with this id"),
        deleted=_DONE,
    ),
    Collection(
        singular="role",
        plural="roles",
        label="Roles",
        noun="a role",
        description="What API keys may do",
        group="Access",
        create=CreateRole,
        update=UpdateRole,
        response=RoleForResponse,
        deleted=all_of(id={**UUID, "description": "The id of the role"}),
    ),
)
