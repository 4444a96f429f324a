"""Views and page layouts do what the document says: nothing else, and nothing that breaks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
import schemathesis

from icosa.api.metadata.service import MetadataApi
from icosa.documents.openapi.metadata import metadata_document
from icosa.provisioning.workspace import Provisioned
from icosa.runtime.http import proxy
from icosa.store.table import Table
from icosa.views.entity_types import ENTITY_TYPES, VIEW_FIELD_GROUP
from tests.support.contract import exercise, strict
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.proxied import Function, Proxied

_EXAMPLES = 5


def _entities(call: MetadataClient) -> dict[str, list[str]]:
    """Some of every collection, by id."""
    objects = call("GET", "/rest/metadata/objects").json["data"]["objects"]
    opportunity = next(obj for obj in objects if obj["nameSingular"] == "opportunity")
    stage = next(field["id"] for field in opportunity["fields"] if field["name"] == "stage")
    result: dict[str, list[str]] = {}

    def make(collection: str, **members: Any) -> str:
        reply = call("POST", f"/rest/metadata/{collection}", members)
        assert reply.status == 201, reply.json
        entity_id: str = reply.json["id"]
        result.setdefault(collection, []).append(entity_id)
        return entity_id

    for _ in range(2):
        view = make(
            "views", name="V", icon="IconList", objectMetadataId=opportunity["id"], mainGroupByFieldMetadataId=stage
        )
        for collection in ("viewFields", "viewFilters", "viewSorts"):
            make(collection, viewId=view, fieldMetadataId=stage)
        make("viewFilterGroups", viewId=view)
        make("viewGroups", viewId=view, fieldValue="NEW")
        tab = make("pageLayoutTabs", title="T", pageLayoutId=make("pageLayouts", name="P"))
        grid = {"row": 0, "column": 0, "rowSpan": 1, "columnSpan": 1}
        make("pageLayoutWidgets", title="W", pageLayoutTabId=tab, gridPosition=grid)
    return result


@pytest.mark.slow
def test_answers_are_what_the_document_says(call: MetadataClient, shared_table: Table, workspace: Provisioned) -> None:
    handler = proxy(MetadataApi(shared_table).answer)
    document = orjson.loads(metadata_document("http://localhost", is_direct=False))
    collections = {name for name, entity_type in ENTITY_TYPES.items() if entity_type != VIEW_FIELD_GROUP}
    document["paths"] = {
        path: methods for path, methods in document["paths"].items() if path.split("/")[1] in collections
    }

    def route(path: str) -> tuple[Function, Mapping[str, str]]:
        return (lambda event: handler(event, None)), {}

    app = Proxied(route, event_of(workspace)["requestContext"]["authorizer"])
    schema = schemathesis.openapi.from_dict(strict(document))
    schema.app = app
    known = _entities(call)
    assert known.keys() == collections
    outcome = exercise(schema, known=known, examples=_EXAMPLES)
    assert not outcome.contradictions, "\n\n".join(outcome.contradictions)
    assert {200, 400, 404} <= set(outcome.statuses)
