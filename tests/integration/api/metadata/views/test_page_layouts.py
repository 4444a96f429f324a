"""Page layouts over REST (docs/wire/metadata.md#members-of-page-layouts)."""

from __future__ import annotations

from tests.support.metadata_client import MetadataClient
from tests.support.views import SOMETHING, Json, made, refused


def test_page_layouts(call: MetadataClient, own: Json) -> None:
    layouts, tabs, widgets = (
        f"/rest/metadata/{name}" for name in ("pageLayouts", "pageLayoutTabs", "pageLayoutWidgets")
    )
    layout = made(call("POST", layouts, {"name": "Page", "objectMetadataId": own["id"]}))
    assert (layout["type"], layout["tabs"]) == ("RECORD_PAGE", [])
    second = made(call("POST", tabs, {"title": "Second", "position": 2, "pageLayoutId": layout["id"]}))
    first = made(call("POST", tabs, {"title": "First", "position": 1, "pageLayoutId": layout["id"]}))
    grid = {"row": 0, "column": 0, "rowSpan": 2, "columnSpan": 3}
    body = {
        "title": "W",
        "type": "IFRAME",
        "pageLayoutTabId": first["id"],
        "gridPosition": grid,
        "configuration": {"url": "https://a.example"},
    }
    widget = made(call("POST", widgets, body))
    assert widget.items() >= body.items()
    rendered = call("GET", f"{layouts}/{layout['id']}").json
    assert [tab["title"] for tab in rendered["tabs"]] == ["First", "Second"]
    assert rendered["tabs"][0]["widgets"] == [widget]
    assert [item["id"] for item in call("GET", layouts, objectMetadataId=own["id"]).json["data"]] == [layout["id"]]
    assert call("GET", layouts, objectMetadataId=own["id"], pageLayoutType="DASHBOARD").json["data"] == []
    assert [item["id"] for item in call("GET", widgets, pageLayoutTabId=first["id"]).json["data"]] == [widget["id"]]
    changed = call("PATCH", f"{widgets}/{widget['id']}", {"gridPosition": {**grid, "row": 4}, "title": None}).json
    assert (changed["gridPosition"]["row"], changed["title"]) == (4, "W")

    refused(call("GET", tabs), 400, "Page layout ID is required", "INVALID_PAGE_LAYOUT_TAB_DATA")
    refused(call("GET", widgets), 400, "Page layout tab ID is required", "INVALID_PAGE_LAYOUT_WIDGET_DATA")
    refused(call("POST", layouts, {}), 400, "Page layout name is required", "INVALID_PAGE_LAYOUT_DATA")
    refused(
        call("POST", widgets, {**body, "title": ""}),
        400,
        "Page layout widget title is required",
        "INVALID_PAGE_LAYOUT_WIDGET_DATA",
    )
    missing = {**body, "pageLayoutTabId": SOMETHING}
    refused(call("POST", widgets, missing), 400, "Page layout tab not found", "INVALID_PAGE_LAYOUT_WIDGET_DATA")
    bad = call("POST", widgets, {**body, "gridPosition": {**grid, "rowSpan": 0, "column": "a"}})
    assert bad.json["message"] == [
        "gridPosition.column must be a number conforming to the specified constraints",
        "gridPosition.rowSpan must not be less than 1",
    ]
    unknown = call("GET", f"{widgets}/{SOMETHING}")
    refused(unknown, 404, f'Page layout widget with ID "{SOMETHING}" not found', "PAGE_LAYOUT_WIDGET_NOT_FOUND")
    assert call("GET", f"{layouts}/{SOMETHING}").json is None

    assert call("DELETE", f"{tabs}/{first['id']}").json is True
    assert call("GET", f"{widgets}/{widget['id']}").status == 404
    assert [tab["id"] for tab in call("GET", f"{layouts}/{layout['id']}").json["tabs"]] == [second["id"]]
    assert call("DELETE", f"{layouts}/{layout['id']}").json is True
    assert call("DELETE", f"{layouts}/{layout['id']}").status == 404
