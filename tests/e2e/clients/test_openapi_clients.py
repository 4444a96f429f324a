"""What is made from the OpenAPI documents of a workspace with objects and relations of its own: clients that work, and
no complaints of linters.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.checkout import ROOT
from tests.support.stack import RunningStack

_SCRIPTS = ROOT / "tests" / "e2e" / "clients" / "openapi"
_NODE_MODULES = ROOT / "node_modules"
_PYTHON = ROOT / ".venv-clients" / "bin" / "python"
_GENERATOR = _PYTHON.with_name("openapi-python-client")
_DOCUMENTS = ("core", "metadata")
#: A part is enough for what takes longest: objects are described alike, and others read the whole.
_PARTS = ("part", "metadata")
#: Records' lives with what the generators make; those whose imports only bundlers understand are bundled.
_CYCLES = ("cycle_hey", "cycle_orval")
_PACKAGES = (
    "@hey-api/openapi-ts",
    "@redocly/cli",
    "@stoplight/spectral-cli",
    "esbuild",
    "openapi-fetch",
    "openapi-typescript",
    "orval",
    "typescript",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((_NODE_MODULES / package).is_dir() for package in _PACKAGES),
        reason="`make install` brings the generators",
    ),
]

_LABELS = {"labelSingular": "Launch <Pad>", "labelPlural": "Launch *Pads*"}
_NAMES = {"nameSingular": "launchPad", "namePlural": "launchPads", "description": "Where rockets `start`, # and $end"}
_STATES = [
    {"value": value, "label": value.title(), "position": position, "color": "blue"}
    for position, value in enumerate(("READY", "CLOSED"))
]


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints. It must succeed."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env={**own, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-5_000:]
    return done.stdout


def _tool(name: str, *arguments: str | Path, cwd: Path) -> str:
    """What a tool of npm prints."""
    return _run(_NODE_MODULES / ".bin" / name, *arguments, cwd=cwd)


def _operations(folder: Path, name: str) -> list[dict[str, Any]]:
    document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return [value for path in document["paths"].values() for value in path.values() if isinstance(value, dict)]


@pytest.fixture(scope="module")
def folder(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents, ``core.json``, ``metadata.json`` and ``part.json``, beside npm's packages."""
    with httpx.Client(base_url=f"{stack.url}/rest", headers={"Authorization": f"Bearer {stack.key}"}) as client:

        def made(path: str, body: dict[str, Any]) -> Any:
            answer = client.post(f"/metadata/{path}", json=body)
            assert answer.status_code == 201, answer.text
            [entity] = answer.json()["data"].values()
            return entity

        pad = made("objects", {**_NAMES, **_LABELS})
        objects = client.get("/metadata/objects").json()["data"]["objects"]
        [company] = [obj for obj in objects if obj["nameSingular"] == "company"]
        maker = {
            "type": "MANY_TO_ONE",
            "targetObjectMetadataId": company["id"],
            "targetFieldLabel": "Launch pads",
            "targetFieldIcon": "IconRocket",
        }
        itself = {**maker, "targetObjectMetadataId": pad["id"], "targetFieldLabel": "Spares"}
        for field in (
            {"name": "state", "type": "SELECT", "options": _STATES},
            {"name": "states", "type": "MULTI_SELECT", "options": _STATES},
            {"name": "tags", "type": "ARRAY"},
            {"name": "price", "type": "CURRENCY"},
            {"name": "extra", "type": "RAW_JSON"},
            {"name": "papers", "type": "FILES", "settings": {"maxNumberOfValues": 2}},
            {"name": "code", "type": "UUID", "isUnique": True},
            {"name": "builder", "type": "RELATION", "relationCreationPayload": maker},
            {"name": "twin", "type": "RELATION", "relationCreationPayload": itself},
        ):
            made("fields", {"objectMetadataId": pad["id"], "label": str(field["name"]).title(), **field})
        folder = tmp_path_factory.mktemp("documents")
        for name in _DOCUMENTS:
            (folder / f"{name}.json").write_bytes(client.get(f"/open-api/{name}").raise_for_status().content)
        part = client.get("/open-api/core", params={"objects": "launchPads,companies,noteTargets"}).raise_for_status()
        (folder / "part.json").write_bytes(part.content)
    (folder / "node_modules").symlink_to(_NODE_MODULES, target_is_directory=True)
    return folder


def _seen(seen: Any) -> None:
    """What both scripts saw of a record's life."""
    assert seen["state"] == "READY"
    assert seen["builder"] == "Pad Builders"
    assert seen["listed"] == [seen["id"]] and seen["total"] == 1
    assert seen["group"] == [["READY"], "1"]
    assert seen["updated"] == ["CLOSED", None]
    assert seen["deleted"] == seen["id"]
    assert seen["refused"] == "RECORD_NOT_FOUND"


def test_spectral(folder: Path) -> None:
    (folder / "spectral.json").write_text(json.dumps({"extends": ["spectral:oas"]}), encoding="utf-8")
    files = [f"{name}.json" for name in _PARTS]
    found = json.loads(_tool("spectral", "lint", "-q", "-f", "json", "-r", "spectral.json", *files, cwd=folder))
    assert {problem["code"] for problem in found} <= {"info-contact"}


def test_redocly(folder: Path) -> None:
    for name in _DOCUMENTS:
        report = json.loads(_tool("redocly", "lint", "--format", "json", f"{name}.json", cwd=folder))
        assert report["totals"]["errors"] == 0
        # The server is at home, and what is public refuses nobody.
        rules = {problem["ruleId"] for problem in report["problems"]}
        assert rules <= {"no-server-example.com", "operation-4xx-response"}


def test_typescript(stack: RunningStack, folder: Path) -> None:
    """openapi-typescript with openapi-fetch, and orval: what they make compiles under strict rules, and works. So does
    hey-api's, whose own files are written for less strict ones.
    """
    _tool("openapi-typescript", "core.json", "-o", "core.ts", cwd=folder)
    _tool("openapi-ts", "-i", "part.json", "-o", "hey", cwd=folder)
    for name in _PARTS:
        _tool("orval", "--input", f"{name}.json", "--output", f"orval-{name}.ts", "--client", "fetch", cwd=folder)
        # With the document's own name for every operation.
        client = (folder / f"orval-{name}.ts").read_text(encoding="utf-8")
        for operation in _operations(folder, name):
            function = operation["operationId"][0].lower() + operation["operationId"][1:]
            assert f"export const {function} = async (" in client
    for name in ("cycle", *_CYCLES):
        (folder / f"{name}.ts").write_text((_SCRIPTS / f"{name}.ts").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "package.json").write_text(json.dumps({"type": "module"}), encoding="utf-8")
    options = {
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "noUncheckedIndexedAccess": True,
        "skipLibCheck": True,
        "target": "es2022",
        "module": "esnext",
        "moduleResolution": "bundler",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
        "outDir": "out",
        "rootDir": ".",
    }
    sources = ["cycle.ts", "cycle_orval.ts", *(f"orval-{name}.ts" for name in _PARTS)]
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": sources}), encoding="utf-8")
    _tool("tsc", "-p", ".", cwd=folder)

    _seen(json.loads(_run("node", "out/cycle.js", stack.url, stack.key, cwd=folder)))
    for name in _CYCLES:
        _tool(
            "esbuild", f"{name}.ts", "--bundle", "--platform=node", "--format=esm", f"--outfile={name}.mjs", cwd=folder
        )
        _seen(json.loads(_run("node", f"{name}.mjs", stack.url, stack.key, cwd=folder)))


@pytest.mark.skipif(not _GENERATOR.exists(), reason="`make test` brings the generator")
def test_python(stack: RunningStack, folder: Path) -> None:
    """openapi-python-client makes every operation, without a warning."""
    (folder / "config.json").write_text(json.dumps({"post_hooks": []}), encoding="utf-8")
    for name, package in zip(_PARTS, ("made", "made_metadata"), strict=True):
        said = _run(
            _GENERATOR,
            "generate",
            *("--path", f"{name}.json", "--output-path", package, "--meta", "none", "--config", "config.json"),
            cwd=folder,
        )
        assert "arning" not in said and "nable" not in said, said
        modules = [path for path in (folder / package / "api").glob("*/*.py") if path.name != "__init__.py"]
        assert len(modules) == len(_operations(folder, name))
        _run(_PYTHON, "-c", f"import {package}.models", cwd=folder)

    seen = json.loads(_run(_PYTHON, _SCRIPTS / "cycle.py", stack.url, stack.key, cwd=folder, PYTHONPATH=str(folder)))
    _seen(seen)
    assert seen["batch"] == 2
