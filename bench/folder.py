"""The data folder of the benchmarks: a local stack's folder, and in it one workspace for each number of people."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from local.dynamodb.binary import find_dynoxide
from local.dynamodb.server import Dynoxide
from local.folder import DataFolder
from local.functions.variables import Services, function_variables
from local.options import Options
from local.template.application import Application, Function
from local.template.names import Deployment
from local.template.reader import read_application
from local.workspace import make_workspace

ROOT: Final = Path(__file__).resolve().parents[1]
#: Nothing listens there: functions in process need DynamoDB only.
_DEPLOYMENT: Final = Deployment(endpoint="http://127.0.0.1:9")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace with so many companies and people. ``seconds`` is how long seeding took; None while it is not
    finished.
    """

    id: str
    token: str
    people: int
    companies: int
    seconds: float | None = None


class Folder:
    """Workspaces by their number of people, written down in ``bench.json``."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._data = DataFolder(path)
        self._list = self.path / "bench.json"
        self._streams_off = self.path / "streams-off"

    def workspaces(self) -> dict[int, Workspace]:
        """Every workspace by its number of people."""
        if not self._list.is_file():
            return {}
        return {entry["people"]: Workspace(**entry) for entry in orjson.loads(self._list.read_bytes())}

    def keep(self, workspace: Workspace) -> None:
        """Write a workspace down; it replaces the one with as many people."""
        known = {**self.workspaces(), workspace.people: workspace}
        self._data.write_private(self._list, orjson.dumps([asdict(seeded) for seeded in known.values()]).decode())

    def make(self, *, people: int, companies: int) -> Workspace:
        """A new workspace without records. No stack may run on the folder."""
        made = make_workspace(f"{people} people", Options(root=ROOT, data=self.path))
        return Workspace(id=made.id, token=made.token, people=people, companies=companies)

    @contextmanager
    def store(self, *, streams: bool = True) -> Iterator[dict[str, str]]:
        """DynamoDB alone on the folder's data, for as long as the block; the environment of core_rest with it.

        Without ``streams`` writes go to the tables only. That is for filling them: Dynoxide keeps every image for a
        day.
        """
        self._data.create()
        self._data.lock()
        dynoxide = Dynoxide(find_dynoxide(), self._data.database, self._data.log("dynoxide"))
        application = read_application(ROOT / "template.yaml", _DEPLOYMENT, {})
        asyncio.run(dynoxide.start())
        try:
            # On, too: whoever filled the tables last may have been stopped in the middle.
            self._switch_streams(dynoxide, application, on=streams)
            try:
                yield self._environment(application, dynoxide.url)
            finally:
                self._switch_streams(dynoxide, application, on=True)
        finally:
            dynoxide.stop()
            self._data.unlock()

    def _switch_streams(self, dynoxide: Dynoxide, application: Application, *, on: bool) -> None:
        """A file says that streams are off: Dynoxide counts a table's items when it describes it, which takes a large
        one seconds.
        """
        if self._streams_off.exists() != on:
            return
        for table in application.tables:
            if wanted := table.definition.get("StreamSpecification"):
                settings: Mapping[str, Any] = wanted if on else {"StreamEnabled": False}
                dynoxide.client.call_now("UpdateTable", {"TableName": table.name, "StreamSpecification": settings})
        if on:
            self._streams_off.unlink()
        else:
            self._streams_off.touch()

    def _environment(self, application: Application, dynamodb: str) -> dict[str, str]:
        services = Services(
            endpoint=_DEPLOYMENT.endpoint, dynamodb=dynamodb, region=_DEPLOYMENT.region, access_key="bench"
        )
        return function_variables(function_of(application, "core_rest"), services, {}, None)


def function_of(application: Application, folder: str) -> Function:
    """The function whose code is in ``functions/<folder>``. Raises StopIteration when the template has none."""
    return next(function for function in application.functions.values() if function.code.name == folder)


def function_logs(folder: Folder, name: str) -> Path:
    """The log file of the function whose code is in ``functions/<name>``, once a stack has run on the folder."""
    application = read_application(ROOT / "template.yaml", _DEPLOYMENT, {})
    return DataFolder(folder.path).logs / f"{function_of(application, name).logical_id}.log"
