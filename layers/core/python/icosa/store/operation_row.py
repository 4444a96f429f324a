"""What an operator has asked for that takes longer than a call: a row for each, in the operator's own partition.

The row is written in the transaction that lets the operation have its workspace (``workspace_row.OPERATION``), so there
is never more than one of a workspace that must not meet another. It has the attribute by which the table's stream knows
a new job, and says how far the work is: every step may be repeated, by another process, but by one at a time. A row
that is over stays for 30 days; that of a deletion goes with the workspace, whose receipt takes its place.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Self

import orjson

from . import keys
from .ops import EXISTS, DeleteItem, PutItem, UpdateItem, set_attributes
from .table import Item, Table

OperationKind = Literal["resume", "export", "delete", "restore", "removeDemo", "shardRecords"]

#: How long a row that is over can be seen.
KEPT_SECONDS: Final = 30 * 86_400
#: How long a process has an operation that does not say that its step is over: longer than any function may run.
CLAIM_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``asked`` is what the operator has said, ``by`` who that was, as far as given. ``state`` is how far the work is,
    ``counts`` what it has done so far, ``result`` what came of it. Times are in milliseconds since the epoch.
    """

    workspace_id: str
    id: str
    kind: OperationKind
    created_ms: int
    not_before_ms: int
    by: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    finished_ms: int | None = None
    result: Mapping[str, Any] | None = None
    #: Why it was given up; it has changed nothing that it does not name.
    failure: str | None = None

    @classmethod
    def new(cls, workspace_id: str, kind: OperationKind, *, now_ms: int, **what: Any) -> Self:
        """An operation that may begin at once, unless ``what`` says when."""
        what.setdefault("not_before_ms", now_ms)
        return cls(workspace_id=workspace_id, id=str(uuid.uuid4()), kind=kind, created_ms=now_ms, **what)

    @classmethod
    def parse(cls, item: Item) -> Self:
        """From a row."""
        place = keys.operation_of(item)
        assert place is not None
        return cls(
            workspace_id=place[0],
            id=place[1],
            kind=item["job"],
            created_ms=int(item["created"]),
            not_before_ms=int(item["notBefore"]),
            by=item.get("by"),
            asked=orjson.loads(item["asked"]),
            state=orjson.loads(item["state"]),
            counts=orjson.loads(item["counts"]),
            finished_ms=int(item["finished"]) if "finished" in item else None,
            result=orjson.loads(item["result"]) if "result" in item else None,
            failure=item.get("failure"),
        )

    def row(self) -> PutItem:
        """The write that lets it begin."""
        by = {} if self.by is None else {"by": self.by}
        return PutItem(
            keys.item_at(
                keys.operation(self.workspace_id, self.id),
                job=self.kind,
                created=self.created_ms,
                notBefore=self.not_before_ms,
                asked=_text(self.asked),
                state=_text(self.state),
                counts=_text(self.counts),
                **by,
            )
        )

    def with_counts(self, more: Mapping[str, int]) -> Self:
        """The same with more done."""
        names = dict.fromkeys([*self.counts, *more])
        return replace(self, counts={name: self.counts.get(name, 0) + more.get(name, 0) for name in names})

    def saved(self) -> UpdateItem:
        """The write that keeps how far it is: a write unit for each KB, as a rule one."""
        return self._set({"state": _text(self.state), "counts": _text(self.counts)})

    def claimed(self, now_ms: int) -> UpdateItem:
        """The write by which one process has the operation for a step: refused while another has it, which is not for
        longer than a function runs. A write unit for each KB.
        """
        names, values = {"#until": "claimedUntil"}, {":until": now_ms + CLAIM_MS, ":now": now_ms}
        condition = f"{EXISTS} AND attribute_not_exists(finished) AND (attribute_not_exists(#until) OR #until <= :now)"
        key = keys.operation(self.workspace_id, self.id)
        return UpdateItem(key, "SET #until = :until", condition, names, values)

    def released(self) -> UpdateItem:
        """The end of a step: another process may do the next one."""
        return self._set({"claimedUntil": None})

    def over(self, now_ms: int) -> UpdateItem:
        """The write that keeps what came of it."""
        return self._set(
            {
                "state": _text(self.state),
                "counts": _text(self.counts),
                "result": None if self.result is None else _text(self.result),
                "failure": self.failure,
                "finished": now_ms,
                "ttl": now_ms // 1000 + KEPT_SECONDS,
            }
        )

    def removed(self) -> DeleteItem:
        return DeleteItem(keys.operation(self.workspace_id, self.id))

    def _set(self, values: Mapping[str, Any]) -> UpdateItem:
        return set_attributes(
            keys.operation(self.workspace_id, self.id), values, condition=f"{EXISTS} AND attribute_not_exists(finished)"
        )


def find(table: Table, workspace_id: str, operation_id: str) -> Operation | None:
    """An operation as it is now: a read unit."""
    item = table.get(keys.operation(workspace_id, operation_id))
    return None if item is None else Operation.parse(item)


def of_workspace(table: Table, workspace_id: str) -> list[Operation]:
    """Those of a workspace that can be seen, the oldest first: a read unit for some ten."""
    items = table.query_all(keys.operations(), prefix=keys.operation_prefix(workspace_id))
    return sorted(map(Operation.parse, items), key=lambda each: each.created_ms)


# ------------------------------------------------------------------ receipts


def receipt(
    workspace_id: str, *, deleted_at: str, by: str | None, counts: Mapping[str, int], digest: str, operation_id: str
) -> PutItem:
    """What remains of a workspace: that it was deleted, when, by whom, and how much of each kind. Nothing of what it
    held, its name neither.
    """
    return PutItem(
        keys.item_at(
            keys.receipt(workspace_id),
            deletedAt=deleted_at,
            counts=_text(counts),
            digest=digest,
            operation=operation_id,
            **({} if by is None else {"by": by}),
        )
    )


def find_receipt(table: Table, workspace_id: str) -> dict[str, Any] | None:
    """The members of a deleted workspace's receipt: a read unit."""
    item = table.get(keys.receipt(workspace_id))
    return None if item is None else _receipt(item)


def receipts(table: Table, *, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Receipts by workspace id, and the id to go on after."""
    page = table.query(keys.receipts(), after=after, limit=limit)
    return list(map(_receipt, page.items)), page.last


def _receipt(item: Item) -> dict[str, Any]:
    return {
        "workspaceId": keys.sort_of(item),
        "deletedAt": item["deletedAt"],
        "by": item.get("by"),
        "counts": orjson.loads(item["counts"]),
        "digest": item["digest"],
        "operationId": item["operation"],
    }


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
