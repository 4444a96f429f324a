"""An export holds everything that users have made, can be checked, and can be put into another workspace."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from icosa.errors import BadRequest
from icosa.lifecycle import export as exporting
from icosa.lifecycle.demo import resolved
from icosa.lifecycle.exports import export_store
from icosa.lifecycle.operations import advance
from icosa.lifecycle.steps import Budget
from icosa.provisioning.workspace import Provisioned
from icosa.shipped import load
from icosa.store.operation_row import CLAIM_MS
from tests.integration.engine.crashes import Crash, CrashingTable, Fuse
from tests.integration.lifecycle.filling import fill
from tests.integration.lifecycle.world import World


def _export(world: World, made: Provisioned, *, rows: int = 1_000_000) -> tuple[Path, Any]:
    operation = world.act("export_workspace", workspaceId=made.workspace_id, by="ann@ops")["operation"]
    world.finish(operation, rows=rows)
    done = world.act("read_operation", workspaceId=made.workspace_id, operationId=operation["id"])["operation"]
    folder = Path(done["result"]["address"])
    return folder, orjson.loads((folder / "manifest.json").read_bytes())


def _lines(folder: Path, manifest: Any, group: str, plural: str = "") -> Iterator[Any]:
    for part in manifest["parts"]:
        if part["name"].startswith(f"{group}/{plural}") or part["name"] == f"{group}.ndjson.gz":
            yield from map(orjson.loads, gzip.decompress((folder / part["name"]).read_bytes()).splitlines())


def test_everything_is_in_it_and_adds_up(world: World) -> None:
    made = world.provision("Acme")
    fill(world, made)
    world.act("suspend_workspace", workspaceId=made.workspace_id)
    folder, manifest = _export(world, made, rows=3)

    assert (manifest["isOneState"], manifest["name"], manifest["format"]) == (True, "Acme", 1)
    for part in manifest["parts"]:
        content = (folder / part["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (part["bytes"], part["sha256"])
        assert len(gzip.decompress(content).splitlines()) == part["lines"]
    assert sorted(path.name for path in folder.rglob("*.gz")) == sorted(
        part["name"].rpartition("/")[2] for part in manifest["parts"]
    )
    records = {name: number for name, number in manifest["counts"].items() if name.startswith("records/")}
    assert records == {f"records/{name}": number for name, number in manifest["counters"].items()}
    assert manifest["counts"]["trash/people"] == 1
    assert {role["label"] for role in _lines(folder, manifest, "roles")} == {"Admin", "Member", "Reader"}
    assert {"company", "rocket"} <= {obj["nameSingular"] for obj in _lines(folder, manifest, "model")}
    [webhook] = _lines(folder, manifest, "webhooks")
    assert webhook["targetUrl"] == "https://kept.example/hook"
    everything = b"".join(gzip.decompress(path.read_bytes()) for path in folder.rglob("*.gz"))
    assert b"ealed" not in everything
    assert b"secret" not in everything
    assert made.token.encode() not in everything


def test_a_workspace_moves_to_another_one(world: World) -> None:
    """What batch upsert takes is what the export has: the copy answers as the original."""
    made, copy = world.provision("Acme"), world.provision("Copy")
    for plural in ("companies", "people"):
        bodies = [resolved(made.workspace_id, body) for body in load(f"demo/{plural}")[:20]]
        for body in bodies:
            for relation in ("accountOwnerId", "companyId"):
                body.pop(relation, None)
        assert world.rest(made)("POST", f"/rest/batch/{plural}", bodies).status == 201
    folder, manifest = _export(world, made)
    assert manifest["isOneState"] is False
    for plural in ("companies", "people"):
        records = list(_lines(folder, manifest, "records", plural))
        assert len(records) == manifest["counts"][f"records/{plural}"] == 20
        answer = world.rest(copy)("POST", f"/rest/batch/{plural}?upsert=true", list(map(_accepted, records)))
        assert answer.status == 201, answer.json
        original, there = (
            world.rest(each)("GET", f"/rest/{plural}", limit=200, depth=0).json["data"][plural] for each in (made, copy)
        )
        assert list(map(_comparable, there)) == list(map(_comparable, original))


#: What the server itself writes.
_OWN = ("updatedAt", "searchVector", "updatedBy")


def _accepted(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in _OWN}


def _comparable(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in _OWN}


def test_a_crash_before_any_call_leaves_the_same_export(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_PART_RECORDS", 2)
    monkeypatch.setattr(exporting, "_PAGE", 2)
    made = world.provision("Acme")
    world.rest(made)("POST", "/rest/batch/companies", [{"name": f"Company {number}"} for number in range(7)])
    operation = world.act("export_workspace", workspaceId=made.workspace_id)["operation"]
    crashes = 0
    while True:
        table = CrashingTable(world.table.name, world.table._client, fuse=Fuse(6 + 3 * crashes))
        try:
            step = advance(world.around(table), made.workspace_id, operation["id"], Budget(seconds=1e9))
        except Crash:
            crashes += 1
            world.later_ms += CLAIM_MS
            continue
        if step is None or step.is_done:
            break
    assert crashes > 2
    done = world.act("read_operation", workspaceId=made.workspace_id, operationId=operation["id"])["operation"]
    folder = Path(done["result"]["address"])
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    names = [record["name"] for record in _lines(folder, manifest, "records")]
    assert sorted(names) == [f"Company {number}" for number in range(7)]
    assert len([part for part in manifest["parts"] if part["name"].startswith("records/companies")]) == 4


def test_an_installation_without_a_place_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPORT_BUCKET", raising=False)
    monkeypatch.delenv("EXPORT_FOLDER", raising=False)
    with pytest.raises(BadRequest, match="set the parameter ExportBucket"):
        export_store("ws", "operation")
