"""Data folders that earlier releases have left (``tests/support/release_data.py``), opened by the present code: it
answers as they did, before the migrations and after them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydynox import pydynox_core as dynamo

from icosa.access.authorizer import admit
from icosa.access.secret import SigningKeys
from icosa.access.session import current_model
from icosa.catalog import migrating
from icosa.catalog.jobs import find_job
from icosa.metadata.job_runner import run, run_all
from icosa.metadata.migrations.registry import MIGRATIONS
from icosa.metadata.standard import standard_model
from icosa.model.model import Model
from icosa.store import keys
from icosa.store.ops import PutItem
from icosa.store.table import Table
from icosa.store.versions import CURRENT, READABLE_FORMAT, WRITTEN_FORMAT, Versions
from tests.support import dynoxide, release_data
from tests.support.graphql_client import GraphqlClient
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import forget
from tests.support.rest_client import RestClient

RELEASES = release_data.releases()
#: Later than the fence of every job.
NOW, NOW_MS = "2099-01-01T00:00:00.000Z", 4_070_908_800_000


@dataclass
class Opened:
    """A folder that the present code has opened: the workspace, and an API for its key."""

    release: str
    table: Table
    workspace_id: str
    event: dict[str, Any]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request to whichever API has the path; its answer, which is no error."""
        client: Any = RestClient(self.table, self.event)
        if path == "/graphql":
            reply = GraphqlClient(self.table, self.event).send(method, body)
        else:
            if path.startswith(("/rest/metadata", "/metadata")):
                client = MetadataClient(self.table, self.event)
            path, _, query = path.partition("?")
            reply = client(method, path, body, **dict(parse_qsl(query)))
        assert reply.status < 300, (path, reply.json)
        assert "errors" not in reply.json, (path, reply.json)
        return reply.json

    @property
    def model(self) -> Model:
        model = current_model(self.table, self.workspace_id)
        assert model is not None
        return model

    @property
    def identifiers(self) -> set[str | None]:
        return _identifiers(self.model)

    @property
    def versions(self) -> Versions:
        row = self.table.get(keys.workspace(self.workspace_id))
        assert row is not None
        return Versions.parse(row)


def standard_identifiers() -> set[str | None]:
    return _identifiers(standard_model(""))


def _identifiers(model: Model) -> set[str | None]:
    """What objects and fields are known by in all workspaces."""
    objects = {obj.universal_identifier for obj in model.objects}
    return objects | {field.universal_identifier for obj in model.objects for field in obj.fields}


@pytest.fixture(scope="module", params=RELEASES)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    release = request.param
    data = tmp_path_factory.mktemp("release") / "data"
    token = release_data.unpack(release_data.FOLDER / release, data)
    with closing(sqlite3.connect(data / "state.db")) as state:
        [(secret,)] = state.execute("SELECT value FROM settings WHERE name LIKE 'secret %'").fetchall()
    forget()
    migrating.forget()
    with dynoxide.server(data / "dynamodb.db") as endpoint:
        table = open_table(endpoint)
        admission = admit(f"Bearer {token}", table, SigningKeys.parse(secret), stack="test")
        claims = admission.claims
        authorized = {"workspaceId": claims.workspace_id, "keyId": claims.key_id, "type": claims.type}
        authorized |= {"exp": str(claims.expires_at), "gen": str(claims.generation)}
        yield Opened(release, table, claims.workspace_id, {"requestContext": {"authorizer": authorized}})


def open_table(endpoint: str) -> Table:
    client = dynamo.DynamoDBClient(region="eu-central-1", endpoint_url=endpoint, access_key="test", secret_key="test")
    return Table("icosa-local-Table", client)


def test_it_answers_as_it_did(opened: Opened) -> None:
    kept = release_data.kept_answers(opened.release)
    assert release_data.answers(opened.ask) == kept
    assert kept["/rest/rockets?limit=60"]["totalCount"] == 7


def test_what_standard_objects_have_gained_comes_by_a_migration(opened: Opened) -> None:
    about = release_data.about(opened.release)
    before = 0 if about is None else about["standard"]
    if standard_identifiers() - opened.identifiers:
        assert CURRENT.standard > before, "raise CURRENT.standard: see docs/how-to/add-a-standard-object.md"


def test_it_is_migrated_and_answers_as_before(opened: Opened) -> None:
    table, workspace_id = opened.table, opened.workspace_id
    table.put(PutItem(migrating.migration_job(workspace_id, now_ms=0, at_once=True).row(workspace_id)))
    while not run(table, workspace_id, migrating.job_id(workspace_id), now=NOW, now_ms=NOW_MS).is_done:
        pass
    job = find_job(table, workspace_id, migrating.job_id(workspace_id))
    assert job is not None and job.work is not None and job.work.get("report", []) == []
    run_all(table, workspace_id, now=NOW, now_ms=NOW_MS)
    assert opened.versions == CURRENT
    assert release_data.answers(opened.ask) == release_data.kept_answers(opened.release)

    assert standard_identifiers() <= opened.identifiers
    assert all(obj.has_trash_index for obj in opened.model.objects)


def test_it_is_used_as_if_it_were_new(opened: Opened) -> None:
    ask = opened.ask
    [trashed] = ask("GET", "/rest/rockets?filter=deletedAt%5Bis%5D:NOT_NULL")["data"]["rockets"]
    [first] = ask("GET", "/rest/rockets?filter=code%5Beq%5D:R-0")["data"]["rockets"]
    ask("PATCH", f"/rest/restore/rockets/{trashed['id']}")
    ask("PATCH", f"/rest/rockets/{first['id']}", {"mass": 1234, "tags": ["new"]})
    ask("DELETE", f"/rest/rockets/{first['id']}?soft_delete=true")
    assert ask("GET", "/rest/rockets?order_by=mass%5BDescNullsLast%5D")["totalCount"] == 7
    [gone] = ask("GET", "/rest/rockets?filter=deletedAt%5Bis%5D:NOT_NULL")["data"]["rockets"]
    assert (gone["id"], gone["mass"]) == (first["id"], 1234)
    taken = RestClient(opened.table, opened.event)("POST", "/rest/rockets", {"code": "R-3"})
    assert (taken.status, taken.message.startswith("Duplicate Code")) == (400, True)

    objects = ask("GET", "/rest/metadata/objects?limit=200")["data"]["objects"]
    [rocket] = [obj for obj in objects if obj["nameSingular"] == "rocket"]
    mass = next(field for field in rocket["fields"] if field["name"] == "mass")
    ask("PATCH", f"/rest/metadata/fields/{mass['id']}", {"name": "weight", "label": "Weight"})
    assert ask("GET", "/rest/rockets?filter=weight%5Bgt%5D:90")["totalCount"] == 1
    hooks = ask("POST", "/metadata", {"query": "{webhooks{targetUrl operations}}"})
    assert hooks["data"]["webhooks"] == [{"targetUrl": "https://hooks.example/in", "operations": ["rocket.destroyed"]}]
    assert ask("GET", "/rest/metadata/me")


def test_folders_are_small() -> None:
    for release in RELEASES:
        assert sum(path.stat().st_size for path in (release_data.FOLDER / release).iterdir()) <= release_data.MOST


def test_formats_grow_in_the_order_that_docs_state() -> None:
    """docs/deploying.md#upgrades: read, then write, then migrate, each in a release of its own. The releases before
    0.3 know no versions.
    """
    assert READABLE_FORMAT >= WRITTEN_FORMAT >= CURRENT.format
    told = [about for release in RELEASES if (about := release_data.about(release)) is not None]
    before = told[-1]
    if before["writesFormat"] < WRITTEN_FORMAT:
        assert before["readsFormat"] >= WRITTEN_FORMAT
    if before["format"] < CURRENT.format:
        assert before["writesFormat"] >= CURRENT.format
    assert CURRENT.standard >= before["standard"]


def test_migrations_lead_step_by_step_to_the_present_versions() -> None:
    for kind, first, last in (("format", 1, CURRENT.format), ("standard", 0, CURRENT.standard)):
        steps = [(m.from_version, m.to_version) for m in MIGRATIONS if m.kind == kind]
        assert [start for start, _ in steps] == [first, *(end for _, end in steps[:-1])]
        assert all(start < end for start, end in steps) and steps[-1][1] == last
    assert len({migration.name for migration in MIGRATIONS}) == len(MIGRATIONS)
