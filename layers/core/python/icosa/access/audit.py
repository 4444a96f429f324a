"""The audit log: what was changed about API keys, roles, permissions and webhooks, when and by whom
(docs/wire/access.md#audit-log).

An entry is a row, written in the transaction of the change itself, and a line of the function's log. Neither holds a
token. Rows expire after 400 days. Writing one costs two units for each KB, reading a page one for each 4 KB.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import orjson

from ..store import keys
from ..store.ops import PutItem
from ..store.table import Item, Table

logger = logging.getLogger(__name__)

KEPT_DAYS: Final = 400
PAGE_DEFAULT: Final = 60
PAGE_LIMIT: Final = 200
#: Bytes of what changed; more is left out of the entry.
_MOST_BYTES: Final = 100_000

TargetType = Literal["apiKey", "role", "workspace", "webhook", "field", "object"]
Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who makes a change: an API key, or an administrator of the installation, who has no id here. ``SYSTEM`` is for
    what follows from a change of the data model, or from the use of indexes and counters.
    """

    type: Literal["API_KEY", "ADMINISTRATOR", "SYSTEM"]
    id: str | None = None
    name: str | None = None

    @property
    def members(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id, "name": self.name}


ADMINISTRATOR: Final = Actor(type="ADMINISTRATOR")
SYSTEM: Final = Actor(type="SYSTEM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change. ``before`` and ``after`` are the members that changed; None where there was or is nothing."""

    action: str
    target_type: TargetType
    target_id: str
    label: str
    before: Members | None = None
    after: Members | None = None

    @classmethod
    def of_change(
        cls,
        action: str,
        target_type: TargetType,
        target_id: str,
        label: str,
        before: Members | None,
        after: Members | None,
    ) -> Entry:
        """An entry whose members are cut down to those that differ."""
        if before is not None and after is not None:
            before, after = _differing(before, after), _differing(after, before)
        return cls(action=action, target_type=target_type, target_id=target_id, label=label, before=before, after=after)

    @property
    def target(self) -> dict[str, Any]:
        return {"type": self.target_type, "id": self.target_id, "label": self.label}


def entry_item(workspace_id: str, entry: Entry, actor: Actor, *, now: str) -> PutItem:
    """The write of an entry's row."""
    expires = datetime.fromisoformat(now) + timedelta(days=KEPT_DAYS)
    return PutItem(
        keys.item_at(
            keys.audit_entry(workspace_id, _timed_id(now)),
            at=now,
            action=entry.action,
            actor=orjson.dumps(actor.members).decode(),
            target=orjson.dumps(entry.target).decode(),
            before=_text(entry.before),
            after=_text(entry.after),
            ttl=int(expires.timestamp()),
        )
    )


def log(workspace_id: str, entry: Entry, actor: Actor) -> None:
    """The line of the function's log for an entry that is written."""
    logger.info(
        "access changed",
        extra={
            "workspace_id": workspace_id,
            "action": entry.action,
            "actor": actor.members,
            "target": entry.target,
            "before": orjson.loads(_text(entry.before)),
            "after": orjson.loads(_text(entry.after)),
        },
    )


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first, each with the members that answers show."""

    entries: list[dict[str, Any]]
    has_next_page: bool


def read_page(table: Table, workspace_id: str, *, limit: int, after: str | None) -> AuditPage:
    """Entries after (older than) the one with the id ``after``. One round trip; one read unit for each 4 KB, an entry
    of a key has some 500 bytes.
    """
    page = table.query(keys.audit_log(workspace_id), forward=False, limit=limit + 1, after=after)
    return AuditPage([_members(item) for item in page.items[:limit]], len(page.items) > limit)


def _members(item: Item) -> dict[str, Any]:
    return {
        "id": keys.sort_of(item),
        "createdAt": item["at"],
        "action": item["action"],
        **{name: orjson.loads(item[name]) for name in ("actor", "target", "before", "after")},
    }


def _differing(members: Members, others: Members) -> dict[str, Any]:
    """The members that others have not, or otherwise; of objects inside only what differs in them."""
    result: dict[str, Any] = {}
    for name, value in members.items():
        other = others.get(name)
        if isinstance(value, Mapping) and isinstance(other, Mapping):
            if inner := _differing(value, other):
                result[name] = inner
        elif value != other:
            result[name] = value
    return result


def _text(members: Members | None) -> str:
    text = orjson.dumps(members)
    return (text if len(text) <= _MOST_BYTES else b'{"tooLarge":true}').decode()


def _timed_id(now: str) -> str:
    """A UUID (version 7 of RFC 9562) that begins with the time, in order also within a millisecond of one process."""
    milliseconds = int(datetime.fromisoformat(now).timestamp() * 1000)
    order = time.perf_counter_ns() // 1000 & 0xFFF
    value = milliseconds << 80 | 0x7 << 76 | order << 64 | 0b10 << 62 | uuid.uuid4().int & (1 << 62) - 1
    return str(uuid.UUID(int=value))
