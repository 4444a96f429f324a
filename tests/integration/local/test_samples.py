"""The sample events in `events/`: they are what the local stack sends, and their functions take them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from icosa.provisioning.admin import ACTIONS
from local.functions.invoker import Outcome
from local.options import Options
from local.samples.__main__ import FOLDER, samples
from local.samples.direct import DIRECT, REFUSED
from local.samples.filling import Owner
from local.samples.recording import shape
from local.samples.requests import REQUESTS
from local.services import running_services
from local.stack import demo_workspace
from tests.support import shared
from tests.support.checkout import ROOT
from tests.support.stack import local_stack

pytestmark = pytest.mark.slow

#: Operations on the whole workspace, which has one at a time: its jobs are done by nobody here.
_OPERATIONS = {"keys/remove_demo", "keys/export_workspace"}
#: Run alone and last: they keep the workspace, or end keys and tokens.
_ENDING = (
    "keys/suspend_workspace",
    "keys/resume_workspace",
    "keys/remove_demo",
    "keys/export_workspace",
    "keys/revoke_api_key",
    "keys/restore_api_key",
    "rotation/rotate_secret",
    "rotation/end_all_tokens",
)


@dataclass(frozen=True, slots=True)
class World:
    """``made`` are the samples as they are made now, ``outcomes`` what the functions answered to the files."""

    made: Mapping[str, Any]
    outcomes: Mapping[str, Outcome]
    folders: frozenset[str]
    sources: frozenset[str]


def _files() -> dict[str, bytes]:
    folder = ROOT / FOLDER
    return {path.relative_to(folder).with_suffix("").as_posix(): path.read_bytes() for path in folder.rglob("*.json")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    data = tmp_path_factory.mktemp("samples") / "data"
    shared.furnish(data, lambda folder: local_stack(folder, anew=True))
    return asyncio.run(_world(data))


async def _world(data: Path) -> World:
    async with running_services(Options(root=ROOT, data=data, environments=1)) as services:
        await demo_workspace(services)
        owner = Owner.of(services.folder)
        functions = services.application.functions
        by_folder = {function.code.name: name for name, function in functions.items()}

        async def run(name: str, event: bytes) -> Outcome:
            return await services.pool.invoke(by_folder[name.partition("/")[0]], owner.fill(event))

        roles = await run("keys/list_roles", orjson.dumps(DIRECT["keys/list_roles"]))
        owner = replace(owner, role=orjson.loads(roles.payload)["roles"][0]["id"])
        made = await samples(services, owner)
        files = _files()
        first = [name for name in files if name not in _ENDING]
        outcomes = dict(zip(first, await asyncio.gather(*(run(name, files[name]) for name in first)), strict=True))
        for name in _ENDING:
            outcomes[name] = await run(name, files[name])
        sources = frozenset(functions[source.function].code.name for source in services.application.event_sources)
        return World(made, outcomes, frozenset(by_folder), sources)


def test_the_files_are_current(world: World) -> None:
    """`make events` writes them."""
    files = {name: orjson.loads(content) for name, content in _files().items()}

    assert files.keys() == world.made.keys()
    assert {name: shape(event) for name, event in files.items()} == {
        name: shape(event) for name, event in world.made.items()
    }
    assert {name: event for name, event in files.items() if name in REQUESTS} == {
        name: event for name, event in world.made.items() if name in REQUESTS
    }


def test_functions_take_them(world: World) -> None:
    failed = {name: str(outcome) for name, outcome in world.outcomes.items() if outcome.error}
    busy = {name for name in _OPERATIONS & failed.keys() if "Another operation has the workspace" in failed[name]}
    assert failed.keys() - busy == REFUSED, failed
    answers = {name: orjson.loads(outcome.payload) for name, outcome in world.outcomes.items()}
    assert {name: answers[name]["statusCode"] for name in REQUESTS} == {
        name: request.status for name, request in REQUESTS.items()
    }
    followers = {name for name in answers if name.partition("/")[0] in world.sources and "Records" in world.made[name]}
    assert {name for name in followers if answers[name]["batchItemFailures"]} == set()
    assert answers["authorizer/request"]["policyDocument"]["Statement"][0]["Effect"] == "Allow"


def test_each_function_and_each_action_of_administrators_has_one(world: World) -> None:
    names = _files().keys()

    assert {name.partition("/")[0] for name in names} == world.folders
    assert {name.removeprefix("keys/") for name in names if name in DIRECT and name.startswith("keys/")} == set(ACTIONS)


def test_they_hold_nothing_that_opens_anything() -> None:
    for name, content in _files().items():
        assert not re.search(rb"eyJ[\w-]+\.[\w-]+\.", content), name
        assert not re.search(rb'"(secret|token|password)":', content, re.IGNORECASE), name
