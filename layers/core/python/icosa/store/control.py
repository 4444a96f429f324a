"""Rows of the control plane as PynamoDB models: the register of open batches.

For the functions that administer them. Requests read the same rows through ``store.table`` as plain dictionaries
(``access.session``, ``access.roles``), so that they need not import botocore.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from .keys import Key
from .table import Table


class ControlRow(Model):
    """A row of the control plane."""

    class Meta:
        table_name: str
        region: str | None = None
        host: str | None = None

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)

    @classmethod
    def at(cls, key: Key, **attributes: Any) -> Self:
        """A new item at a key of ``store.keys``."""
        return cls(*key, **attributes)

    @classmethod
    def find(cls, key: Key) -> Self | None:
        """The item at a key, read strongly, or None."""
        try:
            return cls.get(*key, consistent_read=True)
        except cls.DoesNotExist:
            return None


class RegisterRow(ControlRow):
    """``store.register``: must exist before the workspace's first multi-step write."""

    sequence = NumberAttribute(attr_name="seq", default=0)
    open: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]


def use_table(name: str, *, region: str | None, host: str | None) -> None:
    """Bind the models to a table; ``host`` points at an emulator. To be called before the first use."""
    ControlRow.Meta.table_name = name
    ControlRow.Meta.region = region
    ControlRow.Meta.host = host
    # Made here, the connection is inherited by all models; each would make its own, at 100 ms of processor time.
    ControlRow._get_connection()


def table() -> Table:
    """The same table for code that changes several rows in one transaction."""
    meta = ControlRow.Meta
    return _table(meta.table_name, meta.region, meta.host)


@cache
def _table(name: str, region: str | None, host: str | None) -> Table:
    return Table.at(name, region=region, endpoint=host)
