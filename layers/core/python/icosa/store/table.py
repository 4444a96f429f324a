"""The table: the one place that talks to DynamoDB on the data plane.

Reads are strongly consistent, but for those of a table that is ``eventual``. Throttling and lost connections are
retried with jitter; writes carry a client request token, so a retry of a write whose answer was lost applies once.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pydynox import pydynox_core as dynamo

from ..errors import PayloadTooLarge, Unavailable
from . import access_version
from . import meter as metering
from .keys import Key, of
from .meter import Meter
from .ops import CheckItem, DeleteItem, Op, PutItem, UpdateItem, as_key
from .retry import Attempts
from .tenants import Credentials, RoleOfTenants, Tenants

if TYPE_CHECKING:
    from .record_memory import RecordMemory

Item = dict[str, Any]

#: DynamoDB's limits (Developer Guide, "Quotas").
MAX_TRANSACTION = 100
MAX_BATCH_GET = 100
MAX_BATCH_WRITE = 25
#: Bytes of records in one transaction: DynamoDB takes 4 MB, keys and derived rows among them.
MAX_BYTES = 3_700_000
_ATTEMPTS = Attempts(6, first_pause=0.02)
#: Errors that pass by themselves and that the client has no class for; it names them in its message. "Failed to
#: process" is its own word for what BatchWriteItem has left undone five times; a transaction under way refuses writes
#: outside of it ("TransactionConflictException").
_TRANSIENT = (
    "TransactionInProgress",
    "Throttling",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "Failed to process",
    "TransactionConflictException",
)
#: Those of them that say: too much at once. And what transactions call it.
_THROTTLING = ("Throttling", "RequestLimitExceeded", "Failed to process")
_THROTTLED = ("ThrottlingError", "ProvisionedThroughputExceeded")
_local = threading.local()


def _mark_worker() -> None:
    _local.is_worker = True


_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="dynamo", initializer=_mark_worker)


class TransactionFailed(Exception):
    """A condition did not hold; nothing was written. ``failed`` are the indexes of the operations concerned."""

    def __init__(self, failed: tuple[int, ...]) -> None:
        super().__init__(f"conditions failed at {failed}")
        self.failed = failed


class TransactionConflict(Exception):
    """Other transactions kept touching the same items until the attempts were used up; nothing was written."""


@dataclass(frozen=True, slots=True)
class QueryPage[T = Item]:
    """Rows of one partition in sort-key order. ``last`` is the sort key to go on after, None at the end.

    ``scanned`` counts the rows read, also those that a filter left out.
    """

    items: list[T]
    last: str | None
    scanned: int


class Count(NamedTuple):
    """A number of rows, and on how many pages they were counted: one page is read in one moment."""

    rows: int
    pages: int


class Table:
    """A table with a meter. ``metered`` gives every request its own counters over the shared client.

    >>> table = Table.from_environment()  # doctest: +SKIP
    >>> table.get(("ws#W", "workspace"))  # doctest: +SKIP
    """

    def __init__(self, name: str, client: dynamo.DynamoDBClient, meter: Meter | None = None) -> None:
        self.name = name
        self._client = client
        self.meter = meter or Meter()
        #: The clients of workspaces, where each has credentials of its own.
        self._tenants: Tenants | None = None
        self._is_strong = True
        #: The records that the process has read before, where reads may use them (``store.record_memory``).
        self.memory: RecordMemory | None = None

    @classmethod
    def from_environment(cls) -> Table:
        """The table named by TABLE_NAME; AWS_ENDPOINT_URL_DYNAMODB points at an emulator. With TENANT_ROLE_ARN requests
        reach it by the credentials of their workspaces (``of_workspace``).
        """
        region, endpoint = os.environ.get("AWS_REGION"), os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
        table = cls.at(os.environ["TABLE_NAME"], region=region, endpoint=endpoint)
        if role := os.environ.get("TENANT_ROLE_ARN"):
            table._tenants = Tenants(RoleOfTenants(role), partial(_connect, region, endpoint))
        return table

    @classmethod
    def at(cls, name: str, *, region: str | None, endpoint: str | None) -> Table:
        """A table of a region; ``endpoint`` points at an emulator."""
        return cls(name, _connect(region, endpoint))

    def of_workspace(self, workspace_id: str) -> Table:
        """The table as requests of a workspace reach it. Raises Unavailable."""
        if self._tenants is None:
            return self
        table = Table(self.name, self._tenants.client(workspace_id), self.meter)
        table._is_strong, table.memory = self._is_strong, self.memory
        return table

    def metered(self, meter: Meter) -> Table:
        """The same table, counting into ``meter``."""
        table = type(self)(self.name, self._client, meter)
        table._tenants = self._tenants
        table._is_strong, table.memory = self._is_strong, self.memory
        return table

    def remembering(self, memory: RecordMemory | None) -> Table:
        """The same table with the same meter, whose reads of records may use what is remembered; None: may not."""
        table = self.metered(self.meter)
        table.memory = memory
        return table

    @property
    def is_branch(self) -> bool:
        """Whether this runs beside others already, so that ``parallel`` does one after the other."""
        return getattr(_local, "is_worker", False)

    @property
    def is_strong(self) -> bool:
        """Whether reads see everything that was written before them."""
        return self._is_strong

    def eventual(self) -> Table:
        """The same table with the same meter, read with eventual consistency: at half the price, and answers may lack
        what was written in the last moment (DynamoDB says: usually within a second).
        """
        table = self.metered(self.meter)
        table._is_strong, table.memory = False, None
        self.meter.consistency = "eventual"
        return table

    # ------------------------------------------------------------------ reads

    def get(self, key: Key) -> Item | None:
        """One item, or None."""

        def call() -> Item | None:
            item, _ = self._client.sync_get_item(self.name, as_key(key), consistent_read=self._is_strong)
            return item

        item = self._call("get", call)
        self.meter.read_units += self._price(metering.read_units([item]))
        return item

    def batch_get(self, keys: Sequence[Key], project: str | None = None) -> list[Item | None]:
        """Items in the order of ``keys``, None where there is none. More than 100 keys are read in parallel calls."""
        if not keys:
            return []
        unique = list(dict.fromkeys(keys))
        chunks = [unique[i : i + MAX_BATCH_GET] for i in range(0, len(unique), MAX_BATCH_GET)]
        items: dict[Key, Item] = {}
        for part in self.parallel([_bind(Table._batch_get, chunk, project) for chunk in chunks]):
            items.update(part)
        return [items.get(key) for key in keys]

    def _batch_get(self, keys: Sequence[Key], project: str | None) -> dict[Key, Item]:
        def call() -> list[Item]:
            return self._client.sync_batch_get(self.name, [as_key(key) for key in keys], self._is_strong, project)

        items = {(item["PK"], item["SK"]): item for item in self._call("batch_get", call)}
        self.meter.read_units += self._price(metering.read_units(items.get(key) for key in keys))
        return items

    def get_together(self, keys: Sequence[Key]) -> list[Item | None] | None:
        """Items as they are in one moment, at twice the price; None when some are being written just now."""
        requests = [{"table": self.name, "key": as_key(key)} for key in keys]

        def call() -> list[Item | None] | None:
            try:
                items: list[Item | None] = self._client.sync_transact_get(requests)
                return items
            except dynamo.TransactionCanceledException:
                return None

        items = self._call("get_together", call)
        self.meter.read_units += 2 * metering.read_units(items or [None] * len(keys))
        return items

    def query(
        self,
        pk: str,
        *,
        low: str | None = None,
        high: str | None = None,
        prefix: str | None = None,
        after: str | None = None,
        forward: bool = True,
        limit: int | None = None,
        project: str | None = None,
        filter: str | None = None,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> QueryPage:
        """One page (1 MB or ``limit`` rows) of a partition.

        ``low`` and ``high`` bound the sort key inclusively, or ``prefix`` does. ``after`` is the last sort key of the
        page before. ``filter`` is a DynamoDB filter expression over attributes that are not keys.
        """
        expression, bound = _key_condition(pk, low, high, prefix)
        if expression is None:
            return QueryPage([], None, 0)
        if self.meter.indexes is not None:
            self.meter.indexes.read(pk)

        def call() -> tuple[list[Item], Item | None, Any]:
            return self._client.sync_query_page(
                self.name,
                expression,
                filter_expression=filter,
                projection_expression=project,
                expression_attribute_names=dict(names) if names else None,
                expression_attribute_values={**bound, **(values or {})},
                limit=limit,
                exclusive_start_key=None if after is None else {"PK": pk, "SK": after},
                scan_index_forward=forward,
                consistent_read=self._is_strong,
            )

        items, last, metrics = self._call("query", call)
        self.meter.read_units += metrics.consumed_rcu or 0.0
        return QueryPage(items, last["SK"] if last else None, metrics.scanned_count or len(items))

    def query_pages(self, pk: str, **options: Any) -> Iterator[QueryPage]:
        """All pages of ``query``, one after the other."""
        after = options.pop("after", None)
        while True:
            page = self.query(pk, after=after, **options)
            yield page
            if page.last is None:
                return
            after = page.last

    def query_all(self, pk: str, **options: Any) -> list[Item]:
        """All rows of ``query``."""
        return [item for page in self.query_pages(pk, **options) for item in page.items]

    def count(self, pk: str, **options: Any) -> int:
        """How many rows ``query`` would return, without their transfer."""
        return self.count_pages(pk, **options).rows

    def count_pages(self, pk: str, **options: Any) -> Count:
        """``count``, and the pages that it took.

        The client has no Select=COUNT; a filter that no row passes (or, with ``unlike``, only those that do not count)
        leaves the same answer in the scanned count.
        """
        unlike = options.pop("unlike", "attribute_exists(#none)")
        if unlike == "attribute_exists(#none)":
            options["names"] = {"#none": "none"}
        pages = [
            page.scanned - len(page.items) for page in self.query_pages(pk, filter=unlike, project="SK", **options)
        ]
        return Count(sum(pages), len(pages))

    # ------------------------------------------------------------------ writes

    def transact(self, ops: Sequence[Op], before_sending: Callable[[], None] | None = None) -> None:
        """Apply all operations or none. ``before_sending`` is called before each attempt, and may raise. What changes
        API keys or roles also moves the version of their workspace's access (``store.access_version``): one operation,
        and two write units for each KB of it.

        Raises TransactionFailed when a condition does not hold, TransactionConflict when the attempts are used up,
        PayloadTooLarge beyond DynamoDB's 400 KB an item or 4 MB a transaction.
        """
        unborn: frozenset[str] = frozenset()
        for _ in _ATTEMPTS:
            whole = access_version.versioned(ops, unborn)
            try:
                self._transact(whole.ops, before_sending)
            except TransactionFailed as failure:
                own = tuple(number for number in failure.failed if number < whole.own)
                if own:
                    raise TransactionFailed(own) from None
                unborn ^= whole.missing(failure.failed)
                continue
            return
        raise TransactionConflict

    def _transact(self, ops: Sequence[Op], before_sending: Callable[[], None] | None) -> None:
        assert len(ops) <= MAX_TRANSACTION, "a transaction holds at most 100 operations"
        token = str(uuid.uuid4())
        request = [op.request(self.name) for op in ops]

        def send() -> None:
            if before_sending is not None:
                before_sending()
            self._client.sync_transact_write(request, client_request_token=token)

        for _ in _ATTEMPTS:
            try:
                self._call("transact", send)
            except dynamo.TransactionCanceledException as error:
                reasons = _reasons(str(error))
                failed = tuple(i for i, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
                if failed:
                    raise TransactionFailed(failed) from None
                if any(reason == "ValidationError" for reason in reasons):
                    raise PayloadTooLarge(
                        "The records are larger than the store allows: 400 KB a record, 4 MB a request"
                    ) from None
                self.meter.retries += 1
                self.meter.conflicts += "TransactionConflict" in reasons
                if self.meter.contention is not None:
                    met = (reason == "TransactionConflict" for reason in reasons)
                    self.meter.contention.met(op.key for op, is_met in zip(ops, met, strict=False) if is_met)
                self.meter.throttles += any(reason in _THROTTLED for reason in reasons)
                continue
            self.meter.write_units += metering.write_units(_op_size(op) for op in ops)
            return
        raise TransactionConflict

    def update(self, op: UpdateItem) -> bool:
        """Apply one update without a transaction, which costs half; False when its condition does not hold."""
        return self._apply("update", op)

    def put(self, op: PutItem) -> bool:
        """Put one item without a transaction; False when its condition does not hold."""
        return self._apply("put", op)

    def delete(self, op: DeleteItem) -> bool:
        """Delete one item without a transaction; False when its condition does not hold."""
        return self._apply("delete", op)

    def write_batch(self, puts: Sequence[Item] = (), deletes: Sequence[Key] = ()) -> None:
        """Put and delete items without conditions, 25 a call, one call after the other: for rows that nobody else
        writes to. A write unit for each KB begun of a row, half of what a transaction costs. Each row is written or not
        by itself, so whoever dies in between begins again. API keys and roles take transactions all the same.
        """
        access: list[Op] = [PutItem(item) for item in puts if access_version.workspace_of(of(item)) is not None]
        access += [DeleteItem(key) for key in deletes if access_version.workspace_of(key) is not None]
        for changes in chunked(access, MAX_TRANSACTION - 1):
            self.transact(changes)
        puts = [item for item in puts if access_version.workspace_of(of(item)) is None]
        deletes = [key for key in deletes if access_version.workspace_of(key) is None]
        ops: list[tuple[Item | None, Key | None]] = [
            *((item, None) for item in puts),
            *((None, key) for key in deletes),
        ]
        for part in chunked(ops, MAX_BATCH_WRITE):
            items = [item for item, _ in part if item is not None]
            gone = [as_key(key) for _, key in part if key is not None]
            self._call("write_batch", _bind_batch(self._client, self.name, items, gone))
            sizes = [*map(metering.item_size, items), *(sum(map(len, key.values())) for key in gone)]
            self.meter.write_units += metering.write_units(sizes) / 2

    def _apply(self, name: str, op: PutItem | UpdateItem | DeleteItem) -> bool:
        assert not access_version.moves(op), "a change of API keys or roles is a transaction"
        request = op.request(self.name)
        for member in ("type", "table"):
            del request[member]
        method = getattr(self._client, f"sync_{name}_item")  # The client's stub does not tell of all of them.

        def call() -> bool:
            try:
                method(self.name, **request)
            except dynamo.ConditionalCheckFailedException:
                return False
            return True

        applied = self._call(name, call)
        self.meter.write_units += metering.write_units([_op_size(op)]) / 2
        return applied

    # ------------------------------------------------------------------ plumbing

    def _price(self, units: float) -> float:
        """What reads cost that cost ``units`` when they are strongly consistent."""
        return units if self._is_strong else units / 2

    def parallel[T](self, branches: Sequence[Callable[[Table], T]]) -> list[T]:
        """Run reads or writes side by side. Each branch gets a table of its own meter; results keep the order."""
        if len(branches) <= 1 or self.is_branch:
            # A worker that waits for workers could wait for ever when all of them do.
            return [branch(self) for branch in branches]
        tables = [self.metered(self.meter.branch()) for _ in branches]
        try:
            futures = [_pool.submit(branch, table) for branch, table in zip(branches[1:], tables[1:], strict=True)]
            try:
                first = branches[0](tables[0])
            finally:
                rest = [_outcome(future) for future in futures]
        finally:
            self.meter.add_parallel(table.meter for table in tables)
        for outcome in rest:
            if isinstance(outcome, BaseException):
                raise outcome
        return [first, *rest]

    def _call[T](self, name: str, send: Callable[[], T]) -> T:
        """Send one call, again on throttling and lost connections."""
        self.meter.round_trips += 1
        self.meter.calls += 1
        for _ in _ATTEMPTS:
            try:
                return send()
            except dynamo.ProvisionedThroughputExceededException:
                self.meter.throttles += 1
            except dynamo.ConnectionException:
                pass  # The next attempt opens another.
            except dynamo.ValidationException as error:
                _reject(error)
            except dynamo.PydynoxException as error:
                text = str(error)
                if not any(code in text for code in _TRANSIENT):
                    raise
                self.meter.throttles += any(code in text for code in _THROTTLING)
            self.meter.retries += 1
        raise Unavailable("The record store does not answer. Please try again.")


def _connect(region: str | None, endpoint: str | None, credentials: Credentials | None = None) -> dynamo.DynamoDBClient:
    """A client with the credentials of the function, or with others."""
    return dynamo.DynamoDBClient(
        region=region,
        endpoint_url=endpoint,
        access_key=None if credentials is None else credentials.access_key,
        secret_key=None if credentials is None else credentials.secret_key,
        session_token=None if credentials is None else credentials.session_token,
        connect_timeout=2.0,
        read_timeout=10.0,
    )


def _outcome(future: Any) -> Any:
    """A branch's result or its error: every branch is waited for, so none writes after the request has failed."""
    return future.exception() or future.result()


def _bind[*A, T](method: Callable[[Table, *A], T], *arguments: *A) -> Callable[[Table], T]:
    return lambda table: method(table, *arguments)


def _bind_batch(
    client: dynamo.DynamoDBClient, name: str, items: list[Item], gone: list[dict[str, str]]
) -> Callable[[], None]:
    write: Callable[..., None] = client.sync_batch_write  # type: ignore[attr-defined]  # Not in the client's type stubs.
    return lambda: write(name, items, gone)


def _reject(error: Exception) -> NoReturn:
    text = str(error)
    if "4MB" in text:
        raise PayloadTooLarge(
            "The records of the request are larger together than the 4 MB that the store commits at once"
        ) from None
    if "size has exceeded" in text or "size exceeded" in text.lower():
        raise PayloadTooLarge("The record is larger than the 400 KB that the store allows") from None
    raise error


def _reasons(message: str) -> list[str]:
    """Cancellation reasons, one per operation: the client has them in its message only (``… [None,
    ConditionalCheckFailed]``).
    """
    _, _, listed = message.rpartition("[")
    return [reason.strip() for reason in listed.rstrip("]").split(",")]


def _key_condition(pk: str, low: str | None, high: str | None, prefix: str | None) -> tuple[str | None, dict[str, str]]:
    if prefix is not None:
        return "PK = :pk AND begins_with(SK, :prefix)", {":pk": pk, ":prefix": prefix}
    if low is not None and high is not None:
        # DynamoDB refuses an empty BETWEEN, to us it is just an empty range.
        return ("PK = :pk AND SK BETWEEN :low AND :high" if low <= high else None), {
            ":pk": pk,
            ":low": low,
            ":high": high,
        }
    if low is not None:
        return "PK = :pk AND SK >= :low", {":pk": pk, ":low": low}
    if high is not None:
        return "PK = :pk AND SK <= :high", {":pk": pk, ":high": high}
    return "PK = :pk", {":pk": pk}


def _op_size(op: Op) -> int:
    match op:
        case PutItem(item=item):
            return metering.item_size(item)
        case UpdateItem(key=key, values=values):
            return sum(map(len, key)) + metering.item_size(values or {})
        case DeleteItem(key=key) | CheckItem(key=key):
            return sum(map(len, key))


def chunked[T](items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """``items`` in runs of at most ``size``."""
    return (items[i : i + size] for i in range(0, len(items), size))
