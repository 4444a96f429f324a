"""Changes of objects in a draft: of the object that a request names, and of everything that depends on it
(docs/wire/metadata.md#objects).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ..identifiers import capitalised
from ..model.model import Object
from ..model.types.registry import by_name
from ..shipped import load
from ..validation.errors import EntityNotFound, InvalidObjectInput, ObjectNotFound, Problem
from .draft import Draft
from .fields import remove_with_inverse
from .index_defaults import with_default_indexes
from .indexes import add_index, rename_indexes
from .relations import Payload, add_pair, follow_rename
from .standard import FIELD_FLAGS

_PRESENTATION = {
    "labelSingular": "label_singular",
    "labelPlural": "label_plural",
    "description": "description",
    "icon": "icon",
    "color": "color",
}
_PLAIN = {
    "isActive": "is_active",
    "isSearchable": "is_searchable",
    "imageIdentifierFieldMetadataId": "image_identifier_field_id",
    "openRecordIn": "open_record_in",
    "readability": "readability",
}
_CUSTOM_PLAIN = {
    "nameSingular": "name_singular",
    "namePlural": "name_plural",
    "isLabelSyncedWithName": "is_label_synced_with_name",
    "labelIdentifierFieldMetadataId": "label_identifier_field_id",
}
_EDITABLE = {**_PRESENTATION, **_PLAIN, **_CUSTOM_PLAIN}
#: What is set when an object is created: an update may name it with the value that it has.
FIXED: Mapping[str, Callable[[Object], Any]] = {
    "id": lambda obj: obj.id,
    "isCustom": lambda obj: obj.is_custom,
    "isRemote": lambda obj: obj.is_remote,
    "isSystem": lambda obj: obj.is_system,
}
_ID = "id"
_NOT_OF_THE_OBJECT = "validation failed: related field metadata not found"


# ---------------------------------------------------------------------- create


def create_object(draft: Draft, members: Mapping[str, Any]) -> Object:
    """Add an object (``bodies.CreateObject``) with its system fields and default relations."""
    spec = load("custom-object")
    object_id = draft.new_id()
    draft.add_object(
        id=object_id,
        name_singular=members["nameSingular"],
        name_plural=members["namePlural"],
        label_singular=capitalised(members["labelSingular"]),
        label_plural=capitalised(members["labelPlural"]),
        description=members.get("description"),
        icon=members.get("icon"),
        shortcut=members.get("shortcut"),
        color=members.get("color"),
        is_label_synced_with_name=members.get("isLabelSyncedWithName", False),
        universal_identifier=members.get("universalIdentifier") or draft.new_id(),
        is_custom=True,
    )
    if members.get("isRemote"):
        draft.add_problems(object_id, [_problem("Remote objects are not supported yet")])
    label_identifier = _ID if members.get("skipNameField") else spec["labelIdentifier"]
    ids = {}
    for field in spec["fields"]:
        if field["name"] == spec["labelIdentifier"] != label_identifier:
            continue
        flags = {attribute: field[flag] for flag, attribute in FIELD_FLAGS.items() if flag in field}
        identity = {"id": draft.new_id(), "universal_identifier": draft.new_id(), "is_custom": True}
        added = draft.add_field(
            object_id,
            name=field["name"],
            type=by_name[field["type"]],
            label=field["label"],
            icon=field["icon"],
            **identity,
            **flags,
        )
        draft.set_field(added.id, leaf_indexes=with_default_indexes(None, added).leaf_indexes)
        ids[field["name"]] = added.id
    draft.set_object(
        object_id,
        label_identifier_field_id=ids[label_identifier],
        search_field_ids=tuple(ids[name] for name in spec["searchFields"] if name in ids),
    )
    for name in spec["ginIndexes"]:
        add_index(draft, object_id, [(ids[name], None)], type="GIN", is_custom=False)
    for relation in spec["relations"]:
        add_default_relation(draft, object_id, relation, spec["morphGroup"])
    return draft.object(object_id)


def add_default_relation(draft: Draft, object_id: str, spec: Mapping[str, Any], group: str) -> None:
    """Let records of the new object have notes, attachments and the like: a new member of the other side's
    morph group. Not where the workspace has no such object yet: its migration sees to it (``migrations.standard``).
    """
    obj = draft.object(object_id)
    name = spec["relation"]["object"]
    target = next((obj for obj in draft.objects.values() if not obj.is_custom and obj.name_singular == name), None)
    if target is None:
        return
    name = group + capitalised(obj.name_singular)
    siblings = (field for field in target.fields if field.morph_id is not None and field.name.startswith(group))
    morph_id = next((field.morph_id for field in siblings), None) or draft.new_id()
    label = obj.label_singular
    add_pair(
        draft,
        object_id,
        {"name": spec["name"], "label": spec["label"], "icon": spec["icon"], "type": by_name[spec["type"]]},
        Payload(kind=spec["relation"]["kind"], target=target, label=label, icon=obj.icon or ""),
        inverse={"name": name, "type": by_name["MORPH_RELATION"], "morph_id": morph_id, "is_indexed": False},
    )


# ---------------------------------------------------------------------- update


def update_object(
    draft: Draft, object_id: str, changes: Mapping[str, Any], *, fixed: Mapping[str, Any] = MappingProxyType({})
) -> Object:
    """Apply the members of an update (``bodies.UpdateObject``). ``fixed`` are those of ``FIXED`` that it names;
    unknown keys and unchanged values of others are left alone.

    Raises ObjectNotFound, InvalidObjectInput.
    """
    obj = draft.find_object(object_id)
    if obj is None:
        raise ObjectNotFound("Object to update not found")
    # Naming what a shipped object owns is refused even when the value is the same
    # (docs/wire/metadata.md#changing-an-object).
    forbidden = [] if obj.is_custom or obj.is_system else [name for name in changes if name in _CUSTOM_PLAIN]
    if forbidden:
        raise InvalidObjectInput(f"Cannot edit standard object metadata properties: {', '.join(forbidden)}")
    refused = [name for name, value in fixed.items() if value != FIXED[name](obj)]
    if refused:
        draft.add_problems(
            object_id, [_problem(f"These properties of an object cannot be changed: {', '.join(refused)}")]
        )
    changes = {name: value for name, value in changes.items() if name in _EDITABLE and value != _current(obj, name)}
    for name in ("labelSingular", "labelPlural"):
        if name in changes:
            changes[name] = capitalised(changes[name])
    if obj.is_system and any(name not in _PRESENTATION and name != "isActive" for name in changes):
        raise InvalidObjectInput("System objects cannot be updated directly. Use overrides for cosmetic changes.")
    for name, value in changes.items():
        if name in _PRESENTATION:
            _set_presentation(draft, object_id, name, value)
        else:
            draft.set_object(object_id, **{_EDITABLE[name]: value})
    if "labelIdentifierFieldMetadataId" in changes:
        _identify(draft, object_id)
    if (
        changes.get("imageIdentifierFieldMetadataId") is not None
        and changes["imageIdentifierFieldMetadataId"] not in obj.by_id
    ):
        draft.add_problems(object_id, [_problem(f"imageIdentifierFieldMetadataId {_NOT_OF_THE_OBJECT}")])
    if "nameSingular" in changes or "namePlural" in changes:
        _renamed(draft, obj)
    return draft.object(object_id)


def _current(obj: Object, name: str) -> Any:
    return obj.display(name) if name in _PRESENTATION else getattr(obj, _EDITABLE[name])


def _set_presentation(draft: Draft, object_id: str, name: str, value: Any) -> None:
    """As for fields: what a shipped object came with stays, the workspace's own is an override."""
    obj = draft.object(object_id)
    attribute = _PRESENTATION[name]
    if obj.is_custom:
        draft.set_object(object_id, **{attribute: value})
        return
    others = {key: text for key, text in obj.overrides.items() if key != name}
    draft.set_object(object_id, overrides=others if value == getattr(obj, attribute) else {**others, name: value})


def _identify(draft: Draft, object_id: str) -> None:
    """A new label identifier must be able to name records, and is searched."""
    obj = draft.object(object_id)
    prefix = "labelIdentifierFieldMetadataId"
    if obj.label_identifier_field_id is None:
        draft.add_problems(object_id, [_problem(f"{prefix} cannot be null")])
        return
    field = obj.by_id.get(obj.label_identifier_field_id)
    if field is None:
        draft.add_problems(object_id, [_problem(f"{prefix} {_NOT_OF_THE_OBJECT}")])
    elif not field.type.rules.can_be_label_identifier:
        friendly = "Field cannot be used as label identifier due to its type: should be of type UUID, text or full name"
        draft.add_problems(object_id, [_problem(f"{prefix} validation failed: field type not compatible", friendly)])
    elif field.id not in obj.search_field_ids:
        draft.set_object(object_id, search_field_ids=(*obj.search_field_ids, field.id))


def _renamed(draft: Draft, before: Object) -> None:
    after = draft.object(before.id)
    follow_rename(draft, before, after)
    for object_id in list(draft.objects):
        rename_indexes(draft, object_id)


# ---------------------------------------------------------------------- delete


def delete_object(draft: Draft, object_id: str) -> Object:
    """Remove a custom object and every field of other objects that leads to it. Raises EntityNotFound,
    InvalidObjectInput.
    """
    obj = draft.find_object(object_id)
    if obj is None:
        raise EntityNotFound
    if obj.is_remote:
        raise InvalidObjectInput("Remote objects are not supported yet")
    if obj.is_system:
        raise InvalidObjectInput("System objects cannot be deleted")
    if not obj.is_custom:
        raise InvalidObjectInput("Standard objects cannot be deleted")
    for field in obj.fields:
        if field.relation is not None and draft.find_field(field.id) is not None:
            remove_with_inverse(draft, field)
    draft.remove_object(object_id)
    return obj


def _problem(message: str, friendly: str | None = None) -> Problem:
    return Problem(code="INVALID_OBJECT_INPUT", message=message, friendly=friendly)
