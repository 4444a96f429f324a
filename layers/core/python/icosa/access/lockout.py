"""The last API key that can manage keys and roles cannot lock everybody out (docs/wire/access.md#lock-out)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..model.dates import format_instant
from ..store.keys import sort_of
from .access_changes import Attempt
from .access_errors import LocksOut
from .permissions import Permissions
from .roles import Role

#: What a role needs to manage keys and roles.
MANAGING_FLAGS: Final = ("API_KEYS_AND_WEBHOOKS", "ROLES")
#: For so long there must be a key that can.
_AHEAD: Final = timedelta(days=1)

Item = Mapping[str, Any]


def forbid_lockout(
    attempt: Attempt,
    *,
    keys: Mapping[str, Item] | None = None,
    roles: Mapping[str, Item | None] | None = None,
    default_role_id: str | None = None,
) -> None:
    """Raises LocksOut if, after a change, no live key can manage keys and roles for another day, although one can now.

    ``keys`` and ``roles`` are the items that change, as they will be, by id; None instead of a role deletes it, and its
    keys get the default role. Administrators of the installation may do it: they can always make another key. The keys
    are read only if the caller's own one does not stay what it takes.
    """
    granter, own = attempt.granter, attempt.caller_key
    if granter is None or own is None:
        return
    changed_keys, changed_roles = keys or {}, roles or {}
    is_untouched = sort_of(own) not in changed_keys and granter.id not in changed_roles
    if is_untouched and manages(granter) and own["expiresAt"] >= _horizon(attempt.now):
        return

    def role_of(key: Item) -> Item | None:
        role_id = key["roleId"]
        if role_id in changed_roles and changed_roles[role_id] is None:
            role_id = default_role_id
        return changed_roles.get(role_id) or attempt.all_roles.get(role_id)

    before = _last_moment(attempt, ((key, attempt.all_roles.get(key["roleId"])) for key in attempt.all_keys.values()))
    after = _last_moment(attempt, ((key, role_of(key)) for key in {**attempt.all_keys, **changed_keys}.values()))
    if after < before and after < _horizon(attempt.now):
        raise LocksOut


def manages(role: Role) -> bool:
    """Whether a role can manage keys and roles."""
    return all(map(Permissions(role).holds, MANAGING_FLAGS))


def _last_moment(attempt: Attempt, pairs: Iterable[tuple[Item, Item | None]]) -> str:
    """Until when there is a key that can manage keys and roles; an empty text if there is none now."""
    return max(
        (
            key["expiresAt"]
            for key, role in pairs
            if key.get("revokedAt") is None
            and key["expiresAt"] > attempt.now
            and role is not None
            and manages(Role.parse(role))
        ),
        default="",
    )


def _horizon(now: str) -> str:
    return format_instant(datetime.fromisoformat(now) + _AHEAD)
