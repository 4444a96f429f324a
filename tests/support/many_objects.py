"""Many objects in one change of a stack's demo workspace. Over HTTP, one after the other, they would take a minute."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydynox import pydynox_core as dynamo

from icosa.metadata import bodies, objects
from icosa.metadata.draft import Draft
from icosa.metadata.service import MetadataService
from icosa.store.table import Table
from tests.support.stack import RunningStack
from tests.support.workspace_api import WorkspaceApi

_TABLE = "icosa-local-Table"


def create_objects(stack: RunningStack, singulars: Iterable[str]) -> None:
    """Objects that are named and labelled so."""
    running = json.loads((stack.data / "running.json").read_text(encoding="utf-8"))
    client = dynamo.DynamoDBClient(
        region="us-east-1", endpoint_url=running["dynamodb"], access_key=running["accessKey"], secret_key="x"
    )
    api = WorkspaceApi(url=f"{stack.url}/", key=stack.key)
    workspace_id = api.graphql("metadata", "{ currentWorkspace { id } }")["currentWorkspace"]["id"]
    inputs = [
        {"nameSingular": name, "namePlural": f"{name}s", "labelSingular": name, "labelPlural": f"{name}s"}
        for name in singulars
    ]

    def expand(draft: Draft) -> None:
        for each in inputs:
            objects.create_object(draft, bodies.named_members(bodies.CreateObject, each))

    MetadataService(Table(_TABLE, client), workspace_id)._change("creating objects", expand)
