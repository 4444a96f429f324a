"""``make release-data``: a small data folder as a release leaves it, for ``tests/integration/releases``.

A stack of the release makes a workspace, and is asked over HTTP for records of every kind; what it answers to some
questions is kept beside the data, so that later releases can be held to it. ``ROOT=`` names the checkout of an older
release: whatever is asked of it is asked in the words of all of them.

Keys and secrets in it are the folder's own, and open nothing else.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import urllib3

from icosa.store.versions import CURRENT, READABLE_FORMAT, WRITTEN_FORMAT
from icosa.version import VERSION
from tests.support.checkout import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "releases"
DATA, KEY, ANSWERS, RELEASE = "data.tar.xz", "throwaway-key.txt", "answers.json.xz", "release.json"
#: Bytes of a folder: it is kept for ever.
MOST = 200_000
SECRET = "throwaway-signing-secret-of-a-fixture"
_READY = "Icosa is ready on "
#: Seconds that jobs take after a change of the model: they wait for a minute.
_PATIENCE = 240

Call = Callable[..., Any]

_OPTIONS = [
    {"label": label, "value": label.upper(), "color": "blue", "position": position}
    for position, label in enumerate(["Planned", "Flying", "Lost"])
]
#: Fields of every type that all releases know.
_FIELDS: dict[str, dict[str, Any]] = {
    "mass": {"type": "NUMBER"},
    "price": {"type": "CURRENCY"},
    "crewed": {"type": "BOOLEAN", "defaultValue": False},
    "launchDate": {"type": "DATE"},
    "landedAt": {"type": "DATE_TIME"},
    "stage": {"type": "SELECT", "options": _OPTIONS},
    "crews": {"type": "MULTI_SELECT", "options": _OPTIONS},
    "stars": {"type": "RATING"},
    "site": {"type": "LINKS"},
    "contacts": {"type": "EMAILS"},
    "hotline": {"type": "PHONES"},
    "hangar": {"type": "ADDRESS"},
    "builder": {"type": "FULL_NAME"},
    "config": {"type": "RAW_JSON"},
    "story": {"type": "RICH_TEXT"},
    "tags": {"type": "ARRAY"},
    "serial": {"type": "UUID"},
    "code": {"type": "TEXT", "isUnique": True},
    "scratch": {"type": "TEXT"},
}
#: What is asked of each release, and of those after it.
QUESTIONS = (
    "/rest/companies?limit=60",
    "/rest/people?limit=60",
    "/rest/rockets?limit=60",
    "/rest/notes?limit=60",
    "/rest/noteTargets?limit=60",
    "/rest/rockets?filter=deletedAt%5Bis%5D:NOT_NULL",
    "/rest/people?filter=deletedAt%5Bis%5D:NOT_NULL&order_by=deletedAt%5BDescNullsLast%5D",
    "/rest/rockets?order_by=mass%5BDescNullsLast%5D",
    "/rest/rockets?order_by=createdAt%5BDescNullsLast%5D&limit=3",
    "/rest/people?order_by=name.lastName%5BAscNullsFirst%5D",
    "/rest/rockets?filter=stage%5Beq%5D:ON_PAPER",
    "/rest/rockets?filter=mass%5Bgt%5D:3",
    "/rest/rockets?filter=code%5Beq%5D:R-2",
    "/rest/rockets?filter=name%5Bilike%5D:%25rocket%25",
    "/rest/rockets?filter=hotline.primaryPhoneNumber%5Blike%5D:%256102%25",
    "/rest/people?filter=company.name%5Beq%5D:%22Yard%200%22",
)
#: Documents of GraphQL that are asked likewise.
DOCUMENTS = (
    "{rockets(first:3){totalCount edges{node{id name owner{name} builder{firstName}}}}}",
    "{companies{edges{node{name people{edges{node{name{lastName}}}} rockets{edges{node{code}}}}}}}",
    '{search(searchInput:"yard",limit:9){edges{node{recordId objectNameSingular label}}}}',
    "{rocketsGroupBy(groupBy:[{crewed:true}]){groupByDimensionValues totalCount}}",
)


def answers(call: Call) -> dict[str, Any]:
    """What a release answers, by question."""
    return {
        **{path: call("GET", path) for path in QUESTIONS},
        **{text: call("POST", "/graphql", {"query": text}) for text in DOCUMENTS},
    }


def fill(call: Call) -> None:
    """Make an object with fields of every type, records, some in the trash, a webhook, and changes of all of them."""
    rocket = _made(
        call(
            "POST",
            "/rest/metadata/objects",
            {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"},
        )
    )
    answer = call("GET", "/rest/metadata/objects?limit=200")
    objects = answer["data"]["objects"] if isinstance(answer, dict) else answer
    company = next(obj for obj in objects if obj["nameSingular"] == "company")
    fields = {}
    for name, attributes in _FIELDS.items():
        body = {"objectMetadataId": rocket["id"], "name": name, "label": name[0].upper() + name[1:], **attributes}
        fields[name] = _made(call("POST", "/rest/metadata/fields", body))
    payload = {"type": "MANY_TO_ONE", "targetObjectMetadataId": company["id"], "targetFieldLabel": "Rockets"}
    call(
        "POST",
        "/rest/metadata/fields",
        {
            "objectMetadataId": rocket["id"],
            "type": "RELATION",
            "name": "owner",
            "label": "Owner",
            "relationCreationPayload": {**payload, "targetFieldIcon": "IconRocket"},
        },
    )
    companies = [_made(call("POST", "/rest/companies", {"name": f"Yard {number}"})) for number in range(3)]
    names = [("Ada", "Yard"), ("Bob", "Stone"), ("Cleo", "Ångström"), ("Dan", "stone")]
    people = [
        _made(
            call(
                "POST",
                "/rest/people",
                {
                    "name": {"firstName": first, "lastName": last},
                    "emails": {"primaryEmail": f"{first.lower()}@yards.example"},
                    "companyId": companies[number % 3]["id"],
                },
            )
        )
        for number, (first, last) in enumerate(names)
    ]
    rockets = [
        _made(call("POST", "/rest/rockets", {**_rocket(number), "ownerId": companies[number % 3]["id"]}))
        for number in range(8)
    ]
    note = _made(call("POST", "/rest/notes", {"title": "A note", "bodyV2": {"markdown": "Of **paper**"}}))
    call("POST", "/rest/noteTargets", {"noteId": note["id"], "targetCompanyId": companies[0]["id"]})
    call("DELETE", f"/rest/rockets/{rockets[7]['id']}?soft_delete=true")
    call("DELETE", f"/rest/people/{people[3]['id']}?soft_delete=true")
    call("PATCH", f"/rest/rockets/{rockets[6]['id']}", {"mass": 99, "name": "Rocket six"})
    call("DELETE", f"/rest/metadata/fields/{fields['scratch']['id']}")
    options = [dict(option) for option in fields["stage"]["options"]]
    options[0] |= {"value": "ON_PAPER", "label": "On paper"}
    call("PATCH", f"/rest/metadata/fields/{fields['stage']['id']}", {"options": options})
    hook = {"targetUrl": "https://hooks.example/in", "operations": ["rocket.destroyed"], "secret": SECRET}
    call("POST", "/rest/metadata/webhooks", hook)


def _rocket(number: int) -> dict[str, Any]:
    return {
        "name": f"Rocket {number}",
        "mass": number * 1.5,
        "price": {"amountMicros": 1_000_000 * number, "currencyCode": "EUR"},
        "crewed": bool(number % 2),
        "launchDate": f"2026-0{number + 1}-01",
        "landedAt": f"2026-0{number + 1}-02T10:00:00.000Z",
        "stage": ["PLANNED", "FLYING", "LOST"][number % 3],
        "crews": ["PLANNED", "LOST"][: number % 3],
        "stars": f"RATING_{number % 5 + 1}",
        "site": {"primaryLinkUrl": f"https://rocket{number}.example", "primaryLinkLabel": "Site"},
        "contacts": {"primaryEmail": f"rocket{number}@yards.example"},
        "hotline": {
            "primaryPhoneNumber": f"61020304{number}0",
            "primaryPhoneCallingCode": "+33",
            "primaryPhoneCountryCode": "FR",
        },
        "hangar": {"addressCity": f"City {number}", "addressCountry": "Germany"},
        "builder": {"firstName": "Eve", "lastName": f"Bolt {number}"},
        "config": {"n": number},
        "story": {"markdown": f"Story of **{number}**"},
        "tags": [f"t{number}", "all"],
        "serial": f"0000000{number}-0000-4000-8000-000000000000",
        "code": f"R-{number}",
        "scratch": "gone",
    }


def _made(answer: Any) -> Any:
    """What a request has made: older releases wrap it in more members."""
    while isinstance(answer, dict) and len(answer) == 1:
        [answer] = answer.values()
    return answer


# ---------------------------------------------------------------------- the folder


def caller(url: str, token: str) -> Call:
    """Requests to a stack. Raises RuntimeError for what is refused."""
    pool = urllib3.PoolManager(timeout=60, retries=False)

    def call(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        response = pool.request(
            method, url + path, body=None if body is None else json.dumps(body).encode(), headers=headers
        )
        answer = json.loads(response.data) if response.data else None
        if response.status >= 300 or (isinstance(answer, dict) and answer.get("errors")):
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return answer

    return call


def make(root: Path, target: Path) -> None:
    """Make a release's folder with the checkout at ``root``."""
    with tempfile.TemporaryDirectory(prefix="release-data-") as scratch:
        data = Path(scratch) / "data"
        with _stack(root, data) as url:
            command = [sys.executable, "-m", "local.workspace", "--data", str(data), "--name", "Release data"]
            token = subprocess.run(
                command, cwd=root, env=_environment(root), check=True, stdout=subprocess.PIPE, text=True
            ).stdout.strip()
            call = caller(url, token)
            fill(call)
            workspace_id = _workspace_of(token)
            _wait_for_jobs(data, workspace_id)
            kept = answers(call)
        _prune(data, workspace_id)
        target.mkdir(parents=True, exist_ok=True)
        (target / KEY).write_text(f"{token}\n", encoding="utf-8")
        (target / ANSWERS).write_bytes(_small(json.dumps(kept, sort_keys=True).encode()))
        (target / DATA).write_bytes(_packed(data))
    size = sum(path.stat().st_size for path in target.iterdir())
    if size > MOST:
        raise RuntimeError(f"{target} has {size} bytes, more than {MOST}")


def _workspace_of(token: str) -> str:
    import base64

    claims = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["workspaceId"])


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "layers" / "core" / "python"), str(root)])}


@contextmanager
def _stack(root: Path, data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "local", "--port", "0", "--data", str(data), "--rate", "off"]
    process = subprocess.Popen(command, cwd=root, env=_environment(root), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith(_READY):
            raise RuntimeError(f"the stack of {root} did not start: {line}")
        yield line.removeprefix(_READY).strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_for_jobs(data: Path, workspace_id: str) -> None:
    """Until nothing follows any more from what was done: rows of jobs are gone, and queues are empty."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with closing(sqlite3.connect(f"file:{data / 'dynamodb.db'}?mode=ro", uri=True)) as database:
            [(jobs,)] = database.execute(
                'SELECT count(*) FROM "icosa-local-Table" WHERE pk = ?', (f"S:{workspace_id}#J",)
            )
        if jobs == 0:
            return
        time.sleep(1)
    raise RuntimeError("jobs do not end")


def _prune(data: Path, workspace_id: str) -> None:
    """Leave the workspace alone, without the stream, bundles and what the stack can make again."""
    with closing(sqlite3.connect(data / "dynamodb.db", isolation_level=None)) as database:
        table = '"icosa-local-Table"'
        database.execute(f"DELETE FROM {table} WHERE pk NOT LIKE ?", (f"S:{workspace_id}#%",))
        database.execute(f"DELETE FROM {table} WHERE pk IN (?, ?)", (f"S:{workspace_id}#S", f"S:{workspace_id}#SL"))
        database.execute("DELETE FROM _stream_records")
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    with closing(sqlite3.connect(data / "state.db", isolation_level=None)) as state:
        state.execute("UPDATE settings SET value = ? WHERE name = 'demo workspace'", (workspace_id,))
        state.execute("UPDATE checkpoints SET place = 0")  # as a stream without records begins
        for name in ("messages", "expiries", "expired", "quotas"):
            if state.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone():
                state.execute(f"DELETE FROM {name}")
        state.execute("PRAGMA journal_mode = DELETE")
        state.execute("VACUUM")


def _packed(data: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("dynamodb.db", "state.db"):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = (data / name).stat().st_size, 0o600
            with (data / name).open("rb") as file:
                archive.addfile(entry, file)
    return _small(buffer.getvalue())


def _small(content: bytes) -> bytes:
    return lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)


def releases() -> list[str]:
    """The releases that have a folder, oldest first."""
    names = (path.name for path in FOLDER.iterdir() if path.is_dir())
    return sorted(names, key=lambda name: [int(part) for part in re.findall(r"\d+", name)])


def about(release: str) -> dict[str, int] | None:
    """What a release reads, writes and migrates to; None of those before 0.3, which know no versions."""
    path = FOLDER / release / RELEASE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def kept_answers(release: str) -> dict[str, Any]:
    """What a release answered, by question."""
    answers: dict[str, Any] = json.loads(lzma.decompress((FOLDER / release / ANSWERS).read_bytes()))
    return answers


def unpack(folder: Path, data: Path) -> str:
    """Put a release's data folder at ``data``, ready for a stack; the workspace's token."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress((folder / DATA).read_bytes()))) as archive:
        archive.extractall(data, filter="data")
    shutil.copyfile(folder / KEY, data / "api-key")
    (data / "api-key").chmod(0o600)
    return (folder / KEY).read_text(encoding="utf-8").strip()


def main(arguments: list[str]) -> None:
    """Make the folder of the present release, or of another checkout's."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.release_data", description="Make a data folder.")
    parser.add_argument("--root", type=Path, default=ROOT, help="a checkout (default: this one)")
    parser.add_argument("--version", default=VERSION, help="the folder's name (default: the release)")
    chosen = parser.parse_args(arguments)
    target = FOLDER / chosen.version
    if target.exists():
        sys.exit(f"{target} is there: what a release has left is never made anew")
    make(chosen.root.absolute(), target)
    if chosen.root.absolute() == ROOT:
        versions = {"readsFormat": READABLE_FORMAT, "writesFormat": WRITTEN_FORMAT}
        versions |= {"format": CURRENT.format, "standard": CURRENT.standard}
        (target / RELEASE).write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {sum(path.stat().st_size for path in target.iterdir())} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
