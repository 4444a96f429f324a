"""A table whose transactions meet others in the counters of live records, as often as a test says."""

from __future__ import annotations

from typing import Any

from pydynox import pydynox_core as dynamo

from icosa.store import keys
from icosa.store.table import Table


class CrowdedClient:
    """A client that cancels so many of the next transactions with a counter as DynamoDB does in conflict."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.conflicts = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sync_transact_write(self, operations: list[dict[str, Any]], **options: Any) -> None:
        met = [_is_counter(operation) for operation in operations]
        if self.conflicts and any(met):
            self.conflicts -= 1
            reasons = ", ".join("TransactionConflict" if each else "None" for each in met)
            raise dynamo.TransactionCanceledException(f"Transaction cancelled [{reasons}]")
        self._client.sync_transact_write(operations, **options)


def _is_counter(operation: dict[str, Any]) -> bool:
    return keys.counted_object((operation.get("key") or operation["item"])["PK"]) is not None


def crowded(table: Table) -> tuple[Table, CrowdedClient]:
    """The same table by such a client, and the client."""
    client: Any = CrowdedClient(table._client)
    return Table(table.name, client), client
