"""groupBy with the filters of a view (docs/wire/metadata.md#filters-of-a-view)."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.views import SOMETHING, Json, field, made, new_view, refused


@pytest.fixture(scope="module")
def graphql(shared_table: Table, workspace: Provisioned) -> GraphqlClient:
    return GraphqlClient(shared_table, event_of(workspace))


def test_group_by_adds_the_filters_of_a_view(
    call: MetadataClient, records: RestClient, graphql: GraphqlClient, rocket: Json
) -> None:
    plural = rocket["namePlural"]
    for name, stage in (("Ariane", "NEW"), ("Atlas", "NEW"), ("Vega", "OLD")):
        assert records("POST", f"/rest/{plural}", {"name": name, "stage": stage}).status == 201
    view = new_view(call, rocket)
    body = {"viewId": view["id"], "fieldMetadataId": field(rocket, "name"), "operand": "CONTAINS", "value": "a"}
    part = made(call("POST", "/rest/metadata/viewFilters", body))
    grouping: dict[str, Any] = {
        "group_by": [{"stage": True}],
        "aggregate": ["totalCount"],
        "order_by": [{"stage": "AscNullsLast"}],
    }

    def counts(**params: Any) -> list[tuple[str, str]]:
        reply = records("GET", f"/rest/{plural}/groupBy", **grouping, **params)
        assert reply.status == 200, reply.json
        return [(group["groupByDimensionValues"][0], str(group["totalCount"])) for group in reply.json]

    everything = [("NEW", "2"), ("OLD", "1")]
    assert counts() == counts(view_id=view["id"]) == everything
    call("PATCH", f"/rest/metadata/viewFilters/{part['id']}", {"value": "At"})
    assert counts(viewId=view["id"]) == [("NEW", "1")]
    assert counts(view_id=view["id"], filter="name[eq]:Ariane") == []

    def counted(filter: Json) -> list[Json]:
        document = f"""query($f: {rocket["nameSingular"].capitalize()}FilterInput, $v: UUID) {{
          groups: {plural}GroupBy(groupBy: [{{stage: true}}], filter: $f, viewId: $v) {{ groupByDimensionValues
            totalCount }} }}"""
        result: list[Json] = graphql.data(document, {"f": filter, "v": view["id"]})["groups"]
        return result

    assert counted({}) == [{"groupByDimensionValues": ["NEW"], "totalCount": 1}]
    assert counted({"name": {"eq": "Ariane"}}) == []
    plain, filtered = (
        records("GET", f"/rest/{plural}/groupBy", headers={"X-Icosa-Explain": "1"}, **grouping, **more).headers
        for more in ({"filter": "name[ilike]:%At%"}, {"view_id": view["id"]})
    )
    trips = next(name for name in plain if "trips" in name.lower())
    assert int(filtered[trips]) == int(plain[trips]) + 1

    missing = records("GET", f"/rest/{plural}/groupBy", **grouping, view_id=SOMETHING)
    refused(missing, 400, f"View (id: {SOMETHING}) not found", "VIEW_NOT_FOUND")
    assert records("GET", f"/rest/{plural}/groupBy", **grouping, view_id="x").message == "'x' is not a valid UUID"
    other = records("GET", "/rest/companies/groupBy", group_by=[{"name": True}], view_id=view["id"])
    refused(other, 400, f"View (id: {view['id']}) does not show companies", "INVALID_QUERY_INPUT")
