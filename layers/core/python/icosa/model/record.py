"""A record in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self


class Record(dict[str, Any]):
    """A record's values by field key (null is absence); beside them its id, and where and in which version it is
    stored.

    >>> ann = Record.of({"f7": "Ann"}, id="a1", partition="ws#R#o1", version=3)
    >>> ann["f7"], ann.id, ann.key
    ('Ann', 'a1', ('ws#R#o1', 'a1'))

    Made by ``of``. Called directly it has no attributes yet: reading pages of records must not pay for defaults.
    """

    __slots__ = ("batch", "id", "partition", "recounts", "version")

    id: str
    #: ``""`` for values that are not a stored record: read from indexes, or put together for a preview.
    partition: str
    version: int
    #: How often the version was counted up since the values were written (``store.record``).
    recounts: int
    #: The batch that is moving the record between the live records and the trash (``store.batch``).
    batch: str | None

    @classmethod
    def of(
        cls,
        values: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        *,
        id: str,
        partition: str = "",
        version: int = 0,
        recounts: int = 0,
        batch: str | None = None,
    ) -> Self:
        record = cls(values)
        record.id, record.partition, record.version, record.batch = id, partition, version, batch
        record.recounts = recounts
        return record

    def hidden_by(self, batch: str) -> Self:
        """A copy that is marked as being moved by a batch."""
        return self.of(
            self, id=self.id, partition=self.partition, version=self.version, recounts=self.recounts, batch=batch
        )

    @property
    def revision(self) -> int:
        """The version in which the values were written: it grows with each write of the record, and with nothing
        else.
        """
        return self.version - self.recounts

    @property
    def key(self) -> tuple[str, str]:
        """The key of the record's row: its partition and its id."""
        return self.partition, self.id

    @property
    def is_hidden(self) -> bool:
        """Whether a batch is moving the record, so that its other row may count in its place."""
        return self.batch is not None
