"""Requests that are made once, however often they are sent: those with an ``Idempotency-Key``.

What was answered to such a request stands for 24 hours in a row of its own, under the API key and the digest of the
request's key. There are two ways to write it:

* **With the write itself.** A request that ends in one commit of records puts the row into that transaction
  (``store.commit``), on the condition that it is not there: so the write has happened exactly if the row is there, at
  whatever moment its process dies, and of two requests with one key only one can commit. The row holds the answer,
  where it follows from the records as they are written; else the ids of the records, and the answer comes to it after.
* **Around the request.** Others claim the key first, and replace the claim by the answer. A claim whose process has
  died is left: nobody can tell what came of it, so the request is refused until the row expires, and not made twice.

Rows never hold the key that the client chose, nor a text of the request: digests of both.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from ..query.operation import Node
from . import keys
from .keys import Key
from .ops import NOT_EXISTS, DeleteItem, PutItem, UpdateItem
from .table import Item, Table

#: How long an answer is kept, and how long a request with a claim may run: longer than any function may.
KEPT_MS: Final = 24 * 3_600_000
CLAIM_MS: Final = 60_000
#: Compressed bytes of an answer that its row holds; larger ones are made again from the records.
BODY_BYTES: Final = 64_000
#: Rows go so long after they have ceased to count, whatever the clocks say.
_SPARE_SECONDS: Final = 600
_DIGEST_BYTES: Final = 15

_FINGER, _RIGHTS, _AT, _STATUS, _HEADERS, _BODY, _IDS = "finger", "rights", "at", "status", "heads", "body", "ids"
_BESIDE: Final = "beside"
_WITHHELD: Final = "withheld"


class AlreadyDone(Exception):
    """Another request with the same key has committed: this one has written nothing."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """``body`` None: it is not kept. ``headers`` have lower-case names."""

    status: int
    body: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What a row says. ``answer`` is None while its request runs; ``ids`` are the records that it has written, from
    which an answer without a body is made again, and from what was ``beside`` them. ``is_withheld``: the answer holds a
    secret, and was not kept.
    """

    finger: str
    rights: str
    at_ms: int
    answer: KeptAnswer | None
    ids: tuple[str, ...] = ()
    is_withheld: bool = False
    beside: Any = None

    @classmethod
    def parse(cls, item: Item | None, now_ms: int) -> Found | None:
        """None for no row, and for one that does not count any more."""
        if item is None or item[_AT] + KEPT_MS <= now_ms:
            return None
        answer = None
        if _STATUS in item:
            packed = item.get(_BODY)
            body = None if packed is None else zlib.decompress(packed)
            answer = KeptAnswer(item[_STATUS], body, orjson.loads(item.get(_HEADERS, "{}")))
        ids = tuple(filter(None, item.get(_IDS, "").split(",")))
        beside = orjson.loads(zlib.decompress(item[_BESIDE])) if _BESIDE in item else None
        return cls(item[_FINGER], item[_RIGHTS], item[_AT], answer, ids, _WITHHELD in item, beside)


#: Makes the answer from the records that a commit is about to leave; the flag says whether the relations that it shows
#: are with them. None where it needs these.
Answering = Callable[[Sequence[Node], bool], KeptAnswer | None]


@dataclass(slots=True)
class Once:
    """One request with an ``Idempotency-Key``. ``token`` and ``finger`` are digests of the key and of the request."""

    token: str
    finger: str
    #: Makes the answer before the commit.
    answering: Answering | None = None
    #: What the answer shows beside records, as JSON: kept with their ids where the answer itself is not.
    beside: Any = None
    found: Found | None = None
    is_committed: bool = False
    _key: Key | None = None
    _rights: str = ""
    _result: tuple[Sequence[Node], bool] | None = None
    _has_answer: bool = False

    # ------------------------------------------------------------------ who asks

    def locate(self, ws: str, key_id: str) -> Key:
        """The key of the row, which is read with what authenticates the request."""
        self._key = keys.answer(ws, key_id, self.token)
        return self._key

    def opened(self, item: Item | None, role: Item) -> None:
        """Take note of what was read: the row, and what the caller may do now."""
        self._rights = digest(orjson.dumps(role, option=orjson.OPT_SORT_KEYS))
        self.found = Found.parse(item, _now_ms())

    def look(self, table: Table) -> Found | None:
        """Read the row once more."""
        assert self._key is not None
        self.found = Found.parse(table.get(self._key), _now_ms())
        return self.found

    @property
    def has_same_rights(self) -> bool:
        return self.found is not None and self.found.rights == self._rights

    # ------------------------------------------------------------------ with the write

    def announce(self, nodes: Sequence[Node], *, are_complete: bool = False) -> None:
        """Say what the next commit leaves. ``are_complete``: the relations that the answer shows are there."""
        self._result = nodes, are_complete

    def row(self) -> PutItem | None:
        """What belongs into the commit; None after it."""
        if self.is_committed or self._result is None:
            return None
        nodes, are_complete = self._result
        answer = None if self.answering is None else self.answering(nodes, are_complete)
        packed = None if answer is None or answer.body is None else zlib.compress(answer.body)
        self._has_answer = packed is not None and len(packed) <= BODY_BYTES
        kept = answer if self._has_answer else None
        return self._put(kept, packed if self._has_answer else None, ids=[node.item.id for node in nodes])

    def committed(self) -> None:
        self.is_committed = True

    def keep(self, table: Table, answer: KeptAnswer, *, again: bool = False) -> bool:
        """Keep the answer of a request that has ended, unless its commit has kept it; ``again``: that one is another.
        Returns False where another request with the key was faster.
        """
        assert self._key is not None and answer.body is not None
        packed = zlib.compress(answer.body)
        if len(packed) > BODY_BYTES:
            return True
        if not self.is_committed:
            return table.put(self._put(answer, packed))
        if again or not self._has_answer:
            table.update(
                UpdateItem(
                    self._key,
                    "SET #status = :status, #heads = :heads, #body = :body",
                    "#finger = :finger",
                    {f"#{name}": name for name in (_STATUS, _HEADERS, _BODY, _FINGER)},
                    {
                        ":status": answer.status,
                        ":heads": _text(answer.headers),
                        ":body": packed,
                        ":finger": self.finger,
                    },
                )
            )
        return True

    # ------------------------------------------------------------------ around the request

    def claim(self, table: Table) -> bool:
        """Reserve the key for this request; False where another has it. No commit brings a row of its own then."""
        self.is_committed = table.put(self._put(None, None))
        return self.is_committed

    def release(self, table: Table) -> None:
        """Give the key back: nothing was written."""
        assert self._key is not None
        table.delete(DeleteItem(self._key))

    def settle(self, table: Table, answer: KeptAnswer) -> None:
        """Put the answer in place of the claim; one whose body is None is withheld."""
        packed = None if answer.body is None else zlib.compress(answer.body)
        is_kept = packed is not None and len(packed) <= BODY_BYTES
        made = self._put(answer, packed if is_kept else None)
        item = made.item if is_kept else {**made.item, _WITHHELD: 1}
        table.put(PutItem(item))

    # ------------------------------------------------------------------ rows

    def _put(self, answer: KeptAnswer | None, packed: bytes | None, ids: Iterable[str] = ()) -> PutItem:
        assert self._key is not None
        now_ms = _now_ms()
        attributes: dict[str, Any] = {
            _FINGER: self.finger,
            _RIGHTS: self._rights,
            _AT: now_ms,
            "ttl": (now_ms + KEPT_MS) // 1000 + _SPARE_SECONDS,
        }
        if answer is not None:
            attributes |= {_STATUS: answer.status, _HEADERS: _text(answer.headers)}
        if packed is not None:
            attributes[_BODY] = packed
        elif named := ",".join(ids):
            attributes[_IDS] = named
            if self.beside:
                attributes[_BESIDE] = zlib.compress(orjson.dumps(self.beside))
        is_free = f"{NOT_EXISTS} OR #at <= :old"
        return PutItem(keys.item_at(self._key, **attributes), is_free, {"#at": _AT}, {":old": now_ms - KEPT_MS})


def digest(data: bytes) -> str:
    """A short name of bytes that nobody can make others for."""
    return urlsafe_b64encode(hashlib.sha256(data).digest()[:_DIGEST_BYTES]).decode()


def _text(headers: Mapping[str, str]) -> str:
    return orjson.dumps(dict(headers)).decode()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
