"""What changes of the model do to views and page layouts."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from icosa.model.model import Field, Model, Object, Option
from icosa.store.ops import DeleteItem, PutItem
from icosa.views.defaults import default_view
from icosa.views.entities import new_entity
from icosa.views.entity_types import (
    PAGE_LAYOUT,
    PAGE_LAYOUT_TAB,
    PAGE_LAYOUT_WIDGET,
    VIEW,
    VIEW_FIELD,
    VIEW_FILTER,
    VIEW_GROUP,
    VIEW_SORT,
)
from icosa.views.groups import MAX_VISIBLE, with_default_groups
from icosa.views.rows import as_roots, changes, pack
from icosa.views.tree import Root
from icosa.views.view_updates import apply_updates, updates_for
from tests.support.crm import WORKSPACE, crm

NOW, LATER = "2026-11-18T10:30:00.000Z", "2026-11-19T10:30:00.000Z"
MODEL = crm()
OPPORTUNITY = MODEL.by_plural["opportunities"]
STAGE, NAME, CLOSE, AMOUNT = (OPPORTUNITY.by_name[name] for name in ("stage", "name", "closeDate", "amount"))


def new() -> str:
    return str(uuid.uuid4())


def view(**members: Any) -> Root:
    given = {"name": "V", "icon": "IconList", "objectMetadataId": OPPORTUNITY.id, **members}
    return Root.new(VIEW, new_entity(VIEW, given, now=NOW, isCustom=True))


def with_part(root: Root, entity_type: Any, **members: Any) -> Root:
    return root.with_parts(
        entity_type,
        (*root.parts[entity_type.collection], new_entity(entity_type, {"viewId": root.id, **members}, now=NOW)),
    )


def changed(obj: Object, **attributes: Any) -> Model:
    """The model with another version of an object."""
    other = replace(obj, **attributes)
    return Model(
        workspace_id=WORKSPACE, version=2, objects=tuple(other if item is obj else item for item in MODEL.objects)
    )


def with_field(field: Field, **attributes: Any) -> Model:
    other = replace(field, **attributes)
    return changed(OPPORTUNITY, fields=tuple(other if item is field else item for item in OPPORTUNITY.fields))


def without(field: Field) -> Model:
    return changed(OPPORTUNITY, fields=tuple(item for item in OPPORTUNITY.fields if item is not field))


def after(model: Model, *roots: Root) -> dict[str, Root]:
    before = {root.id: root for root in roots}
    return dict(apply_updates(before, updates_for(MODEL, model, now=LATER)))


def columns(root: Root) -> list[str]:
    names = sorted(root.live(VIEW_FIELD), key=lambda column: column["position"])
    return [next(f.name for f in OPPORTUNITY.fields if f.id == column["fieldMetadataId"]) for column in names]


def groups(root: Root) -> list[tuple[str, bool]]:
    return [
        (group["fieldValue"], group["isVisible"])
        for group in sorted(root.live(VIEW_GROUP), key=lambda group: group["position"])
    ]


def test_the_default_view_shows_what_is_no_relation_with_the_label_first() -> None:
    for obj in MODEL.objects[:-1]:  # the last one's ids are no UUIDs
        root = default_view(obj, now=NOW)
        assert root.entity["key"] == "INDEX"
        assert root.entity["name"] == "All {objectLabelPlural}"
        names = [obj.by_id[column["fieldMetadataId"]] for column in root.live(VIEW_FIELD)]
        assert names[0].id == obj.label_identifier_field_id
        hidden = {"id", "deletedAt", "position", "searchVector"} - {names[0].name}
        assert {field.name for field in names} == {
            field.name for field in obj.fields if field.relation is None and field.name not in hidden
        }
        assert [column["position"] for column in root.live(VIEW_FIELD)] == list(range(len(names)))


def test_roots_survive_the_store() -> None:
    roots = {root.id: root for root in (default_view(obj, now=NOW) for obj in MODEL.objects[:-1])}
    assert as_roots(pack(WORKSPACE, root, revision=1) for root in roots.values()) == roots


def test_only_what_differs_is_written() -> None:
    kept, other, gone = view(), view(), view()
    before = {root.id: root for root in (kept, other, gone)}
    added = view()
    after = {kept.id: kept, other.id: other.with_entity(name="W"), added.id: added}
    written = changes(WORKSPACE, before, after, seen=4)
    assert [op.item["rev"] for op in written if isinstance(op, PutItem)] == [5, 5]
    assert sorted((type(op).__name__, op.key[1]) for op in written) == sorted(
        [("PutItem", f"views#{other.id}"), ("PutItem", f"views#{added.id}"), ("DeleteItem", f"views#{gone.id}")]
    )
    assert all(isinstance(op, PutItem | DeleteItem) for op in written)


def test_most_changes_concern_no_view() -> None:
    assert updates_for(MODEL, MODEL, now=LATER) == []
    assert updates_for(MODEL, with_field(NAME, name="title", label="Title", default_value="'x'"), now=LATER) == []
    assert updates_for(MODEL, changed(OPPORTUNITY, label_plural="Deals"), now=LATER) == []
    relabelled = tuple(replace(option, label="x") for option in STAGE.options)
    assert updates_for(MODEL, with_field(STAGE, options=relabelled), now=LATER) == []


def test_a_new_object_gets_its_view_and_a_deleted_one_takes_its_own() -> None:
    smaller = Model(
        workspace_id=WORKSPACE, version=2, objects=tuple(obj for obj in MODEL.objects if obj is not OPPORTUNITY)
    )
    [root] = apply_updates({}, updates_for(smaller, MODEL, now=LATER)).values()
    assert root.entity["objectMetadataId"] == OPPORTUNITY.id
    company = default_view(MODEL.by_plural["companies"], now=NOW)
    layout = Root.new(PAGE_LAYOUT, new_entity(PAGE_LAYOUT, {"name": "P", "objectMetadataId": OPPORTUNITY.id}, now=NOW))
    assert after(smaller, root, company, layout) == {company.id: company}


def test_deactivation_and_deletion_of_a_field() -> None:
    plain = with_part(with_part(view(), VIEW_FIELD, fieldMetadataId=STAGE.id), VIEW_FIELD, fieldMetadataId=NAME.id)
    plain = with_part(
        with_part(plain, VIEW_FILTER, fieldMetadataId=STAGE.id, value=["NEW"]), VIEW_SORT, fieldMetadataId=STAGE.id
    )
    board = view(type="KANBAN", mainGroupByFieldMetadataId=STAGE.id)
    calendar = view(type="CALENDAR", calendarFieldMetadataId=CLOSE.id, calendarLayout="MONTH")
    summed = view(kanbanAggregateOperation="SUM", kanbanAggregateOperationFieldMetadataId=AMOUNT.id)
    roots = (plain, board, calendar, summed)

    left = after(with_field(STAGE, is_active=False), *roots)
    assert left.keys() == {plain.id, calendar.id, summed.id}
    assert columns(left[plain.id]) == ["name"]
    assert left[plain.id].live(VIEW_FILTER) == []
    assert len(left[plain.id].live(VIEW_SORT)) == 1
    assert left[calendar.id] is calendar

    left = after(without(STAGE), *roots)
    assert left.keys() == {plain.id, calendar.id, summed.id}
    assert left[plain.id].live(VIEW_SORT) == []
    assert after(without(CLOSE), *roots).keys() == {plain.id, board.id, summed.id}
    cleared = after(without(AMOUNT), *roots)[summed.id].entity
    assert cleared["kanbanAggregateOperation"] is cleared["kanbanAggregateOperationFieldMetadataId"] is None
    assert after(with_field(STAGE, is_active=True), *roots) == {root.id: root for root in roots}


def test_widgets_of_a_deleted_field_go() -> None:
    layout = Root.new(PAGE_LAYOUT, new_entity(PAGE_LAYOUT, {"name": "P"}, now=NOW))
    tab = new_entity(PAGE_LAYOUT_TAB, {"title": "T", "pageLayoutId": layout.id}, now=NOW)
    grid = {"row": 0, "column": 0, "rowSpan": 1, "columnSpan": 1}
    common = {"title": "W", "pageLayoutTabId": tab["id"], "gridPosition": grid, "objectMetadataId": OPPORTUNITY.id}
    only = new_entity(
        PAGE_LAYOUT_WIDGET, {**common, "type": "FIELD", "configuration": {"fieldMetadataId": STAGE.id}}, now=NOW
    )
    more = new_entity(PAGE_LAYOUT_WIDGET, {**common, "type": "FIELDS", "configuration": {"viewId": new()}}, now=NOW)
    layout = layout.with_parts(PAGE_LAYOUT_TAB, (tab,)).with_parts(PAGE_LAYOUT_WIDGET, (only, more))
    assert after(without(STAGE), layout)[layout.id].live(PAGE_LAYOUT_WIDGET) == [more]
    smaller = Model(
        workspace_id=WORKSPACE, version=2, objects=tuple(obj for obj in MODEL.objects if obj is not OPPORTUNITY)
    )
    assert {w["objectMetadataId"] for w in after(smaller, layout)[layout.id].live(PAGE_LAYOUT_WIDGET)} == {None}


def test_options_in_filters_and_groups() -> None:
    first, second, third, *rest = STAGE.options
    renamed = (replace(first, value="FRESH"), third, *rest, Option(id=new(), value="LOST", label="Lost", position=99))
    model = with_field(STAGE, options=renamed)
    board = with_default_groups(MODEL, view(type="KANBAN", mainGroupByFieldMetadataId=STAGE.id), now=NOW)
    values: list[Any] = [
        [first.value, second.value],
        f'["{first.value}","{second.value}"]',
        first.value,
        [second.value],
        f'["{second.value}"]',
        second.value,
        [third.value],
        7,
        "[broken",
    ]
    for value in values:
        board = with_part(board, VIEW_FILTER, fieldMetadataId=STAGE.id, operand="IS", value=value)
    board = with_part(board, VIEW_FILTER, fieldMetadataId=NAME.id, value=first.value)

    root = after(model, board)[board.id]
    kept = [part["value"] for part in root.live(VIEW_FILTER)]
    assert kept == [["FRESH"], '["FRESH"]', "FRESH", [third.value], 7, "[broken", first.value]
    before = [name for name, _ in groups(board)]
    expected = ["FRESH" if name == first.value else name for name in before if name != second.value]
    assert groups(root) == [*((name, True) for name in expected), ("LOST", True)]
    ungrouped = view()
    assert after(model, ungrouped)[ungrouped.id] is ungrouped


def test_swapped_values_are_swapped() -> None:
    first, second, *rest = STAGE.options
    swapped = (replace(first, value=second.value), replace(second, value=first.value), *rest)
    root = with_part(view(), VIEW_FILTER, fieldMetadataId=STAGE.id, operand="IS", value=[first.value])
    [part] = after(with_field(STAGE, options=swapped), root)[root.id].live(VIEW_FILTER)
    assert part["value"] == [second.value]


def test_forty_groups_are_visible() -> None:
    many = tuple(
        Option(id=new(), value=f"V{number}", label=f"V{number}", position=number) for number in range(MAX_VISIBLE + 3)
    )
    model = with_field(STAGE, options=many)
    board = with_default_groups(model, view(mainGroupByFieldMetadataId=STAGE.id), now=NOW)
    names = groups(board)
    assert [name for name, _ in names] == [*(option.value for option in many), *([""] if STAGE.is_nullable else [])]
    assert [visible for _, visible in names] == [number < MAX_VISIBLE for number in range(len(names))]
    one_more = (*many, Option(id=new(), value="MORE", label="More", position=999))
    more = replace(STAGE, options=one_more)
    wider = replace(
        model.by_id[OPPORTUNITY.id], fields=tuple(more if f.id == STAGE.id else f for f in OPPORTUNITY.fields)
    )
    after_it = Model(
        workspace_id=WORKSPACE, version=3, objects=tuple(wider if o.id == wider.id else o for o in model.objects)
    )
    [root] = apply_updates({board.id: board}, updates_for(model, after_it, now=LATER)).values()
    assert groups(root)[-1] == ("MORE", False)


def test_a_new_field_joins_the_forms() -> None:
    form = with_part(view(type="FIELDS_WIDGET"), VIEW_FIELD, fieldMetadataId=NAME.id, position=4)
    table = with_part(view(), VIEW_FIELD, fieldMetadataId=NAME.id)
    field = replace(NAME, id=new(), key="f900", name="nickname")
    model = changed(OPPORTUNITY, fields=(*OPPORTUNITY.fields, field))
    left = after(model, form, table)
    assert [(c["fieldMetadataId"], c["position"]) for c in left[form.id].live(VIEW_FIELD)] == [
        (NAME.id, 4),
        (field.id, 5),
    ]
    assert left[table.id] is table


def test_the_label_identifier_stands_first() -> None:
    root = with_part(
        with_part(view(), VIEW_FIELD, fieldMetadataId=NAME.id), VIEW_FIELD, fieldMetadataId=AMOUNT.id, position=1
    )
    other = with_part(root, VIEW_FIELD, fieldMetadataId=STAGE.id, position=2, isVisible=False)
    model = changed(OPPORTUNITY, label_identifier_field_id=STAGE.id)
    for item in (root, other):
        moved = after(model, item)[item.id]
        assert columns(moved) == ["stage", "name", "amount"]
        assert all(column["isVisible"] for column in moved.live(VIEW_FIELD))
