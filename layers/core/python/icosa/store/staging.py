"""The rows that the records of a batch will need, written before its commit, and those that they needed, removed after
it (``store.batch``).

A write inside a transaction costs twice what it costs outside of one, so a row only stands in a transaction when it has
to. There are three ways:

* **Rows of records whose ids this request has drawn** go by BatchWriteItem, 25 a call, on no condition. Nobody else
  knows such an id, so nobody has a row of it, nor will: not even another attempt of the request, which begins after the
  rows of this one are gone. The same holds for their removal when the batch fails.
* **Rows of other records** (those that exist, and those whose ids others may know) are single writes, each on the
  condition that no committed row is in its place. A row that is overwritten with another text in it would hide the
  record from those who look for its text; so the condition is not spared, only the transaction.
* **Guards and hidden rows** stay in transactions: several of them belong together, or pass from one record to another.

Which of the calls happen, and in which order, does not matter: the batch's log names all rows before the first is
written, and no reader believes one before the commit.

**After the commit** each row that only an old state had is removed by a single write. The record may be changed again
meanwhile, and need the row again: then it has been written by a later version, which the row says (``WRITTEN``). So
nothing is lost, however late the removal comes. Rows without ``WRITTEN`` are those of new records, or of earlier
releases.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from .change import ConditionalOp, FailureReason, row_of
from .derive import ATTRIBUTES, CREATED, WRITTEN, Attributes
from .keys import Key
from .ops import EXISTS, NOT_EXISTS, DeleteItem, PutItem
from .record import data_bytes
from .table import MAX_BATCH_WRITE, MAX_BYTES, MAX_TRANSACTION, Item, Table, TransactionConflict, chunked
from .transactions import ConditionsFailed, transact

#: So long after a batch was opened its writer may stage rows, which is before anybody takes it for dead
#: (``register.ABANDONED_AFTER_MS``): a row must not come after those who clean up.
STAGING_SECONDS = 45.0

#: The condition that a row has not been written by a later version of its record than ``:s``.
_NO_LATER = "(attribute_not_exists(#s) OR #s <= :s)"

_Reasons = Sequence[FailureReason | None]


def stage(
    table: Table,
    together: Iterable[list[ConditionalOp]],
    alone: Iterable[tuple[PutItem, FailureReason]],
    fresh: Sequence[Item],
    *,
    opened: float,
) -> None:
    """Write rows, all calls side by side: ``together`` in transactions that split none of these lists, ``alone`` each
    on its condition, ``fresh`` on none. ``opened`` is the time by ``time.monotonic`` before the batch was opened.

    Raises ConditionsFailed with the reasons of all that failed, and TransactionConflict when it is too late. Some of
    the rows may be there then.
    """

    def in_time(send: Callable[[Table], _Reasons]) -> Callable[[Table], _Reasons]:
        def checked(table: Table) -> _Reasons:
            if time.monotonic() - opened > STAGING_SECONDS:
                raise TransactionConflict
            return send(table)

        return checked

    calls = [
        *(_transaction(part) for part in packed(together, lambda op: data_bytes(op[0]))),
        *(_single(op, reason) for op, reason in alone),
        *(_unconditional(part) for part in chunked(fresh, MAX_BATCH_WRITE)),
    ]
    failed = table.parallel([in_time(call) for call in calls])
    if any(failed):
        raise ConditionsFailed([reason for reasons in failed for reason in reasons])


def withdraw(table: Table, fresh: Sequence[Key]) -> None:
    """Remove what ``stage`` has written as ``fresh``: for a batch that will never commit."""
    table.parallel([_removal(part) for part in chunked(fresh, MAX_BATCH_WRITE)])


def added(key: Key, attributes: Attributes, version: int) -> PutItem:
    """Add a row of a record's new state, which will have ``version``. The same row may be there already; one with other
    attributes, or of a later version, may belong to a committed state, and is in the way.
    """
    put = replacing(key, attributes, attributes, version)
    return replace(put, condition=f"{NOT_EXISTS} OR ({put.condition})")


def replacing(key: Key, before: Attributes, after: Attributes, version: int) -> PutItem:
    """Give a row new attributes, on the condition that it is in the state of ``before``: rows of version 0.2 carry
    nothing besides.
    """
    names = {f"#{name}": name for name in (*ATTRIBUTES, WRITTEN)}
    terms = [f"#{name} = :{name}" if name in before else f"attribute_not_exists(#{name})" for name in ATTRIBUTES]
    values = {f":{name}": value for name, value in before.items() if name in ATTRIBUTES}
    if CREATED in before:
        names["#c"], values[":c"] = CREATED, before[CREATED]
        terms.append("(attribute_not_exists(#c) OR #c = :c)")
    values[":s"] = version
    return PutItem(row_of(key, after, version), " AND ".join([*terms, _NO_LATER]), names, values)


def in_order(claim: PutItem) -> PutItem:
    """The claim of a unique value, unless the record has claimed it anew in a later version."""
    assert claim.values is not None
    if claim.values[":owner"] != claim.item["id"]:
        return claim  # The versions of two records tell nothing.
    return replace(
        claim,
        condition=f"({claim.condition}) AND {_NO_LATER}",
        names={"#s": WRITTEN},
        values={**claim.values, ":s": claim.item[WRITTEN]},
    )


# ---------------------------------------------------------------------- after the commit


def removed(key: Key, before: int) -> DeleteItem:
    """Remove a row that the record's state of version ``before`` had. One that was written again since then is needed
    by a later state, or may be.
    """
    return DeleteItem(key, _NO_LATER, {"#s": WRITTEN}, {":s": before})


def released(key: Key, owner: str, before: int) -> DeleteItem:
    """Remove the guard that a record had in version ``before``, unless it was claimed again since then."""
    return DeleteItem(key, f"id = :owner AND {_NO_LATER}", {"#s": WRITTEN}, {":s": before, ":owner": owner})


def settled(key: Key, attributes: Attributes, version: int) -> PutItem:
    """Let a row that stands for two states stand for the new one, which has ``version``, unless it was written again
    since then.
    """
    return PutItem(row_of(key, attributes, version), "#s = :s", {"#s": WRITTEN}, {":s": version})


def recopied(key: Key, attributes: Attributes, version: int) -> PutItem:
    """Put the copy of a record in ``version`` into a row that is there, unless a later version has written it."""
    condition = f"{EXISTS} AND {_NO_LATER}"
    return PutItem(row_of(key, attributes, version), condition, {"#s": WRITTEN}, {":s": version})


def tidy(table: Table, ops: Iterable[PutItem | DeleteItem], *beside: Callable[[Table], None]) -> None:
    """Send single writes side by side, and other work beside them. A write whose condition fails is not needed."""
    table.parallel([*beside, *(_sent(op) for op in ops)])


def packed[T](groups: Iterable[list[T]], bytes_of: Callable[[T], int] = lambda _: 0) -> list[list[T]]:
    """Join groups into transactions of at most 100 operations and ``MAX_BYTES``, without splitting any."""
    parts: list[list[T]] = []
    total = 0
    for group in groups:
        size = sum(map(bytes_of, group))
        if parts and len(parts[-1]) + len(group) <= MAX_TRANSACTION and total + size <= MAX_BYTES:
            parts[-1] += group
            total += size
        else:
            parts.append(list(group))
            total = size
    return parts


def _transaction(part: Sequence[ConditionalOp]) -> Callable[[Table], _Reasons]:
    """Sends one transaction and returns why it failed: the error follows from the reasons of all calls together."""

    def send(table: Table) -> _Reasons:
        try:
            transact(table, part)
        except ConditionsFailed as failure:
            return failure.reasons
        return ()

    return send


def _single(op: PutItem, reason: FailureReason) -> Callable[[Table], _Reasons]:
    return lambda table: () if table.put(op) else (reason,)


def _unconditional(items: Sequence[Item]) -> Callable[[Table], _Reasons]:
    def send(table: Table) -> _Reasons:
        table.write_batch(puts=items)
        return ()

    return send


def _sent(op: PutItem | DeleteItem) -> Callable[[Table], None]:
    def send(table: Table) -> None:
        if isinstance(op, PutItem):
            table.put(op)
        else:
            table.delete(op)

    return send


def _removal(part: Sequence[Key]) -> Callable[[Table], None]:
    return lambda table: table.write_batch(deletes=part)
