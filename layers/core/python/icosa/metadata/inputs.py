"""The bodies of metadata requests: the form that each member must have (spec/metadata.md §4.1, §4.3, §5.1, §5.5, §6.1,
§7).

Pure. Every function returns the members that the change knows, texts tidied, and raises InvalidInput with all messages;
texts are those of the validation library that Twenty uses. What the rules of the model say about the values is
``rules``' matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..identifiers import is_uuid
from ..model.types.registry import by_name
from ..validation.errors import InvalidIndexInput, InvalidInput

Input = dict[str, Any]
Check = Callable[[str, Any], list[str]]
Tidy = Callable[[Any], Any]

_NAME = re.compile(r"(?!(?:not|or|and|Int|Float|Boolean|String|ID)$)[^'\"\\;.=*/]+")
_BLANKS = re.compile(r"\s+")
_INDEX_TYPES = ("BTREE", "GIN")
_OPEN_RECORD_IN = ("SIDE_PANEL", "RECORD_PAGE", "USER_CHOICE")
_READABILITY = ("OPEN", "PRIVATE", "INHERITED", "APPLICATION", "SYSTEM")


# ------------------------------------------------------------------ checks


def _text(name: str, value: Any) -> list[str]:
    return [] if isinstance(value, str) else [f"{name} must be a string"]


def _full_text(name: str, value: Any) -> list[str]:
    return [*_text(name, value), *([] if value not in (None, "") else [f"{name} should not be empty"])]


def _name(name: str, value: Any) -> list[str]:
    well_formed = isinstance(value, str) and _NAME.fullmatch(value)
    return [*([] if well_formed else [f"{name} has failed the name validation check"]), *_full_text(name, value)]


def _boolean(name: str, value: Any) -> list[str]:
    return [] if isinstance(value, bool) else [f"{name} must be a boolean value"]


def _id(name: str, value: Any) -> list[str]:
    return [] if is_uuid(value) else [f"{name} must be a UUID"]


def _object(name: str, value: Any) -> list[str]:
    return [] if isinstance(value, Mapping) else [f"{name} must be an object"]


def _list(name: str, value: Any) -> list[str]:
    return [] if isinstance(value, list) else [f"{name} must be an array"]


def _objects(name: str, value: Any) -> list[str]:
    if isinstance(value, list) and all(isinstance(member, Mapping) for member in value):
        return []
    return [*_list(name, value), f"each value in {name} must be an object"]


def _anything(name: str, value: Any) -> list[str]:
    return []


def _one_of(values: Sequence[str]) -> Check:
    def check(name: str, value: Any) -> list[str]:
        return (
            []
            if isinstance(value, str) and value in values
            else [f"{name} must be one of the following values: {', '.join(values)}"]
        )

    return check


# ------------------------------------------------------------------ tidying


def _same(value: Any) -> Any:
    return value


def _single_spaced(value: Any) -> Any:
    return _BLANKS.sub(" ", value).strip() if isinstance(value, str) else value


def _stripped(value: Any) -> Any:
    """Texts without blanks around them, also inside lists and objects."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_stripped(member) for member in value]
    if isinstance(value, Mapping):
        return {name: _stripped(member) for name, member in value.items()}
    return value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


# ------------------------------------------------------------------ members


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    check: Check
    tidy: Tidy = _same
    is_required: bool = False


def _required(members: Sequence[_Member], *names: str) -> tuple[_Member, ...]:
    return tuple(_Member(m.name, m.check, m.tidy, is_required=True) if m.name in names else m for m in members)


_OBJECT = (
    _Member("nameSingular", _name, _single_spaced),
    _Member("namePlural", _name, _single_spaced),
    _Member("labelSingular", _full_text, _single_spaced),
    _Member("labelPlural", _full_text, _single_spaced),
    _Member("description", _text, _single_spaced),
    _Member("icon", _text, _single_spaced),
    _Member("shortcut", _text, _single_spaced),
    _Member("color", _text, _same),
    _Member("isLabelSyncedWithName", _boolean),
)
_CREATE_OBJECT = (
    *_required(_OBJECT, "nameSingular", "namePlural", "labelSingular", "labelPlural"),
    _Member("skipNameField", _boolean),
    _Member("isRemote", _boolean),
    _Member("universalIdentifier", _id, _lower),
)
_UPDATE_OBJECT = (
    *_OBJECT,
    _Member("isActive", _boolean),
    _Member("isSearchable", _boolean),
    _Member("labelIdentifierFieldMetadataId", _id, _lower),
    _Member("imageIdentifierFieldMetadataId", _id, _lower),
    _Member("openRecordIn", _one_of(_OPEN_RECORD_IN)),
    _Member("readability", _one_of(_READABILITY)),
)
_FIELD = (
    _Member("name", _name, _stripped),
    _Member("label", _full_text, _stripped),
    _Member("description", _text, _stripped),
    _Member("icon", _text, _stripped),
    _Member("isUnique", _boolean),
    _Member("defaultValue", _anything, _stripped),
    _Member("options", _objects, _stripped),
    _Member("settings", _object, _stripped),
    _Member("isLabelSyncedWithName", _boolean),
    _Member("isActive", _boolean),
    _Member("isUIEditable", _boolean),
    _Member("isUIReadOnly", _boolean),
)
_CREATE_FIELD = (
    _Member("objectMetadataId", _id, _lower, is_required=True),
    _Member("type", _one_of(tuple(by_name)), _stripped, is_required=True),
    *_required(_FIELD, "name", "label"),
    _Member("isNullable", _boolean),
    _Member("isSystem", _boolean),
    _Member("isRemoteCreation", _boolean),
    _Member("isAuditLogged", _boolean),
    _Member("isSearchable", _boolean),
    _Member("universalIdentifier", _id, _lower),
    # What is wrong with relations is part of the report on the change (spec/metadata.md §8).
    _Member("relationCreationPayload", _anything),
    _Member("morphRelationsCreationPayload", _anything),
)
_UPDATE_FIELD = (*_FIELD, _Member("morphRelationsUpdatePayload", _anything))
_CREATE_INDEX = (
    _Member("objectMetadataId", _id, _lower, is_required=True),
    _Member("fields", _objects, is_required=True),
    _Member("indexType", _one_of(_INDEX_TYPES)),
)
_INDEX_FIELD = (
    _Member("fieldMetadataId", _id, _lower, is_required=True),
    _Member("subFieldName", _text, _stripped),
)
_MEMBERS_THAT_NULL_CLEARS = frozenset(
    ("description", "icon", "shortcut", "color", "defaultValue", "options", "settings",
     "labelIdentifierFieldMetadataId", "imageIdentifierFieldMetadataId",
     "relationCreationPayload", "morphRelationsCreationPayload")
)  # fmt: skip


def _read(members: Sequence[_Member], raw: Mapping[str, Any]) -> Input:
    found: Input = {}
    messages: list[str] = []
    for member in members:
        value = raw.get(member.name)
        if value is None and not member.is_required:
            if member.name in raw and member.name in _MEMBERS_THAT_NULL_CLEARS:
                found[member.name] = None
            continue
        tidied = member.tidy(value)
        messages += member.check(member.name, value)
        found[member.name] = tidied
    if messages:
        raise InvalidInput(messages)
    return found


def create_object(raw: Mapping[str, Any]) -> Input:
    """The members of a new object."""
    return _read(_CREATE_OBJECT, raw)


def update_object(raw: Mapping[str, Any]) -> Input:
    """The members of an object that an update names; null clears optional ones."""
    return _read(_UPDATE_OBJECT, raw)


def create_field(raw: Mapping[str, Any]) -> Input:
    """The members of a new field."""
    return _with_ui_alias(_read(_CREATE_FIELD, raw))


def update_field(raw: Mapping[str, Any]) -> Input:
    """The members of a field that an update names; null clears optional ones."""
    return _with_ui_alias(_read(_UPDATE_FIELD, raw))


def create_index(raw: Mapping[str, Any]) -> Input:
    """The members of a new index; its fields as ``fieldMetadataId`` and ``subFieldName`` (None)."""
    found = _read(_CREATE_INDEX, raw)
    if not found["fields"]:
        raise InvalidIndexInput("At least one field is required to create an index")
    found["fields"] = [{"subFieldName": None, **_read(_INDEX_FIELD, member)} for member in found["fields"]]
    return found


def _with_ui_alias(found: Input) -> Input:
    """``isUIReadOnly`` is the inverted old name of ``isUIEditable``, which wins."""
    read_only = found.pop("isUIReadOnly", None)
    if read_only is not None:
        found.setdefault("isUIEditable", not read_only)
    return found
