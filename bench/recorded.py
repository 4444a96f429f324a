"""What requests read and write, item by item, as the product itself asks DynamoDB for it: a client between
``store.table`` and the emulator writes it down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from icosa.store import meter
from icosa.store import table as store_table


@dataclass(frozen=True, slots=True)
class Access:
    """Units of one item, or of neighbours that one query reads: then ``sort`` is that of the first one.

    ``transaction`` says that a transaction holds the item; ``is_range`` that a query reads it.
    """

    partition: str
    sort: str
    read: float = 0.0
    write: float = 0.0
    transaction: bool = False
    is_range: bool = False


class Recording:
    """A client that writes accesses down on the way to another one."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.accesses: list[Access] = []

    def take(self) -> tuple[Access, ...]:
        """What was written down since the last time."""
        taken, self.accesses = tuple(self.accesses), []
        return taken

    def __getattr__(self, name: str) -> Any:
        if name.startswith("sync_"):
            raise AttributeError(f"{name} is not written down: the figures would lack what it costs")
        return getattr(self._client, name)

    def sync_get_item(self, table: str, key: Mapping[str, str], **options: Any) -> Any:
        answer = self._client.sync_get_item(table, key, **options)
        self._read(key, answer[0], strong=options.get("consistent_read", False))
        return answer

    def sync_batch_get(
        self, table: str, keys: Sequence[Mapping[str, str]], strong: bool, project: str | None = None
    ) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._client.sync_batch_get(table, keys, strong, project)
        by_key = {(item["PK"], item["SK"]): item for item in items}
        for key in keys:
            self._read(key, by_key.get((key["PK"], key["SK"])), strong=strong)
        return items

    def sync_query_page(self, table: str, expression: str, **options: Any) -> Any:
        answer = self._client.sync_query_page(table, expression, **options)
        items, _, metrics = answer
        values = options["expression_attribute_values"]
        partition, *bounds = values.values()
        sort = items[0].get("SK", "") if items else next((bound for bound in bounds if isinstance(bound, str)), "")
        self.accesses.append(Access(partition, sort, read=metrics.consumed_rcu or 0.0, is_range=True))
        return answer

    def sync_transact_write(self, operations: Sequence[Mapping[str, Any]], **options: Any) -> Any:
        answer = self._client.sync_transact_write(operations, **options)
        for operation in operations:
            key = operation.get("key") or operation["item"]
            units = meter.write_units([_size(operation)])
            self.accesses.append(Access(key["PK"], key["SK"], write=units, transaction=True))
        return answer

    def sync_put_item(self, table: str, item: Mapping[str, Any], **options: Any) -> Any:
        self._write({"item": item})
        return self._client.sync_put_item(table, item, **options)

    def sync_update_item(self, table: str, key: Mapping[str, str], **options: Any) -> Any:
        self._write({"key": key, **options})
        return self._client.sync_update_item(table, key, **options)

    def sync_delete_item(self, table: str, key: Mapping[str, str], **options: Any) -> Any:
        self._write({"key": key})
        return self._client.sync_delete_item(table, key, **options)

    def _read(self, key: Mapping[str, str], item: Mapping[str, Any] | None, *, strong: bool) -> None:
        units = meter.read_units([item])
        self.accesses.append(Access(key["PK"], key["SK"], read=units if strong else units / 2))

    def _write(self, operation: Mapping[str, Any]) -> None:
        key = operation.get("key") or operation["item"]
        self.accesses.append(Access(key["PK"], key["SK"], write=meter.write_units([_size(operation)]) / 2))


def _size(operation: Mapping[str, Any]) -> int:
    """The bytes that a write is paid by, as ``store.table`` counts them."""
    if "item" in operation:
        return meter.item_size(operation["item"])
    values = operation.get("expression_attribute_values") if "update_expression" in operation else None
    return sum(map(len, operation["key"].values())) + meter.item_size(values or {})


@contextmanager
def recording() -> Iterator[list[Recording]]:
    """The recordings of all tables that are made inside the block, which must load its handlers itself."""
    made: list[Recording] = []
    connect = store_table._connect

    def connected(*arguments: Any) -> Any:
        made.append(Recording(connect(*arguments)))
        return made[-1]

    with patch.object(store_table, "_connect", connected):
        yield made
