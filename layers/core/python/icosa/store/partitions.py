"""Every kind of partition that a workspace has, and how those of one workspace are found without a scan.

Whoever goes through all rows of a workspace (``lifecycle``: deleting it, bringing it back from another table) goes
through this table, so a new kind of row that is not in it fails ``tests/unit/store/test_partitions.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

#: How the partitions of a kind are found:
#: ``workspace``: there is one.
#: ``object``: one for each object that there ever was, by the numbers that keys of objects have had.
#: ``index``: one for each leaf (or part of a leaf) of each object that has rows.
#: ``record``: their keys follow from the records (``store.derive``).
#: ``target``: one for each record.
#: ``webhook``: one for each webhook.
Found = Literal["workspace", "object", "index", "record", "target", "webhook"]

#: What becomes of the rows when a workspace is brought back from another table:
#: ``replaced``: those of now go, those of then come.
#: ``kept``: those of now stay.
#: ``dropped``: those of now go, and none come; they are made again, or meant something only for a while.
Restored = Literal["replaced", "kept", "dropped"]


@dataclass(frozen=True, slots=True)
class Kind:
    """``name`` is what receipts and pages call the rows."""

    name: str
    found: Found
    restored: Restored


#: By what follows the workspace's id in a partition key (``store.keys``).
KINDS: Final[Mapping[str, Kind]] = {
    "R": Kind("records", "object", "replaced"),
    "D": Kind("records in the trash", "object", "replaced"),
    "U": Kind("unique guards", "record", "replaced"),
    "E": Kind("edges", "target", "replaced"),
    "I": Kind("index rows", "index", "replaced"),
    "T": Kind("tokens", "record", "replaced"),
    "C": Kind("counters", "object", "replaced"),
    "CN": Kind("conflicts on counters", "workspace", "dropped"),
    "IU": Kind("use of indexes", "workspace", "dropped"),
    "CL": Kind("ledgers", "object", "dropped"),
    "L": Kind("log of changes", "workspace", "dropped"),
    "B": Kind("register of batches", "workspace", "dropped"),
    "W": Kind("workspace", "workspace", "replaced"),
    "K": Kind("API keys", "workspace", "kept"),
    "P": Kind("roles", "workspace", "replaced"),
    "A": Kind("state of access", "workspace", "kept"),
    "AL": Kind("audit log", "workspace", "kept"),
    "M": Kind("metadata", "workspace", "replaced"),
    "J": Kind("jobs", "workspace", "dropped"),
    "V": Kind("views and page layouts", "workspace", "replaced"),
    "H": Kind("webhooks", "workspace", "kept"),
    "N": Kind("number of webhooks", "workspace", "kept"),
    "Q": Kind("events", "workspace", "kept"),
    "QF": Kind("pages of the feed", "workspace", "kept"),
    "QH": Kind("head of the feed", "workspace", "kept"),
    "Y": Kind("deliveries", "webhook", "kept"),
    "YF": Kind("failed deliveries", "webhook", "kept"),
    "YH": Kind("held deliveries", "webhook", "kept"),
    "YS": Kind("sending", "workspace", "kept"),
    "O": Kind("answers to requests that are made once", "workspace", "dropped"),
    "S": Kind("bundles", "workspace", "dropped"),
    "SL": Kind("names of lasting bundles", "workspace", "dropped"),
    "SI": Kind("names of sign-in links", "workspace", "kept"),
}


def kind_of(pk: str) -> str:
    """What follows the workspace's id in a partition key.

    >>> kind_of("7b1e#YF#w1")
    'YF'
    """
    return pk.split("#", 2)[1]


def fixed(workspace_id: str, kind: str) -> str:
    """The partition of a kind of which a workspace has one."""
    assert KINDS[kind].found == "workspace"
    return f"{workspace_id}#{kind}"
