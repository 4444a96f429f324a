"""Views and page layouts over GraphQL (docs/wire/metadata.md#views)."""

from __future__ import annotations

from tests.support.metadata_client import MetadataClient
from tests.support.views import SOMETHING, Json, field


def test_graphql_twins(call: MetadataClient, own: Json) -> None:
    view = call.data(
        "mutation($i: CreateViewInput!) { createView(input: $i) { id name type visibility viewGroups { fieldValue } } "
        "}",
        i={
            "name": "All {objectLabelPlural}!",
            "icon": "IconList",
            "objectMetadataId": own["id"],
            "type": "KANBAN",
            "mainGroupByFieldMetadataId": field(own, "stage"),
        },
    )["createView"]
    assert view["name"] == f"All {own['labelPlural']}!"
    assert [group["fieldValue"] for group in view["viewGroups"]] == ["NEW", "OLD", ""]
    stage, name = field(own, "stage"), field(own, "name")
    answer = call.data(
        """mutation($v: UUID!, $stage: UUID!, $name: UUID!) {
          createManyViewFields(
            inputs: [{viewId: $v, fieldMetadataId: $stage}, {viewId: $v, fieldMetadataId: $name, position: 1}]
          ) { id position }
          createViewFieldGroup(input: {viewId: $v, name: "G"}) { id viewFields { id } }
          createViewFilterGroup(input: {viewId: $v, logicalOperator: OR}) { id }
          createViewFilter(input: {viewId: $v, fieldMetadataId: $stage, operand: IS, value: ["NEW"]}) { id value
            operand }
          createViewSort(input: {viewId: $v, fieldMetadataId: $name, direction: DESC}) { id direction }
        }""",
        v=view["id"],
        stage=stage,
        name=name,
    )
    assert answer["createViewFilter"]["value"] == ["NEW"]
    columns = [column["id"] for column in answer["createManyViewFields"]]
    ids = {
        "f": columns[0],
        "fg": answer["createViewFieldGroup"]["id"],
        "g": answer["createViewFilterGroup"]["id"],
        "gs": answer["createViewFilterGroup"]["id"],
        "fi": answer["createViewFilter"]["id"],
        "s": answer["createViewSort"]["id"],
        "v": view["id"],
    }
    updated = call.data(
        """mutation($f: UUID!, $fg: UUID!, $g: UUID!, $gs: String!, $fi: UUID!, $s: UUID!, $v: String!) {
          updateViewField(input: {id: $f, update: {isVisible: false, viewFieldGroupId: $fg}}) { isVisible
            viewFieldGroupId }
          updateViewFilter(input: {id: $fi, update: {viewFilterGroupId: $g, value: "x"}}) { value viewFilterGroupId }
          updateViewFilterGroup(id: $gs, input: {logicalOperator: AND}) { logicalOperator }
          updateViewSort(input: {id: $s, update: {direction: ASC}}) { direction }
          updateViewFieldGroup(input: {id: $fg, update: {name: "H"}}) { name viewFields { id } }
          updateView(id: $v, input: {name: "Board", isCompact: true}) { name isCompact viewFields { id isVisible }
            viewSorts { direction } }
        }""",
        **ids,
    )
    assert updated["updateViewFilter"] == {"value": "x", "viewFilterGroupId": ids["g"]}
    assert updated["updateViewFieldGroup"] == {"name": "H", "viewFields": [{"id": ids["f"]}]}
    assert updated["updateView"]["viewFields"][0] == {"id": ids["f"], "isVisible": False}
    assert updated["updateView"]["viewSorts"] == [{"direction": "ASC"}]
    read = call.data(
        """query($v: String!, $o: String, $f: String!) {
          getViews(objectMetadataId: $o, viewTypes: [KANBAN]) { id key }
          getView(id: $v) { name viewFilterGroups { logicalOperator } viewFieldGroups { name } }
          getViewFields(viewId: $v) { id }  getViewField(id: $f) { viewFieldGroupId }
          getViewFilters(viewId: $v) { id }  getViewSorts(viewId: $v) { id }  getViewGroups(viewId: $v) { fieldValue }
          getViewFilterGroups(viewId: $v) { id }  getViewFieldGroups(viewId: $v) { id }
        }""",
        v=view["id"],
        o=own["id"],
        f=ids["f"],
    )
    assert read["getViews"] == [{"id": view["id"], "key": None}]
    assert read["getView"] == {
        "name": "Board",
        "viewFilterGroups": [{"logicalOperator": "AND"}],
        "viewFieldGroups": [{"name": "H"}],
    }
    assert [item["id"] for item in read["getViewFields"]] == columns
    assert call.data("query($id: String!) { getView(id: $id) { id } }", id=SOMETHING) == {"getView": None}
    gone = call.data(
        """mutation($f: UUID!, $fg: UUID!, $gs: String!, $fi: UUID!, $s: UUID!) {
          deleteViewFieldGroup(input: {id: $fg}) { id deletedAt }
          deleteViewField(input: {id: $f}) { id deletedAt viewFieldGroupId }
          destroyViewField(input: {id: $f}) { id }
          deleteViewFilter(input: {id: $fi}) { deletedAt }
          deleteViewSort(input: {id: $s})
          destroyViewSort(input: {id: $s})
          deleteViewFilterGroup(id: $gs)
        }""",
        **{name: ids[name] for name in ("f", "fg", "gs", "fi", "s")},
    )
    assert gone["deleteViewField"]["deletedAt"] is not None
    assert gone["deleteViewField"]["viewFieldGroupId"] is None
    assert gone["deleteViewSort"] is gone["destroyViewSort"] is gone["deleteViewFilterGroup"] is True
    groups = call.data("query($v: String) { getViewGroups(viewId: $v) { id } }", v=view["id"])["getViewGroups"]
    many = [{"id": group["id"], "update": {"isVisible": False}} for group in groups]
    hidden = call.data(
        "mutation($i: [UpdateViewGroupInput!]!) { updateManyViewGroups(inputs: $i) { isVisible } }", i=many
    )
    assert hidden["updateManyViewGroups"] == [{"isVisible": False}] * 3
    assert call.data("mutation($v: String!) { deleteView(id: $v) }", v=view["id"]) == {"deleteView": True}
    assert view["id"] not in [
        item["id"] for item in call.data("{ minimalMetadata { views { id key } } }")["minimalMetadata"]["views"]
    ]


def test_graphql_page_layouts_and_errors(call: MetadataClient, rocket: Json) -> None:
    layout = call.data('mutation { createPageLayout(input: {name: "P"}) { id type } }')["createPageLayout"]
    assert layout["type"] == "RECORD_PAGE"
    tab = call.data(
        'mutation($l: UUID!) { createPageLayoutTab(input: {title: "T", pageLayoutId: $l}) { id layoutMode } }',
        l=layout["id"],
    )["createPageLayoutTab"]
    widget = call.data(
        """mutation($t: UUID!) { createPageLayoutWidget(input: {title: "W", type: IFRAME, pageLayoutTabId: $t,
          gridPosition: {row: 0, column: 0, rowSpan: 1, columnSpan: 1}, configuration: {url: "https://a.example"}}) {
            id configuration } }""",
        t=tab["id"],
    )["createPageLayoutWidget"]
    assert widget["configuration"] == {"url": "https://a.example"}
    ids = {"l": layout["id"], "t": tab["id"], "w": widget["id"]}
    rendered = call.data(
        """mutation($l: String!, $t: String!, $w: String!) {
          updatePageLayoutWidget(id: $w, input: {title: "X"}) { title }
          updatePageLayoutTab(id: $t, input: {position: 3}) { position widgets { title } }
          updatePageLayout(id: $l, input: {type: DASHBOARD}) { type tabs { widgets { gridPosition { rowSpan } } } }
        }""",
        **ids,
    )
    assert rendered["updatePageLayoutTab"] == {"position": 3, "widgets": [{"title": "X"}]}
    assert rendered["updatePageLayout"] == {
        "type": "DASHBOARD",
        "tabs": [{"widgets": [{"gridPosition": {"rowSpan": 1}}]}],
    }
    assert call.data("{ getPageLayouts(pageLayoutType: DASHBOARD) { id } }")["getPageLayouts"] == [{"id": layout["id"]}]
    removed = """mutation($l: String!, $t: String!, $w: String!) {
      destroyPageLayoutWidget(id: $w)
      destroyPageLayoutTab(id: $t)
      destroyPageLayout(id: $l)
    }"""
    assert set(call.data(removed, **ids).values()) == {True}
    [error] = call.graphql("query($t: String!) { getPageLayoutTab(id: $t) { id } }", t=tab["id"])["errors"]
    assert (error["message"], error["extensions"]["subCode"]) == (
        f'Page layout tab with ID "{tab["id"]}" not found',
        "PAGE_LAYOUT_TAB_NOT_FOUND",
    )
    blank = call.graphql(
        'mutation($o: UUID!) { createView(input: {name: "", icon: "", objectMetadataId: $o}) { id } }', o=rocket["id"]
    )["errors"][0]
    assert (blank["message"], blank["extensions"]["code"]) == (
        "name should not be empty, icon should not be empty",
        "BAD_USER_INPUT",
    )
