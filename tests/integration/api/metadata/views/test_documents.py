"""Views and page layouts are as the OpenAPI document describes them (docs/wire/metadata.md#members-of-views)."""

from __future__ import annotations

import orjson
from jsonschema import Draft202012Validator, FormatChecker

from icosa.documents.openapi.metadata import metadata_document
from tests.support.metadata_client import MetadataClient
from tests.support.views import ON_FIELDS, PARTS, Json, field, made, new_view


def test_answers_are_as_documented(call: MetadataClient, rocket: Json) -> None:
    document = orjson.loads(metadata_document("https://api.example", is_direct=False))
    view = new_view(call, rocket, type="KANBAN", mainGroupByFieldMetadataId=field(rocket, "stage"))
    for collection, (given, _) in PARTS.items():
        own = {"fieldMetadataId": field(rocket, "stage")} if collection in ON_FIELDS else {}
        made(call("POST", f"/rest/metadata/{collection}", {"viewId": view["id"], **own, **given}))
    call.data('mutation($v: UUID!) { createViewFieldGroup(input: {name: "G", viewId: $v}) { id } }', v=view["id"])
    layout = made(call("POST", "/rest/metadata/pageLayouts", {"name": "P"}))
    tab = made(call("POST", "/rest/metadata/pageLayoutTabs", {"title": "T", "pageLayoutId": layout["id"]}))
    grid = {"row": 0, "column": 0, "rowSpan": 1, "columnSpan": 1}
    made(
        call(
            "POST",
            "/rest/metadata/pageLayoutWidgets",
            {"title": "W", "pageLayoutTabId": tab["id"], "gridPosition": grid},
        )
    )
    filters = {"pageLayoutTabs": {"pageLayoutId": layout["id"]}, "pageLayoutWidgets": {"pageLayoutTabId": tab["id"]}}
    for collection in ("views", *PARTS, "pageLayouts", "pageLayoutTabs", "pageLayoutWidgets"):
        answer = call("GET", f"/rest/metadata/{collection}", **filters.get(collection, {})).json
        assert answer["data"]
        schema = document["paths"][f"/{collection}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator(
            {**schema, "components": document["components"]}, format_checker=FormatChecker()
        )
        assert [error.message for error in validator.iter_errors(answer)] == []
        [entity, *_] = answer["data"]
        properties = document["components"]["schemas"][f"{collection[0].upper()}{collection[1:-1]}ForResponse"][
            "properties"
        ]
        assert entity.keys() == properties.keys()
