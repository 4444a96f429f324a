"""Links that sign somebody in to the console, once (docs/wire/access.md#sign-in-links).

A link names a code in its fragment, which browsers send to no server. Whoever posts the code gets a session of the API
key that the link was made for.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..errors import Unauthenticated
from ..store import keys, sign_in_row
from ..store.table import Item, Table, TransactionConflict, TransactionFailed
from .access_changes import AccessChanges
from .audit import Actor, Entry, Members
from .times import stored_time

#: How long links are good for, at most and if nothing is said.
MOST_MINUTES: Final = 15
MINUTES: Final = 10
#: 128 bits: nobody finds one by trying.
_BYTES: Final = 16


class LinkUnknown(Unauthenticated):
    """A code that was used, or never made."""

    def __init__(self) -> None:
        super().__init__(
            "This sign-in link has been used, or is none of this installation. Ask for another one",
            sub_code="SIGN_IN_LINK_UNKNOWN",
        )


class LinkExpired(Unauthenticated):
    """A code that nobody used in time."""

    def __init__(self) -> None:
        super().__init__("This sign-in link has expired. Ask for another one", sub_code="SIGN_IN_LINK_EXPIRED")


@dataclass(frozen=True, slots=True)
class SignInLink:
    """``code`` is a secret until it is used."""

    code: str
    expires_at: str

    def url(self, console: str) -> str:
        """The link, below the address of the console."""
        return f"{console.rstrip('/')}/#code={self.code}"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a link signs in."""

    workspace_id: str
    key_id: str


def make_link(changes: AccessChanges, key: Item, *, minutes: int) -> SignInLink:
    """A link for an API key's item. One transaction of the link, its name and the audit log, 6 write units."""
    expires_at = stored_time(datetime.fromisoformat(changes.now) + timedelta(minutes=minutes))
    link = SignInLink(secrets.token_urlsafe(_BYTES), expires_at)
    key_id, name = keys.sort_of(key), key["name"]
    rows = sign_in_row.made(
        link.code, workspace_id=changes.workspace_id, key_id=key_id, name=name, expires_at=expires_at
    )
    changes.note(_entry("apiKey.signInLinkMade", key_id, name, {"expiresAt": expires_at}), *rows)
    return link


def use_link(table: Table, code: str, *, now: str) -> Holder:
    """Whom a code signs in; it is over by that. One read unit, and for a good code one transaction of the link and the
    audit log, 4 write units.

    Raises LinkUnknown, LinkExpired.
    """
    row = table.get(sign_in_row.key_of(code))
    if row is None:
        raise LinkUnknown
    if row["expiresAt"] <= now:
        raise LinkExpired
    holder = Holder(row["workspaceId"], row["keyId"])
    actor = Actor(type="API_KEY", id=holder.key_id, name=row["name"])
    changes = AccessChanges(table, holder.workspace_id, None, now=now, actor=actor)
    try:
        changes.note(_entry("apiKey.signInLinkUsed", holder.key_id, row["name"]), sign_in_row.used(code, now=now))
    except (TransactionFailed, TransactionConflict):
        raise LinkUnknown from None  # Somebody else was faster.
    return holder


def _entry(action: str, key_id: str, name: str, after: Members | None = None) -> Entry:
    return Entry(action=action, target_type="apiKey", target_id=key_id, label=name, after=after)
