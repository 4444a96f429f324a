"""Views, page layouts and their parts in the document of the Metadata REST API: from the shapes of the entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...identifiers import capitalised
from ...model.types.json_schema import BOOLEAN, DATE_TIME, UUID, array, nullable, object_of
from ...views.shapes import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    PARTS,
    ROOT_OF,
    SHAPES,
    VIEW,
    VIEW_FIELD,
    VIEW_FIELD_GROUP,
    VIEW_FILTER,
    VIEW_FILTER_GROUP,
    VIEW_GROUP,
    VIEW_SORT,
    Member,
    Shape,
)
from .collection import Collection
from .errors import Part
from .records import reference

_ID = "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001"
_GRID = {"row": 0, "column": 0, "rowSpan": 2, "columnSpan": 2}
_EXAMPLES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    VIEW.collection: ({"name": "Mine", "icon": "IconList", "objectMetadataId": _ID}, {"name": "Ours"}),
    VIEW_FIELD.collection: ({"viewId": _ID, "fieldMetadataId": _ID, "position": 1}, {"isVisible": False}),
    VIEW_FILTER.collection: (
        {"viewId": _ID, "fieldMetadataId": _ID, "operand": "CONTAINS", "value": "rocket"},
        {"operand": "DOES_NOT_CONTAIN"},
    ),
    VIEW_SORT.collection: ({"viewId": _ID, "fieldMetadataId": _ID, "direction": "DESC"}, {"direction": "ASC"}),
    VIEW_GROUP.collection: ({"viewId": _ID, "fieldValue": "NEW", "position": 1}, {"isVisible": False}),
    VIEW_FILTER_GROUP.collection: ({"viewId": _ID, "logicalOperator": "OR"}, {"logicalOperator": "AND"}),
    PAGE_LAYOUT.collection: ({"name": "Overview", "type": "DASHBOARD"}, {"name": "Summary"}),
    PAGE_LAYOUT_TAB.collection: ({"title": "First", "pageLayoutId": _ID}, {"position": 2}),
    PAGE_LAYOUT_WIDGET.collection: (
        {
            "title": "Site",
            "type": "IFRAME",
            "pageLayoutTabId": _ID,
            "gridPosition": _GRID,
            "configuration": {"configurationType": "IFRAME", "url": "https://example.com"},
        },
        {"title": "Our site"},
    ),
}
#: Collections whose entities say that they are active, and never overridden.
_PRESENTED = (VIEW_FIELD, VIEW_FIELD_GROUP, PAGE_LAYOUT_TAB, PAGE_LAYOUT_WIDGET)


def _singular(shape: Shape) -> str:
    return shape.collection.removesuffix("s")


def _input(member: Member) -> Part:
    """What a body may hold: null is as good as nothing, or clears the value. ``default`` says what a new entity has
    without it.
    """
    schema = member.form.schema if member.is_required else nullable(member.form.schema) if member.form.schema else {}
    return schema if member.default is None else {**schema, "default": member.default}


def _update(member: Member) -> Part:
    return nullable(member.form.schema) if member.form.schema else {}


def _output(member: Member) -> Part:
    return nullable(member.form.schema) if member.nullable and member.form.schema else member.form.schema


def _response(shape: Shape) -> dict[str, Part]:
    found: dict[str, Part] = {"id": UUID, **{member.name: _output(member) for member in shape.members}}
    if shape == VIEW:
        found |= {"isCustom": BOOLEAN, "isActive": BOOLEAN, "createdByUserWorkspaceId": nullable(UUID)}
        found |= {
            part.collection: array(_reference(part)) for part in PARTS[VIEW.collection] if part != VIEW_FIELD_GROUP
        }
        found[VIEW_FIELD_GROUP.collection] = array(object_of(_response(VIEW_FIELD_GROUP)))
    elif shape in _PRESENTED:
        found |= {"isActive": BOOLEAN, "isOverridden": BOOLEAN}
    if shape == VIEW_FIELD_GROUP:
        found["viewFields"] = array(_reference(VIEW_FIELD))
    elif shape == PAGE_LAYOUT:
        found["tabs"] = array(_reference(PAGE_LAYOUT_TAB))
    elif shape == PAGE_LAYOUT_TAB:
        found["widgets"] = array(_reference(PAGE_LAYOUT_WIDGET))
    return {
        **found,
        "workspaceId": UUID,
        "createdAt": DATE_TIME,
        "updatedAt": DATE_TIME,
        "deletedAt": nullable(DATE_TIME),
    }


def _reference(shape: Shape) -> Part:
    return reference(f"{capitalised(_singular(shape))}ForResponse")


def _filters(shape: Shape) -> tuple[Part, ...]:
    forms = {member.name: member.form for member in shape.members}
    return tuple(
        {"name": name, "in": "query", "required": shape.required_filter is not None, "schema": forms[member].schema}
        for name, member in shape.filters.items()
    )


def _collection(shape: Shape) -> Collection:
    example, update_example = _EXAMPLES[shape.collection]
    is_layout = ROOT_OF[shape.collection] == PAGE_LAYOUT
    return Collection(
        singular=_singular(shape),
        plural=shape.collection,
        create={"id": nullable(UUID), **{member.name: _input(member) for member in shape.members}},
        required=tuple(member.name for member in shape.members if member.is_required),
        update={member.name: _update(member) for member in shape.members if not member.fixed},
        response=_response(shape),
        example=example,
        update_example=update_example,
        is_wrapped=False,
        filters=_filters(shape),
        found=nullable(_reference(shape)) if shape == PAGE_LAYOUT else None,
        deleted={"const": True} if is_layout else {**object_of({"success": {"const": True}}), "required": ["success"]},
        has_parent=not shape.is_root,
    )


#: Field groups have no route.
VIEW_COLLECTIONS = tuple(_collection(shape) for shape in SHAPES.values() if shape != VIEW_FIELD_GROUP)
