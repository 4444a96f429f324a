"""An installation with the functions that work on whole workspaces, in this process: the operator's actions, the queue
of jobs, and what stands behind the stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from icosa.access.api_keys import ApiKeys
from icosa.errors import BadRequest
from icosa.lifecycle.exports import Folder
from icosa.lifecycle.job_steps import Work
from icosa.lifecycle.operations import advance
from icosa.lifecycle.steps import Budget, Store, Surroundings
from icosa.provisioning.admin import Administration
from icosa.provisioning.workspace import Provisioned, provision
from icosa.store.table import Table
from tests.support.delivery_queue import FakeQueue
from tests.support.metadata_client import MetadataClient
from tests.support.provisioning import event_of
from tests.support.rest_client import RestClient
from tests.support.tokens import TokensHere


class FakeGateway:
    """Keys of a usage plan, by their gateway ids."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def add(self, value: str, *_plan: object) -> str:
        self.values[f"key-{value}"] = value
        return f"key-{value}"

    def remove(self, gateway_id: str) -> None:
        self.values.pop(gateway_id, None)


class JobsQueue:
    """What is sent: the id of a job or operation, and for whose trash with which object to begin."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.trash: list[tuple[str, str | None]] = []

    def send(self, _workspace_id: str, job_id: str, *, delay_ms: int = 0) -> None:
        assert delay_ms >= 0
        self.sent.append(job_id)

    send_operation = send

    def send_trash(self, workspace_ids: Sequence[str], *, first: str | None = None) -> None:
        self.trash += [(workspace_id, first) for workspace_id in workspace_ids]


@dataclass
class World:
    """``later_ms`` is how much later than now it is for operations."""

    table: Table
    folder: Path
    later_ms: int = 3_600_000
    side: Table | None = None
    gateway: FakeGateway = field(default_factory=FakeGateway)
    jobs: JobsQueue = field(default_factory=JobsQueue)
    deliveries: FakeQueue = field(default_factory=FakeQueue)

    def __post_init__(self) -> None:
        self.tokens = TokensHere(self.table, self.gateway)  # type: ignore[arg-type]
        self.api_keys = ApiKeys(self.tokens)
        self._administration = Administration(self.table, self.api_keys, lambda: "https://api.example")

    def provision(self, name: str = "Acme", *, demo: bool = False) -> Provisioned:
        return provision(self.table, self.api_keys, name, demo=demo)

    def act(self, action: str, **parameters: Any) -> dict[str, Any]:
        """What an action of the administration answers."""
        return self._administration.run({"action": action, **parameters})

    def rest(self, made: Provisioned) -> RestClient:
        return RestClient(self.table, event_of(made))

    def metadata(self, made: Provisioned) -> MetadataClient:
        return MetadataClient(self.table, event_of(made))

    def around(self, table: Table | None = None) -> Surroundings:
        return Surroundings(
            table=table or self.table,
            now_ms=lambda: int(datetime.now(UTC).timestamp() * 1000) + self.later_ms,
            jobs=lambda: self.jobs,  # type: ignore[return-value,arg-type]
            deliveries=lambda: self.deliveries,  # type: ignore[return-value,arg-type]
            exports=self._store,
            side_table=self._side,
            remove_gateway_key=self.tokens.remove_gateway_key,
        )

    def work(self) -> Work:
        """What the function ``jobs`` does."""
        return Work(self.around())

    def finish(self, operation: Mapping[str, Any], *, rows: int = 1_000_000) -> int:
        """Do an operation to its end; in how many steps."""
        for steps in range(1, 10_000):
            step = advance(self.around(), operation["workspaceId"], operation["id"], Budget(rows=rows, seconds=1e9))
            if step is None or step.is_done:
                return steps
        raise AssertionError("the operation does not end")

    def _store(self, workspace_id: str, operation_id: str) -> Store:
        return Folder(self.folder / workspace_id / operation_id)

    def _side(self) -> Table:
        if self.side is None:
            raise BadRequest("This test has no such table")
        return self.side


def everything(table: Table) -> list[dict[str, Any]]:
    """All items of a table."""
    items: list[dict[str, Any]] = []
    start = None
    while True:
        page, start, _ = table._client.sync_scan_page(table.name, exclusive_start_key=start, consistent_read=True)
        items += page
        if not start:
            return items


def as_texts(table: Table, workspace_id: str = "") -> list[str]:
    """All items, or those in the partitions of a workspace, for comparison."""
    items = [item for item in everything(table) if item["PK"].startswith(workspace_id)]
    return sorted(orjson.dumps(item, option=orjson.OPT_SORT_KEYS, default=str).decode() for item in items)
