"""Changes of fields in a draft: of the field that a request names, and of everything that depends on it
(docs/wire/metadata.md#fields).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ..model.model import Field, Object, OnDelete, Option
from ..model.stored_form import EACH_ITS_OWN
from ..model.types.defaults import is_volatile
from ..model.types.registry import by_name
from ..validation.errors import FieldMutationNotAllowed, FieldNotFound, MetadataValidationError, Problem
from . import options as choices
from .defaults import normalised
from .draft import Draft
from .indexes import add_uniqueness, forget_field, remove_uniqueness, rename_indexes
from .relations import InvalidPayload, add_pair, group_name, morph_name, morph_payloads, morph_siblings, payload, rename

_CREATING = "Multiple validation errors occurred while creating field"
_UPDATING = "Validation errors occurred while updating field"
_DELETING = "Multiple validation errors occurred while deleting field"
_INVALID = "INVALID_FIELD_INPUT"
_ON_DELETE: tuple[OnDelete, ...] = ("CASCADE", "RESTRICT", "SET_NULL", "NO_ACTION")

#: Wire names of what may be changed, and the attributes that hold it.
_PRESENTATION = {"label": "label", "description": "description", "icon": "icon"}
_PLAIN = {"isLabelSyncedWithName": "is_label_synced_with_name"}
_SYSTEM_EDITABLE = ("settings", "isActive")
_RELATION_EDITABLE = (
    "label",
    "description",
    "isActive",
    "icon",
    "name",
    "settings",
    "isUIEditable",
    "morphRelationsUpdatePayload",
)
_CUSTOM_ONLY = ("name", "isLabelSyncedWithName")
#: What is set when a field is created: an update may name it with the value that it has.
FIXED: Mapping[str, Callable[[Object, Field], Any]] = {
    "id": lambda _, field: field.id,
    "objectMetadataId": lambda obj, _: obj.id,
    "type": lambda _, field: field.type.name,
    "isCustom": lambda _, field: field.is_custom,
    "isSystem": lambda _, field: field.is_system,
    "isNullable": lambda _, field: field.is_nullable,
    "isAuditLogged": lambda _, field: field.is_audit_logged,
    "isSearchable": lambda obj, field: field.id in obj.search_field_ids,
}
#: What all members of a morph group share.
_SHARED = (*_PRESENTATION, "isActive")


def about(
    obj: Object | None, field_id: str | None, name: str | None, universal_identifier: str | None = None
) -> dict[str, Any]:
    """What identifies a field in reports."""
    return {
        "universalIdentifier": universal_identifier or field_id,
        "name": name,
        "objectMetadataUniversalIdentifier": (obj.universal_identifier or obj.id) if obj is not None else None,
    }


# ---------------------------------------------------------------------- create


def create_field(draft: Draft, body: Mapping[str, Any]) -> Field:
    """Add the field of a request (``bodies.CreateField``), for relations with its inverse. A morph relation gives its
    first member.

    Raises MetadataValidationError for input that no field can be made from.
    """
    obj = draft.find_object(body["objectMetadataId"])

    def refuse(problem: Problem) -> Exception:
        return MetadataValidationError.single(
            _CREATING, "fieldMetadata", "create", problem, about(obj, body.get("universalIdentifier"), body["name"])
        )

    if obj is None:
        raise refuse(Problem(code="OBJECT_METADATA_NOT_FOUND", message="Provided object metadata id does not exist"))
    type_ = by_name[body["type"]]
    rules = type_.rules
    if body.get("isRemoteCreation"):
        raise refuse(Problem(code=_INVALID, message="Remote fields aren't supported"))
    if rules.creation_error is not None and rules.is_refused_at_once:
        raise refuse(Problem(code=_INVALID, message=rules.creation_error, value=type_.name))
    attributes = {
        "name": body["name"],
        "type": type_,
        "label": body["label"],
        "description": body.get("description"),
        "icon": body.get("icon"),
        "is_nullable": body.get("isNullable", True),
        "is_system": body.get("isSystem", False),
        "is_ui_editable": body.get("isUIEditable", True),
        "is_audit_logged": body.get("isAuditLogged", True),
        "is_label_synced_with_name": body.get("isLabelSyncedWithName", False),
        "universal_identifier": body.get("universalIdentifier") or draft.new_id(),
        "is_custom": True,
    }
    if rules.is_relation:
        try:
            return _create_relation(draft, obj, attributes, body)
        except InvalidPayload as error:
            raise refuse(error.problem) from None
    return _create_plain(draft, obj, attributes, body)


def _create_plain(draft: Draft, obj: Object, attributes: dict[str, Any], body: Mapping[str, Any]) -> Field:
    type_ = attributes["type"]
    rules = type_.rules
    field_id = draft.new_id()
    default = body.get("defaultValue")
    field = draft.add_field(
        obj.id,
        **attributes,
        id=field_id,
        default_value=rules.default if default is None else default,
        settings=(body.get("settings") or {}) if rules.keeps_settings else {},
    )
    if rules.is_choice:
        field = draft.set_field(field_id, options=_new_options(draft, field, body.get("options")))
    field = draft.set_field(field_id, default_value=normalised(field, field.default_value))
    if body.get("isUnique"):
        # No record has a value yet, so there is nothing to look at.
        add_uniqueness(draft, field_id, status="READY")
        field = draft.field(field_id)
    if body.get("isSearchable"):
        owner = draft.owner_of(field_id)
        draft.set_object(owner.id, search_field_ids=(*owner.search_field_ids, field_id))
    return field


def _new_options(draft: Draft, field: Field, raw: Sequence[Mapping[str, Any]] | None) -> tuple[Option, ...]:
    if not field.type.rules.takes_options:
        return field.type.own_options(draft.new_id)
    with_ids = [{**option, "id": option.get("id") or draft.new_id()} for option in raw or ()]
    problems = choices.problems(with_ids)
    draft.add_problems(field.id, problems)
    return () if problems else choices.parsed(with_ids)


def _create_relation(draft: Draft, obj: Object, attributes: dict[str, Any], body: Mapping[str, Any]) -> Field:
    junction = (body.get("settings") or {}).get("junctionTargetFieldId")
    attributes["settings"] = {"junctionTargetFieldId": junction} if junction is not None else {}
    if attributes["type"] is by_name["RELATION"]:
        return add_pair(draft, obj.id, attributes, payload(draft, body.get("relationCreationPayload")))
    morph_id = draft.new_id()
    members: list[Field] = []
    for entry in morph_payloads(draft, obj, body.get("morphRelationsCreationPayload")):
        name = morph_name(attributes["name"], entry.kind, entry.target)
        identity = {"universal_identifier": draft.new_id()} if members else {}
        members.append(add_pair(draft, obj.id, {**attributes, **identity, "name": name, "morph_id": morph_id}, entry))
    return draft.field(members[0].id)


def fill_of(draft: Draft, field: Field) -> Any:
    """The stored value of a new field for existing records (docs/wire/quirks.md#defaults-reach-old-records)."""
    default = field.default_value
    if default is None:
        return None
    if is_volatile(default) and default != "now":
        return EACH_ITS_OWN
    return field.type.default(field, now=draft.now)


# ---------------------------------------------------------------------- update


def update_field(
    draft: Draft, field_id: str, changes: Mapping[str, Any], *, fixed: Mapping[str, Any] = MappingProxyType({})
) -> Field:
    """Apply the members of an update (``bodies.UpdateField``). ``fixed`` are those of ``FIXED`` that the request names;
    other keys that cannot be changed are left alone.

    Raises MetadataValidationError for an unknown id, FieldMutationNotAllowed for what shipped fields do not allow.
    """
    owner_and_field = draft.find_field(field_id)
    if owner_and_field is None:
        problem = Problem(code="FIELD_METADATA_NOT_FOUND", message="Field metadata to update not found", value=field_id)
        raise MetadataValidationError.single(_UPDATING, "fieldMetadata", "update", problem, about(None, field_id, None))
    obj, field = owner_and_field
    # Naming what a shipped field owns is refused even when the value is the same
    # (docs/wire/metadata.md#changing-a-field).
    forbidden = [] if field.is_custom or field.is_system else [name for name in changes if name in _CUSTOM_ONLY]
    if forbidden:
        raise FieldMutationNotAllowed(f"Cannot edit standard field metadata properties: {', '.join(forbidden)}")
    refused = [name for name, value in fixed.items() if value != FIXED[name](obj, field)]
    if not _report_forbidden(draft, field, "These properties of a field cannot be changed: ", refused):
        return field
    changes = {
        name: value
        for name, value in changes.items()
        if name == "morphRelationsUpdatePayload" or value != _current(field, name)
    }
    if not _may_change(draft, obj, field, changes):
        return field
    # The default comes before the options, of which the removed ones fall back to it; uniqueness, which looks at it,
    # comes last.
    for name in (
        *_PRESENTATION,
        *_PLAIN,
        "name",
        "isUIEditable",
        "settings",
        "defaultValue",
        "options",
        "isActive",
        "isUnique",
    ):
        if name in changes:
            _SETTERS[name](draft, field_id, name, changes[name])
    for sibling in morph_siblings(draft.owner_of(field_id), draft.field(field_id)):
        for name in _SHARED:
            if name in changes:
                _SETTERS[name](draft, sibling.id, name, changes[name])
    if "morphRelationsUpdatePayload" in changes:
        _add_morph_targets(draft, field_id, changes["morphRelationsUpdatePayload"])
    return draft.field(field_id)


def _current(field: Field, name: str) -> Any:
    """The wire value of a member as it is."""
    match name:
        case "label" | "description" | "icon":
            return field.display(name)
        case "isActive":
            return field.is_active
        case "isUnique":
            return field.is_unique
        case "isUIEditable":
            return field.is_ui_editable
        case "isLabelSyncedWithName":
            return field.is_label_synced_with_name
        case "defaultValue":
            return field.default_value
        case "name":
            return field.name
    return ...  # options and settings are compared by what they come to


def _may_change(draft: Draft, obj: Object, field: Field, changes: Mapping[str, Any]) -> bool:
    """Refuse what the kind of field does not allow; False when the report will say so."""
    if field.is_system:
        forbidden = [name for name in changes if name not in _SYSTEM_EDITABLE]
        message = "System fields only allow updating: universalSettings, isActive. Forbidden properties: "
        return _report_forbidden(draft, field, message, forbidden)
    if field.relation is not None:
        # isUnique of a relation is ignored (docs/wire/metadata.md#unique-fields).
        forbidden = [name for name in changes if name not in _RELATION_EDITABLE and name != "isUnique"]
        return _report_forbidden(draft, field, "Forbidden updated properties for relation field metadata: ", forbidden)
    return True


def _report_forbidden(draft: Draft, field: Field, message: str, forbidden: Sequence[str]) -> bool:
    if forbidden:
        draft.add_problems(
            field.id, [Problem(code="FIELD_MUTATION_NOT_ALLOWED", message=message + ", ".join(forbidden))]
        )
    return not forbidden


def _set_presentation(draft: Draft, field_id: str, name: str, value: Any) -> None:
    """Shipped fields keep what they came with: the workspace's own is an override, and none when it is the
    same again.
    """
    field = draft.field(field_id)
    if field.is_custom:
        draft.set_field(field_id, **{name: value})
        return
    others = {key: text for key, text in field.overrides.items() if key != name}
    draft.set_field(field_id, overrides=others if value == getattr(field, name) else {**others, name: value})


def _set_plain(draft: Draft, field_id: str, name: str, value: Any) -> None:
    draft.set_field(field_id, **{_PLAIN[name]: value})


def _set_ui_editable(draft: Draft, field_id: str, name: str, value: Any) -> None:
    if draft.field(field_id).relation is not None:  # for other fields it is among the keys that are ignored
        draft.set_field(field_id, is_ui_editable=value)


def _set_name(draft: Draft, field_id: str, name: str, value: Any) -> None:
    rename(draft, field_id, value)
    rename_indexes(draft, draft.owner_of(field_id).id)


def _set_settings(draft: Draft, field_id: str, name: str, value: Any) -> None:
    field = draft.field(field_id)
    settings = dict(value or {})
    if field.relation is None:
        if field.type.rules.keeps_settings:
            draft.set_field(field_id, settings=settings)
        return
    if "onDelete" in settings and settings["onDelete"] != field.relation.on_delete:
        if not field.is_many_to_one:
            draft.add_problems(field_id, [_problem("On delete action is only supported for many to one relations")])
        elif settings["onDelete"] not in _ON_DELETE:
            draft.add_problems(field_id, [_problem(f"On delete action is invalid: {settings['onDelete']}", settings)])
        else:
            draft.set_field(field_id, relation=replace(field.relation, on_delete=settings["onDelete"]))
    if "junctionTargetFieldId" in settings:
        junction = settings["junctionTargetFieldId"]
        draft.set_field(field_id, settings={} if junction is None else {"junctionTargetFieldId": junction})


def _set_default(draft: Draft, field_id: str, name: str, value: Any) -> None:
    field = draft.field(field_id)
    default = normalised(field, value)
    draft.set_field(field_id, default_value=default)
    if default is None and not field.is_nullable and field.type.rules.has_default:
        draft.add_problems(field_id, [_problem("Default value cannot be null for non-nullable fields")])


def _set_options(draft: Draft, field_id: str, name: str, value: Any) -> None:
    field = draft.field(field_id)
    if not field.type.rules.takes_options:
        return
    with_ids = [{**option, "id": option.get("id") or draft.new_id()} for option in value or ()]
    problems = choices.problems(with_ids)
    draft.add_problems(field_id, problems)
    if problems:
        return
    options = choices.parsed(with_ids)
    after = replace(field, options=options)
    # A default that is not among the new options is refused in the end.
    fallback = None if choices.default_problems(after) else after.type.default(after, now=draft.now)
    edited = choices.edit(field, options, fallback)
    draft.set_field(field_id, options=edited.options, retired=edited.retired)
    if edited.is_visible:
        draft.set_field(field_id, index_generation=field.index_generation + 1)


def _set_active(draft: Draft, field_id: str, name: str, value: Any) -> None:
    field = draft.set_field(field_id, is_active=value)
    if field.relation is not None:
        draft.set_field(field.relation.target_field_id, is_active=value)
    if not value and draft.owner_of(field_id).label_identifier_field_id == field_id:
        code = "LABEL_IDENTIFIER_FIELD_METADATA_ID_NOT_FOUND"
        draft.add_problems(
            field_id, [Problem(code=code, message="Label identifier field metadata cannot be deactivated")]
        )


def _set_unique(draft: Draft, field_id: str, name: str, value: Any) -> None:
    field = draft.field(field_id)
    if field.relation is not None:
        return
    if value:
        add_uniqueness(draft, field_id, status="BUILDING")
        return
    obj = draft.owner_of(field_id)
    if any(index.is_shipped and index.is_unique and index.members[0].field_id == field_id for index in obj.indexes):
        message = "Cannot delete unique index that have not been created by the workspace custom application"
        draft.add_problems(field_id, [Problem(code="INDEX_MUTATION_NOT_ALLOWED", message=message)])
        return
    remove_uniqueness(draft, field_id)


_SETTERS = {
    **dict.fromkeys(_PRESENTATION, _set_presentation),
    **dict.fromkeys(_PLAIN, _set_plain),
    "name": _set_name,
    "isUIEditable": _set_ui_editable,
    "settings": _set_settings,
    "options": _set_options,
    "defaultValue": _set_default,
    "isActive": _set_active,
    "isUnique": _set_unique,
}


def _add_morph_targets(draft: Draft, field_id: str, raw: Any) -> None:
    """Add members to a morph relation: labels and the inverse's name are copied from a member that is there."""
    obj, field = draft.owner_of(field_id), draft.field(field_id)
    if field.morph_id is None or field.relation is None:
        return
    template = draft.field(field.relation.target_field_id)
    name = group_name(obj, [field], draft)
    for entry in raw if isinstance(raw, list) else [raw]:
        raw_payload = {
            "type": field.relation.kind,
            "targetFieldLabel": template.label,
            "targetFieldIcon": template.icon or "",
            "targetObjectMetadataId": entry.get("targetObjectMetadataId") if isinstance(entry, Mapping) else None,
        }
        try:
            other_side = payload(draft, raw_payload)
        except InvalidPayload as error:
            draft.add_problems(field_id, [error.problem])
            continue
        if other_side.target.id == obj.id:
            draft.add_problems(field_id, [_problem("Source object cannot be the target object")])
            continue
        source = {
            "name": morph_name(name, other_side.kind, other_side.target),
            "type": field.type,
            "morph_id": field.morph_id,
            **{
                attribute: getattr(field, attribute)
                for attribute in ("label", "description", "icon", "is_active", "is_ui_editable")
            },
        }
        add_pair(draft, obj.id, source, other_side, inverse={"name": template.name})


def _problem(message: str, value: Any = None) -> Problem:
    return Problem(code=_INVALID, message=message, value=value)


# ---------------------------------------------------------------------- delete


def delete_field(draft: Draft, field_id: str) -> Field:
    """Remove a field with what depends on it: its inverse, the rest of its morph group, indexes.

    Raises FieldNotFound, FieldMutationNotAllowed, MetadataValidationError.
    """
    owner_and_field = draft.find_field(field_id)
    if owner_and_field is None:
        raise FieldNotFound("Field to delete not found")
    obj, field = owner_and_field
    if field.is_system or not field.is_custom:
        raise FieldMutationNotAllowed(f'Cannot delete standard field "{field.name}"')
    if obj.label_identifier_field_id == field_id:
        message = "Cannot delete, please update the label identifier field first"
        problem = Problem(code="FIELD_MUTATION_NOT_ALLOWED", message=message)
        raise MetadataValidationError.single(
            _DELETING, "fieldMetadata", "delete", problem, about(obj, field_id, field.name, field.universal_identifier)
        )
    siblings = morph_siblings(obj, field)
    # A custom object's place in a shipped group goes alone: the group itself is the product's.
    members = [field, *(siblings if all(sibling.is_custom for sibling in siblings) else ())]
    for member in members:
        remove_with_inverse(draft, member)
    return field


def remove_with_inverse(draft: Draft, field: Field) -> None:
    """Remove a field, its inverse, and what names them."""
    inverse = [] if field.relation is None else [field.relation.target_field_id]
    for field_id in dict.fromkeys((field.id, *inverse)):
        if draft.find_field(field_id) is not None:
            forget_field(draft, field_id)
            _forget_mentions(draft, field_id)
            draft.remove_field(field_id)


def _forget_mentions(draft: Draft, field_id: str) -> None:
    obj, field = draft.owner_of(field_id), draft.field(field_id)
    paths = {leaf.path for leaf in field.leaves}
    criteria = tuple(criterion for criterion in obj.duplicate_criteria if paths.isdisjoint(criterion))
    image = None if obj.image_identifier_field_id == field_id else obj.image_identifier_field_id
    if criteria != obj.duplicate_criteria or image != obj.image_identifier_field_id:
        draft.set_object(obj.id, duplicate_criteria=criteria, image_identifier_field_id=image)
    for other in list(draft.objects.values()):
        for member in other.fields:
            if member.settings.get("junctionTargetFieldId") == field_id:
                draft.set_field(member.id, settings={})
