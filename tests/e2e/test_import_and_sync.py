"""What an integrator does all day, with the recipes of docs/how-to/import-and-sync.md as they are printed."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import ROOT
from tests.support.markdown import read
from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow

_PYTHON = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_TYPESCRIPT = re.compile(r"^```typescript\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
#: Changes beside a poller; ``make sync-soak`` makes 10,000.
_CHANGES = int(os.environ.get("ICOSA_SYNC", "90"))
#: Of the environment, which is new enough to take types.
_NODE = str(Path(sys.executable).with_name("node"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with local_stack(tmp_path_factory.mktemp("sync") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def recipes(stack: RunningStack) -> dict[str, Any]:
    """The functions of the page."""
    page = "\n".join(_PYTHON.findall(read("docs/how-to/import-and-sync.md")))
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ICOSA_URL", stack.url)
        patch.setenv("ICOSA_KEY", stack.key)
        exec(compile(page, "import-and-sync.md", "exec"), names)
    return names


class Killed(Exception):
    """The process ends here."""


def test_an_import_with_bad_rows_is_killed_and_goes_on(recipes: dict[str, Any]) -> None:
    rows = [
        {"key": f"row{i}", "first": "Ada", "last": f"L{i}", "email": "no mail" if i % 12 == 7 else f"a{i}@sync.example"}
        for i in range(240)
    ]
    bad = {recipes["record_of"](row)["id"] for row in rows if row["email"] == "no mail"}
    noted: list[int] = []

    def note(number: int) -> None:
        noted.append(number)
        if len(noted) == 2:
            raise Killed

    with pytest.raises(Killed):
        recipes["import_rows"](rows, note=note)
    calls: list[str] = []
    original = recipes["call"]

    def counted(method: str, path: str, *rest: Any, **params: Any) -> Any:
        calls.append(path)
        return original(method, path, *rest, **params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(recipes, "call", counted)
        refused = recipes["import_rows"](rows, done=noted[-1])
    assert set(refused) <= bad
    assert len(calls) == (len(rows) - noted[-1]) / 60, "2,900 rows are 49 calls"
    again = recipes["import_rows"](rows)
    assert set(again) == bad
    page = recipes["call"]("GET", "people", filter="emails.primaryEmail[endsWith]:@sync.example", limit=0)[1]
    assert page["totalCount"] == len(rows) - len(bad)


def test_six_writers_lose_no_update(recipes: dict[str, Any]) -> None:
    created = recipes["call"]("POST", "companies", {"name": "0"})[1]
    [company] = created["data"].values()

    def write() -> None:
        for _ in range(5):
            recipes["change"]("companies", company["id"], lambda record: {"name": str(int(record["name"]) + 1)})

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    [after] = recipes["call"]("GET", f"companies/{company['id']}")[1]["data"].values()
    assert after["name"] == "30"


def test_a_poller_beside_writers_and_destroyers_misses_nothing(recipes: dict[str, Any]) -> None:
    call = recipes["call"]
    copy: dict[str, Any] = {}
    since = recipes["follow"]("companies", copy, _now(recipes))
    failures: list[Exception] = []
    writers = [threading.Thread(target=_change, args=(recipes, seed, _CHANGES // 3, failures)) for seed in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        since = recipes["follow"]("companies", copy, since)
    recipes["follow"]("companies", copy, since)
    assert not failures
    live: dict[str, Any] = {}
    cursor: dict[str, str] = {}
    while True:
        both = "or(deletedAt[is]:NULL,deletedAt[is]:NOT_NULL)"
        page = call("GET", "companies", filter=both, limit=200, **cursor)[1]
        live |= {record["id"]: record for record in page["data"]["companies"]}
        if not page["pageInfo"]["hasNextPage"]:
            break
        cursor = {"starting_after": page["pageInfo"]["endCursor"]}
    ours = {record_id: record for record_id, record in live.items() if record["name"].startswith("poll")}
    assert {i: record["updatedAt"] for i, record in copy.items() if record["name"].startswith("poll")} == {
        i: record["updatedAt"] for i, record in ours.items()
    }


def _now(recipes: dict[str, Any]) -> str:
    return str(recipes["call"]("GET", "companies", limit=1)[2]["X-Icosa-Watermark"])


def _change(recipes: dict[str, Any], seed: int, number: int, failures: list[Exception]) -> None:
    """So many changes: batches, updates, deletions to the trash, restores, destructions."""
    chance, call = random.Random(seed), recipes["call"]
    own: list[str] = []
    made = 0
    try:
        while made < number:
            action = chance.choice(["batch", "update", "update", "trash", "restore", "destroy"])
            if action == "batch" or len(own) < 4:
                size = chance.choice([1, 2, 25])
                answer = call("POST", "batch/companies", [{"name": f"poll{seed}"}] * size)
                own += [record["id"] for record in answer[1]["data"]["createCompanies"]]
                made += size
                continue
            record_id = own[chance.randrange(len(own))]
            if action == "update":
                call("PATCH", f"companies/{record_id}", {"name": f"poll{seed} {made}"})
            elif action == "trash":
                call("DELETE", f"companies/{record_id}", soft_delete="true")
            elif action == "restore":
                call("PATCH", f"companies/{record_id}/restore")
            else:
                call("DELETE", f"companies/{record_id}")
                own.remove(record_id)
            made += 1
    except Exception as error:  # noqa: BLE001 - the test tells
        failures.append(error)


def test_the_recipe_in_typescript(stack: RunningStack, recipes: dict[str, Any], tmp_path: Any) -> None:
    [recipe] = _TYPESCRIPT.findall(read("docs/how-to/import-and-sync.md"))
    person = recipes["call"]("POST", "people", {"jobTitle": "1"})[1]["data"]["createPerson"]["id"]
    script = tmp_path / "change.mts"
    calls = f"""
const add = () => change('{person}', (person) => ({{ jobTitle: String(Number(person.jobTitle) + 1) }}));
await Promise.all([add(), add(), add()]);
"""
    script.write_text(recipe + calls, encoding="utf-8")
    environment = {**os.environ, "ICOSA_URL": stack.url, "ICOSA_KEY": stack.key}
    subprocess.run([_NODE, str(script)], env=environment, cwd=ROOT, check=True, timeout=120)
    read_back = recipes["call"]("GET", f"people/{person}")[1]
    assert read_back["data"]["person"]["jobTitle"] == "4"


def test_reports(recipes: dict[str, Any]) -> None:
    recipes["call"]("POST", "batch/people", [{"jobTitle": "Counted"}] * 3)
    assert recipes["titles"]()["Counted"] == 3


def test_no_trap_is_silent(recipes: dict[str, Any]) -> None:
    """What the review of an integrator found to be passed over."""
    call = recipes["call"]
    person = call("POST", "people", {"jobTitle": "A"})[1]["data"]["createPerson"]
    path = f"people/{person['id']}"
    stale = 'updatedAt[eq]:"2020-01-01T00:00:00Z"'
    assert call("PATCH", path, {"jobTitle": "B"}, filter=stale)[0] == 412
    assert call("GET", "people", filters="x")[2]["X-Icosa-Ignored"] == "filters"
    assert call("GET", "people/destroyed", since="2020-01-01")[1]["code"] == "TOMBSTONES_EXPIRED"
    after = call("PUT", path, {**person, "jobTitle": "B"})[1]["data"]["updatePerson"]
    assert after["updatedAt"] > person["updatedAt"]
