"""Clients that were written for GraphQL, and for Twenty, against a running local stack."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from icosa.documents.graphql.document import schema
from icosa.documents.graphql.introspection import STANDARD_QUERY, IntrospectionWriter
from icosa.runtime.delivery import stream
from icosa.runtime.http import HttpRequest
from tests.support.checkout import ROOT
from tests.support.generated import generated_model
from tests.support.stack import RunningStack

_SCRIPTS = ROOT / "tests" / "e2e" / "clients" / "graphql"
_PACKAGES = ("graphql", "@graphql-codegen/core", "@graphql-codegen/typescript", "twenty-client-sdk")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((ROOT / "node_modules" / package).is_dir() for package in _PACKAGES),
        reason="`make install` brings the clients",
    ),
]


def _run(script: str, *arguments: str | Path, **environment: str) -> Any:
    """What a script prints."""
    command = ["node", str(_SCRIPTS / script), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def generated(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ``schema.mjs``."""
    folder = tmp_path_factory.mktemp("schema")
    result = _run("schema.mjs", f"{stack.url}/graphql", stack.key, folder)
    assert result["errors"] == []
    assert result["types"] > 300
    return folder


def test_graphql_js_accepts_the_schema_and_code_generators_make_types_of_it(generated: Path) -> None:
    types = (generated / "types.ts").read_text(encoding="utf-8")

    assert "export type Company = {" in types
    assert "export type QueryPeopleArgs = {" in types


def test_twentys_own_client(stack: RunningStack, generated: Path, tmp_path: Path) -> None:
    seen = _run(
        "client.mjs",
        generated / "schema.graphql",
        tmp_path / "client",
        TWENTY_API_URL=stack.url,
        TWENTY_API_KEY=stack.key,
    )

    people, read = seen["people"], seen["read"]
    assert read["people"]["totalCount"] == 2
    assert [edge["node"]["name"]["firstName"] for edge in read["people"]["edges"]] == ["Bob", "Ann"]
    assert all(
        edge["node"]["company"] == {"name": seen["name"], "people": {"totalCount": 2}}
        for edge in read["people"]["edges"]
    )
    assert {tuple(group["groupByDimensionValues"]) for group in read["peopleGroupBy"]} == {("Ann",), ("Bob",)}
    assert {edge["node"]["objectNameSingular"] for edge in read["search"]["edges"]} == {"person", "company"}
    assert len({person["companyId"] for person in people}) == 1
    assert seen["updated"] == {"jobTitle": "Typist"}
    assert "Record not found" in seen["failure"]


def test_graphql_js_accepts_the_schema_of_hundreds_of_objects(tmp_path: Path) -> None:
    """As it leaves the function: the text, compressed."""
    model = generated_model("w", objects=300, fields=5_400)
    shape = IntrospectionWriter(schema(model)).schema(STANDARD_QUERY)
    request = HttpRequest(method="POST", path="/graphql", headers={"accept-encoding": "gzip"})
    answer = tmp_path / "answer.json.gz"
    answer.write_bytes(stream(('{"__schema":', *shape, "}"), request).body)

    checked = _run("check.mjs", answer)

    assert checked["errors"] == []
    assert checked["types"] > 4_500
    assert checked["undescribed"] == []


def test_the_gateway_speaks_graphql(stack: RunningStack) -> None:
    """Refusals of the gateway itself have an ``errors`` array."""
    nobody = httpx.post(f"{stack.url}/graphql", json={"query": "{ people { totalCount } }"})
    stranger = httpx.post(f"{stack.url}/graphql", json={"query": "{ a }"}, headers={"Authorization": "Bearer x.y.z"})

    assert (nobody.status_code, nobody.json()["errors"][0]["message"]) == (403, "Missing authentication token")
    assert (stranger.status_code, stranger.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
