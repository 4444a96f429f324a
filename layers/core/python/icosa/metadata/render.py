"""Objects, fields and indexes in wire form (docs/wire/metadata.md#objects-in-answers, docs/wire/metadata.md#types):
every key of both APIs, nulls included.

Both APIs show the same members; REST leaves nulls out. What is made here lives as long as the model version: a client
that starts reads the whole model, and many clients start with the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..catalog.applications import application_id
from ..identifiers import camel_case
from ..model.model import Field, Index, Model, Object, Option

Members = Mapping[str, Any]


def object_members(model: Model, obj: Object) -> Members:
    """The members of an object without its fields. Shared: never change what it returns."""
    return obj.cached(lone_object_members, model.workspace_id)


def field_members(model: Model, obj: Object, field: Field) -> Members:
    """The members of a field of ``obj``. Shared: never change what it returns."""
    fields = obj.cached(_rendered_fields)
    members = fields.get(field.id)
    if members is None:
        members = fields[field.id] = {
            **lone_field_members(model.workspace_id, obj.id, field),
            "isSearchable": field.id in obj.search_field_ids,
        }
    return members


def fields_by_id(model: Model) -> Mapping[str, tuple[Object, Field]]:
    """Every field of every object by its id, with its object."""
    return model.cached(_fields_by_id)


def without_nulls(members: Members, *, keep: frozenset[str] = frozenset()) -> dict[str, Any]:
    """``members`` as REST shows them: nulls are left out but for those of the names in ``keep``."""
    return {name: value for name, value in members.items() if value is not None or name in keep}


def _fields_by_id(model: Model) -> Mapping[str, tuple[Object, Field]]:
    return {field.id: (obj, field) for obj in model.objects for field in obj.fields}


def _rendered_fields(_: Object) -> dict[str, Members]:
    """The members of fields by field id, as they are needed."""
    return {}


def lone_object_members(obj: Object, workspace_id: str) -> Members:
    """``object_members`` anew, also of an object that no model has."""
    return {
        "id": obj.id,
        "universalIdentifier": obj.universal_identifier or obj.id,
        "applicationId": application_id(workspace_id, is_custom=obj.is_custom),
        "nameSingular": obj.name_singular,
        "namePlural": obj.name_plural,
        "labelSingular": obj.display("labelSingular"),
        "labelPlural": obj.display("labelPlural"),
        "description": obj.display("description"),
        "icon": obj.display("icon"),
        "color": obj.display("color"),
        "shortcut": obj.shortcut,
        "overrides": dict(obj.overrides) or None,
        "isCustom": obj.is_custom,
        "isRemote": obj.is_remote,
        "isActive": obj.is_active,
        "isSystem": obj.is_system,
        "isUIEditable": obj.is_ui_editable,
        "isUICreatable": obj.is_ui_creatable,
        "isUIReadOnly": not obj.is_ui_editable,
        "isSearchable": obj.is_searchable,
        "isLabelSyncedWithName": obj.is_label_synced_with_name,
        "openRecordIn": obj.open_record_in,
        "readability": obj.readability,
        # Of objects whose records are readable with those that they belong to; ours are never INHERITED.
        "readabilityParentFieldUniversalIdentifiers": None,
        "writability": "OPEN",
        "workspaceId": workspace_id,
        "labelIdentifierFieldMetadataId": obj.label_identifier_field_id,
        "imageIdentifierFieldMetadataId": obj.image_identifier_field_id,
        "duplicateCriteria": [[camel_case(path) for path in paths] for paths in obj.duplicate_criteria] or None,
        "createdAt": obj.created_at,
        "updatedAt": obj.updated_at,
    }


def lone_field_members(workspace_id: str, object_id: str, field: Field) -> Members:
    """The members of a field but for `isSearchable`, which its object knows."""
    return {
        "id": field.id,
        "universalIdentifier": field.universal_identifier or field.id,
        "applicationId": application_id(workspace_id, is_custom=field.is_custom),
        "type": field.type.name,
        "name": field.name,
        "label": field.display("label"),
        "description": field.display("description"),
        "icon": field.display("icon"),
        "overrides": dict(field.overrides) or None,
        "isCustom": field.is_custom,
        "isActive": field.is_active,
        "isSystem": field.is_system,
        "isUIEditable": field.is_ui_editable,
        "isUIReadOnly": not field.is_ui_editable,
        "isNullable": field.is_nullable,
        "isUnique": field.is_unique,
        "isAuditLogged": field.is_audit_logged,
        "writability": "OPEN",
        "defaultValue": field.default_value,
        "options": [_option(option) for option in field.options] or None,
        "settings": _settings(field),
        "workspaceId": workspace_id,
        "objectMetadataId": object_id,
        "isLabelSyncedWithName": field.is_label_synced_with_name,
        "morphId": field.morph_id,
        "createdAt": field.created_at,
        "updatedAt": field.updated_at,
        "status": field.status,
    }


def index_members(index: Index) -> dict[str, Any]:
    """The members of an index (GraphQL only)."""
    return {
        "id": index.id,
        "name": index.name,
        "isCustom": index.is_custom,
        "isUnique": index.is_unique,
        "indexWhereClause": None,
        "indexType": index.type,
        "createdAt": index.created_at,
        "updatedAt": index.updated_at,
        "status": index.status,
        "indexFieldMetadataList": [
            {
                "id": member.id,
                "fieldMetadataId": member.field_id,
                "order": order,
                "subFieldName": member.sub,
                "createdAt": index.created_at,
                "updatedAt": index.updated_at,
            }
            for order, member in enumerate(index.members)
        ],
    }


def _option(option: Option) -> dict[str, Any]:
    rendered = {
        "id": option.id,
        "value": option.value,
        "label": option.label,
        "position": option.position,
        "color": option.color,
    }
    return {name: value for name, value in rendered.items() if value is not None}


def _settings(field: Field) -> dict[str, Any] | None:
    """Those given, and what the relation itself says (docs/wire/metadata.md#settings)."""
    relation = field.relation
    if relation is None:
        return dict(field.settings) or None
    computed = {"relationType": relation.kind, "onDelete": relation.on_delete, "joinColumnName": relation.join_column}
    return {**field.settings, **{name: value for name, value in computed.items() if value is not None}}
