"""Bodies of objects, fields and indexes (docs/wire/metadata.md#creating-an-object,
docs/wire/metadata.md#changing-an-object, docs/wire/metadata.md#creating-a-field,
docs/wire/metadata.md#changing-a-field, docs/wire/metadata.md#forms-of-bodies, docs/wire/metadata.md#indexes).

They say which members there are, of which form, and tidy texts. What the rules of the model say about the values is
``rules``' matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, WithJsonSchema

from ..limits import DESCRIPTION_CHARACTERS, SHORT_CHARACTERS
from ..model.types.registry import by_name
from ..validation.body import UNNAMED, Body, RequestBody, ResponseBody, validate
from ..validation.errors import InvalidIndexInput
from ..validation.types import (
    FILLED,
    SINGLE_SPACED,
    STRIPPED,
    UNDOCUMENTED,
    FilledText,
    Flag,
    Identifier,
    Json,
    JsonObject,
    JsonObjects,
    Moment,
    Name,
    Number,
    Text,
    documented_as,
    one_of,
)
from .names import MAX_LENGTH
from .options import VALUE_PATTERN

Members = dict[str, Any]

_LENGTHS: Final = {"minLength": 1, "maxLength": MAX_LENGTH}
#: Lengths and alphabets are checked with the change; only the documents have them here.
_NAME_SCHEMA: Final = WithJsonSchema({"type": "string", "pattern": "^[a-z][a-zA-Z0-9]*$", **_LENGTHS})
_LABEL_SCHEMA: Final = WithJsonSchema({"type": "string", **_LENGTHS})
_TYPE_NAMES: Final = sorted({type_.name for type_ in by_name.values()})
_TYPE_SCHEMA: Final = WithJsonSchema({"type": "string", "enum": _TYPE_NAMES})

_DESCRIPTION: Final = Field(max_length=DESCRIPTION_CHARACTERS)
_SHORT: Final = Field(max_length=SHORT_CHARACTERS)

_ObjectName = Annotated[Name, SINGLE_SPACED, _NAME_SCHEMA]
_ObjectLabel = Annotated[FilledText, SINGLE_SPACED, _LABEL_SCHEMA]
_StrippedText = Annotated[Text, STRIPPED]
_FieldName = Annotated[Name, STRIPPED, _NAME_SCHEMA]
_FieldLabel = Annotated[FilledText, STRIPPED, FILLED, _LABEL_SCHEMA]
_IsSynced = Annotated[Flag, Field(description="Names must be what follows from the labels")]
_Default = Annotated[
    Json | None,
    STRIPPED,
    Field(description="Texts stand in quotes of their own: `\"'NEW'\"`; `now` and `uuid` are functions"),
]


def _example(**members: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": members})


def named_members(model: type[RequestBody], raw: Mapping[str, Any]) -> Members:
    """The members that a request names, by wire names; null clears optional ones. Raises InvalidInput."""
    return validate(model, raw).named()


# ------------------------------------------------------------------ objects


class _ObjectMembers(RequestBody):
    name_singular: _ObjectName = UNNAMED
    name_plural: _ObjectName = UNNAMED
    label_singular: _ObjectLabel = UNNAMED
    label_plural: _ObjectLabel = UNNAMED
    description: Annotated[Text, _DESCRIPTION, SINGLE_SPACED] | None = None
    icon: Annotated[Text, _SHORT, SINGLE_SPACED] | None = None
    shortcut: Annotated[Text, _SHORT, SINGLE_SPACED] | None = None
    color: Annotated[Text, _SHORT] | None = None
    is_label_synced_with_name: _IsSynced = UNNAMED


class CreateObject(_ObjectMembers):
    model_config = _example(
        nameSingular="rocket",
        namePlural="rockets",
        labelSingular="Rocket",
        labelPlural="Rockets",
        description="What we send up",
        icon="IconRocket",
    )

    name_singular: _ObjectName
    name_plural: _ObjectName
    label_singular: _ObjectLabel
    label_plural: _ObjectLabel
    skip_name_field: Annotated[
        Flag, Field(description="The object has no `name`; its records are known by their id")
    ] = UNNAMED
    is_remote: Annotated[Flag, UNDOCUMENTED] = UNNAMED
    universal_identifier: Annotated[Identifier, UNDOCUMENTED] = UNNAMED


class UpdateObject(_ObjectMembers):
    model_config = _example(description="What we send up", icon="IconRocket")

    is_active: Flag = UNNAMED
    is_searchable: Flag = UNNAMED
    label_identifier_field_metadata_id: Identifier | None = None
    image_identifier_field_metadata_id: Identifier | None = None
    open_record_in: Annotated[Literal["SIDE_PANEL", "RECORD_PAGE", "USER_CHOICE"], UNDOCUMENTED] = UNNAMED
    readability: Annotated[Literal["OPEN", "PRIVATE", "INHERITED", "APPLICATION", "SYSTEM"], UNDOCUMENTED] = UNNAMED


# ------------------------------------------------------------------ fields


class OptionInput(Body):
    """An option of a choice, as documents show it; ``options.problems`` checks it."""

    id: Identifier = UNNAMED
    value: Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^{VALUE_PATTERN}$", "maxLength": MAX_LENGTH})]
    label: Annotated[str, _LABEL_SCHEMA]
    position: Number
    color: str = UNNAMED


class RelationPayload(RequestBody):
    """The other side of a new relation."""

    target_object_metadata_id: Identifier
    type: Literal["MANY_TO_ONE", "ONE_TO_MANY"]
    target_field_label: Annotated[_StrippedText, _LABEL_SCHEMA]
    target_field_icon: _StrippedText


class MorphTarget(Body):
    target_object_metadata_id: Identifier


class _FieldHome(RequestBody):
    object_metadata_id: Identifier
    type: Annotated[Text, one_of(tuple(by_name)), _TYPE_SCHEMA]


class _FieldMembers(RequestBody):
    name: _FieldName = UNNAMED
    label: _FieldLabel = UNNAMED
    description: Annotated[Text, _DESCRIPTION, STRIPPED] | None = None
    icon: Annotated[Text, _SHORT, STRIPPED] | None = None
    is_unique: Annotated[Flag, Field(description="No two records may have the same value")] = UNNAMED
    default_value: _Default = None
    options: (
        Annotated[
            JsonObjects,
            STRIPPED,
            documented_as(list[OptionInput]),
            Field(description="Of a choice. What has no `id` is a new option"),
        ]
        | None
    ) = None
    settings: Annotated[JsonObject, STRIPPED] | None = None
    is_label_synced_with_name: _IsSynced = UNNAMED
    is_active: Annotated[Flag, UNDOCUMENTED] = UNNAMED
    is_ui_editable: Annotated[Flag, UNDOCUMENTED] = Field(default=UNNAMED, alias="isUIEditable")
    is_ui_read_only: Annotated[Flag, UNDOCUMENTED] = Field(default=UNNAMED, alias="isUIReadOnly")

    def named(self) -> Members:
        """``isUIReadOnly`` is the inverted old name of ``isUIEditable``, which wins."""
        members = super().named()
        read_only = members.pop("isUIReadOnly", None)
        return members if read_only is None else {"isUIEditable": not read_only, **members}


class CreateField(_FieldMembers, _FieldHome):
    model_config = _example(
        objectMetadataId="0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001",
        type="NUMBER",
        name="payload",
        label="Payload",
        description="In kilograms",
        icon="IconWeight",
    )

    name: _FieldName
    label: _FieldLabel
    is_nullable: Flag = True
    is_system: Annotated[Flag, UNDOCUMENTED] = UNNAMED
    is_remote_creation: Annotated[Flag, UNDOCUMENTED] = UNNAMED
    is_audit_logged: Annotated[Flag, UNDOCUMENTED] = UNNAMED
    is_searchable: Annotated[Flag, UNDOCUMENTED] = UNNAMED
    universal_identifier: Annotated[Identifier, UNDOCUMENTED] = UNNAMED
    # What is wrong with relations is part of the report on the change (docs/wire/metadata.md#relations).
    relation_creation_payload: Annotated[
        Json | None, documented_as(RelationPayload), Field(description="Of a field of type RELATION")
    ] = None
    morph_relations_creation_payload: Annotated[
        Json | None,
        documented_as(Annotated[list[RelationPayload], Field(min_length=1)]),
        Field(description="Of a field of type MORPH_RELATION, one for each target"),
    ] = None


class UpdateField(_FieldMembers):
    model_config = _example(description="In tonnes")

    is_active: Flag = UNNAMED
    morph_relations_update_payload: Annotated[Json, documented_as(list[MorphTarget])] = UNNAMED


# ------------------------------------------------------------------ indexes


class _IndexField(RequestBody):
    field_metadata_id: Identifier
    sub_field_name: _StrippedText = UNNAMED


class _CreateIndex(RequestBody):
    object_metadata_id: Identifier
    fields_: JsonObjects = Field(alias="fields")
    index_type: Literal["BTREE", "GIN"] = UNNAMED


def read_index(raw: Mapping[str, Any]) -> Members:
    """The members of a new index; its fields as ``fieldMetadataId`` and ``subFieldName`` (None).

    Raises InvalidInput, for the fields once the rest is well-formed, and InvalidIndexInput.
    """
    members = validate(_CreateIndex, raw).named()
    if not members["fields"]:
        raise InvalidIndexInput("At least one field is required to create an index")
    members["fields"] = [read_index_field(field) for field in members["fields"]]
    return members


def read_index_field(raw: Mapping[str, Any]) -> Members:
    """The field of an index, as ``fieldMetadataId`` and ``subFieldName`` (None). Raises InvalidInput."""
    return validate(_IndexField, raw).complete()


# ------------------------------------------------------------------ answers


class OptionValue(Body):
    id: Identifier
    value: str
    label: str
    position: Number
    color: str = UNNAMED


class _EntityForResponse(ResponseBody):
    """What objects and fields have in common."""

    id: Identifier
    universal_identifier: Identifier
    application_id: Identifier
    workspace_id: Identifier
    description: str
    icon: str
    overrides: Annotated[
        JsonObject, Field(description="What the workspace changed about an object or field that was shipped")
    ]
    is_custom: Annotated[
        bool,
        Field(
            description="Whether the workspace's own application owns it; `applicationId` says so",
            json_schema_extra={"deprecated": True},
        ),
    ]
    is_active: bool
    is_system: bool
    is_ui_editable: bool = Field(alias="isUIEditable")
    is_ui_read_only: bool = Field(alias="isUIReadOnly")
    is_label_synced_with_name: bool
    is_searchable: bool
    writability: str
    created_at: Moment
    updated_at: Moment


class FieldForResponse(_EntityForResponse):
    object_metadata_id: Identifier
    morph_id: Identifier
    type: Annotated[str, _TYPE_SCHEMA]
    name: str
    label: str
    is_nullable: bool
    is_unique: bool
    is_audit_logged: bool
    default_value: _Default
    options: list[OptionValue] | None
    settings: JsonObject
    status: Annotated[str, Field(description="Of a field whose records are being worked on")]


class ObjectForResponse(_EntityForResponse):
    name_singular: str
    name_plural: str
    label_singular: str
    label_plural: str
    color: str
    shortcut: str
    is_remote: bool
    is_ui_creatable: bool = Field(alias="isUICreatable")
    open_record_in: str
    readability: str
    label_identifier_field_metadata_id: Identifier | None
    image_identifier_field_metadata_id: Identifier | None
    readability_parent_field_universal_identifiers: list[Identifier]
    duplicate_criteria: list[list[str]]
    fields_: Annotated[list[FieldForResponse], Field(alias="fields", description="Not in the answer to a deletion")]
