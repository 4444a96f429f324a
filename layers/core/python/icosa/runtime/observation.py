"""What operators see of a call: one line of the log in CloudWatch's embedded metric format, and ids in all others.

A line counts what the call cost and what became of it, by function and kind of operation; the workspace, the key,
the object and the request are properties of it, which queries of the log find, and no dimensions: each value of a
dimension is a metric that is paid for. No line holds a value of a record, a filter, a token or an address.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..store.meter import Meter
from . import emf

if TYPE_CHECKING:  # the console's function has no table, and does not load its client
    from ..store.table import Table

#: What a call is counted as that was refused before anybody knew what it asks for.
REFUSED = "refused"
_BY_METHOD = {
    "GET": "read",
    "HEAD": "read",
    "POST": "create",
    "PUT": "update",
    "PATCH": "update",
    "DELETE": "delete",
    "OPTIONS": "preflight",
}
_AUTHORIZED = (("workspace_id", "workspaceId"), ("key_id", "keyId"))


@dataclass(frozen=True, slots=True)
class OverdueJobs:
    """Jobs of the call's workspace that somebody should have begun by a moment, in milliseconds since 1970."""

    table: Table
    workspace_id: str
    due_ms: int


@dataclass(slots=True)
class Observation:
    """One call while it runs. ``ids`` go into each line of its log.

    ``client_errors`` and ``faults`` are those inside an answer with status 200, where GraphQL has them.
    """

    operation: str = REFUSED
    object: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    client_errors: int = 0
    faults: int = 0
    records: int | None = None
    failed: int = 0
    #: Leaves no line unless it fails: what anybody can do as often as they like.
    is_silent: bool = False
    #: What the call does beside its own work, once it has an answer.
    overdue: OverdueJobs | None = None
    #: By workspace; None for what is nobody's own.
    meters: dict[str | None, Meter] = field(default_factory=dict)
    counted: dict[str | None, int] = field(default_factory=dict)
    began: float = field(default_factory=time.perf_counter)

    def meter_of(self, workspace_id: str | None, *, records: int = 0) -> Meter:
        """The counters of what is done for a workspace, with so many more records or messages that are its own."""
        self.counted[workspace_id] = self.counted.get(workspace_id, 0) + records
        return self.meters.setdefault(workspace_id, Meter())

    def use(self, meter: Meter) -> None:
        """Let a meter count for the call's workspace."""
        workspace_id = self.ids.get("workspace_id")
        if (known := self.meters.get(workspace_id)) is not None:
            meter.children.append(known)
        self.meters[workspace_id] = meter

    def graphql_errors(self, codes: list[Any]) -> None:
        """Note the codes of the ``errors`` of an answer."""
        faults = sum(code == "INTERNAL_SERVER_ERROR" for code in codes)
        self.faults += faults
        self.client_errors += len(codes) - faults


_current: ContextVar[Observation | None] = ContextVar("observation", default=None)


def observed() -> Observation:
    """The call that runs. Outside of functions it is one that nobody looks at."""
    return _current.get() or Observation()


@contextmanager
def observing(observation: Observation) -> Iterator[Observation]:
    """Let ``observed`` know a call while it runs, and write its line when it ends."""
    token = _current.set(observation)
    try:
        yield observation
    except BaseException:
        observation.status = 500
        observation.is_silent = False
        raise
    finally:
        _current.reset(token)
        if not observation.is_silent:
            emf.write(_values(observation), time.perf_counter() - observation.began)


def of_request(event: Mapping[str, Any]) -> Observation:
    """The observation of a proxy event of API Gateway, with the ids of who was authorized."""
    context = event.get("requestContext") or {}
    authorizer = context.get("authorizer") or {}
    ids = {name: authorizer[key] for name, key in _AUTHORIZED if authorizer.get(key)}
    if request_id := context.get("requestId"):
        ids["correlation_id"] = request_id
    return Observation(operation=_BY_METHOD.get(event.get("httpMethod", ""), REFUSED), ids=ids)


def observed_action[E, R](run: Callable[[E], R]) -> Callable[[E], R]:
    """``run`` for events that name an action, whose calls are observed. Actions that fail are none: any text could be
    the name of one.
    """

    def observed_run(event: E) -> R:
        with observing(Observation()) as observation:
            result = run(event)
            if isinstance(event, Mapping):
                if observation.operation == REFUSED:
                    observation.operation = str(event.get("action") or "call")
                if isinstance(workspace_id := event.get("workspaceId", _made(result)), str):
                    observation.ids["workspace_id"] = workspace_id
            return result

    return observed_run


def _made(result: Any) -> Any:
    """The workspace that an action has made."""
    return result.get("workspaceId") if isinstance(result, Mapping) else None


def _values(observation: Observation) -> emf.Values:
    totals = {workspace_id: meter.total() for workspace_id, meter in observation.meters.items()}
    values = emf.Values(operation=observation.operation, properties=dict(observation.ids))
    for total in totals.values():
        for name, number in total.numbers().items():
            values.numbers[name] = values.numbers.get(name, 0) + number
    if observation.object is not None:
        values.properties["object"] = observation.object
    status = observation.status
    if status is not None:
        values.properties["status"] = status
    is_fault, is_refusal = status is not None and status >= 500, status is not None and 400 <= status < 500
    if observation.client_errors or observation.faults:
        values.numbers["GraphqlErrors"] = observation.client_errors + observation.faults
        values.numbers["GraphqlFaults"] = observation.faults
    values.numbers["ClientErrors"] = observation.client_errors or int(is_refusal)
    values.numbers["Faults"] = observation.faults or int(is_fault)
    if observation.records is not None:
        values.numbers |= {"Records": observation.records, "FailedRecords": observation.failed}
        values.properties |= _shares(observation, totals)
    return values


def _shares(observation: Observation, totals: Mapping[str | None, Meter]) -> dict[str, Any]:
    """Whose work a batch was: its workspace, or for several the records and units of each."""
    if len(totals) == 1 and None not in totals:
        return {"workspace_id": next(iter(totals))}
    shares = {
        workspace_id or "": [observation.counted.get(workspace_id, 0), total.read_units, total.write_units]
        for workspace_id, total in totals.items()
    }
    return {"workspaces": shares} if shares else {}
