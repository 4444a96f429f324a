"""Changes of API keys and roles, one after the other within a workspace (docs/wire/access.md#changes-at-the-same-time).

Each attempt reads the workspace's state of access first, then whatever it decides by: the caller's own key and role
among it, which may have changed since the request was authenticated. It is written on the condition that nobody changed
anything of that since, so two changes that are each fine alone cannot escalate, exceed a limit or lock everybody out
together. An attempt costs the reads of its change, two more for the state and the caller, and one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from ..errors import PermissionDenied
from ..store import access_row, keys
from ..store.ops import Op
from ..store.retry import Attempts
from ..store.table import Item, Table, TransactionConflict, TransactionFailed
from . import audit
from .access_errors import AccessBusy, KeyLimitReached, RoleNotFound
from .audit import ADMINISTRATOR, Actor, Entry
from .escalation import forbid_excess
from .failures import KeyWithoutRole
from .key_state import live_key
from .permissions import Permissions
from .plans import Plan, forbid_more
from .principal import Principal
from .roles import Role

#: Live API keys of a workspace: those that are not revoked.
KEY_LIMIT: Final = 500
_ATTEMPTS: Final = Attempts(12, first_pause=0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The API key that asks for a change. Administrators of the installation are none: nothing limits them."""

    key_id: str
    name: str
    role_id: str

    @classmethod
    def of(cls, principal: Principal) -> Caller:
        return cls(key_id=principal.key_id, name=principal.name, role_id=principal.role_id)


class AccessChanges:
    """The changes of one workspace that one caller asks for, or ``actor``, who is no caller. ``now`` is the request's
    time as a stored DATE_TIME. ``plan`` limits callers.
    """

    def __init__(
        self,
        table: Table,
        workspace_id: str,
        caller: Caller | None,
        *,
        now: str,
        actor: Actor = ADMINISTRATOR,
        plan: Plan | None = None,
    ) -> None:
        self.table = table
        self.workspace_id = workspace_id
        self.caller = caller
        self.now = now
        self.plan = plan
        self._actor = actor

    @property
    def actor(self) -> Actor:
        caller = self.caller
        return self._actor if caller is None else Actor(type="API_KEY", id=caller.key_id, name=caller.name)

    def apply[T](
        self, decide: Callable[[Attempt], T], *, refuse: Callable[[tuple[int, ...]], None] = lambda _failed: None
    ) -> T:
        """What ``decide`` returns once its writes are made, all or none; it is asked again when somebody was faster.

        ``refuse`` raises if conditions of the writes themselves, by their numbers, did not hold for another reason.
        Raises what ``decide`` and ``refuse`` raise, and AccessBusy.
        """
        for _ in _ATTEMPTS:
            attempt = Attempt(self, self.table.get(keys.access(self.workspace_id)))
            result = decide(attempt)
            if not attempt.ops:
                return result
            try:
                self.table.transact([*attempt.ops, *attempt.closing_ops()])
            except TransactionConflict:
                continue
            except TransactionFailed as failure:
                if len(attempt.ops) not in failure.failed:
                    refuse(failure.failed)
                continue
            attempt.log()
            return result
        raise AccessBusy

    def note(self, entry: Entry, *ops: Op) -> None:
        """Write an entry about what the state of access does not order, such as a new token, with the writes that it is
        about. Two write units for each KB. Raises TransactionFailed if a condition of ``ops`` does not hold.
        """
        self.table.transact([*ops, audit.entry_item(self.workspace_id, entry, self.actor, now=self.now)])
        audit.log(self.workspace_id, entry, self.actor)


class Attempt:
    """What one attempt reads, and what it wants to be written."""

    def __init__(self, changes: AccessChanges, state: Item | None) -> None:
        self.table = changes.table
        self.workspace_id = changes.workspace_id
        self.now = changes.now
        self.ops: list[Op] = []
        self._changes = changes
        self._state = state
        self._entries: list[Entry] = []
        self._live_difference = 0
        self._roles: dict[str, Item | None] = {}
        self._caller_key: Item | None = None

    # ------------------------------------------------------------------ who asks

    @cached_property
    def granter(self) -> Role | None:
        """The caller's role as it is now; None for administrators. Raises KeyRevoked, KeyExpired, KeyWithoutRole."""
        caller = self._changes.caller
        if caller is None:
            return None
        key_item, role = self.table.batch_get(
            [keys.api_key(self.workspace_id, caller.key_id), keys.role(self.workspace_id, caller.role_id)]
        )
        key = self._caller_key = live_key(key_item, self.now)
        if key["roleId"] != caller.role_id:
            role = self.table.get(keys.role(self.workspace_id, key["roleId"]))
        if role is None:
            raise KeyWithoutRole(caller.key_id)
        return Role.parse(role)

    def require(self, *flags: str) -> None:
        """Raises PermissionDenied unless the caller's role has permission flags, and what ``granter`` raises."""
        if self.granter is not None and not all(map(Permissions(self.granter).holds, flags)):
            raise PermissionDenied

    def forbid_excess(self, granted: Item, *, before: Item | None = None) -> None:
        """Raises Exceeds if the caller would give more than they have (``escalation``)."""
        if self.granter is not None:
            forbid_excess(Role.parse(granted), self.granter, before=None if before is None else Role.parse(before))

    @property
    def caller_key(self) -> Item | None:
        """The caller's own key as it is now; None for administrators. Raises what ``granter`` raises."""
        return None if self.granter is None else self._caller_key

    # ------------------------------------------------------------------ what there is

    def key(self, key_id: str) -> Item | None:
        return self.table.get(keys.api_key(self.workspace_id, key_id))

    def find_role(self, role_id: str) -> Item | None:
        if role_id not in self._roles:
            self._roles[role_id] = self.table.get(keys.role(self.workspace_id, role_id))
        return self._roles[role_id]

    def role(self, role_id: str) -> Item:
        """Raises RoleNotFound."""
        role = self.find_role(role_id)
        if role is None:
            raise RoleNotFound
        return role

    @cached_property
    def all_keys(self) -> Mapping[str, Item]:
        """Revoked ones included. One read unit for each 4 KB, a key has some 350 bytes."""
        return {keys.sort_of(item): item for item in self.table.query_all(keys.api_keys(self.workspace_id))}

    @cached_property
    def all_roles(self) -> Mapping[str, Item]:
        """One read unit for each 4 KB, a role without many permissions has some 500 bytes."""
        return {keys.sort_of(item): item for item in self.table.query_all(keys.roles(self.workspace_id))}

    # ------------------------------------------------------------------ what is written

    @property
    def revision(self) -> dict[str, int]:
        """What roles carry that this attempt writes: the version of the state of access that it makes."""
        return {access_row.REVISION: access_row.version_of(self._state) + 1}

    def write(self, *ops: Op, entry: Entry, live_keys: int = 0) -> None:
        """Add writes, with what the audit log says of them and by how many live keys there are more."""
        self.ops += ops
        self._entries.append(entry)
        self._live_difference += live_keys

    def closing_ops(self) -> list[Op]:
        """What completes the transaction: the next state of access, and the entries. Raises KeyLimitReached,
        PlanLimitReached.
        """
        live = self._live_keys() + self._live_difference
        added = self._live_difference
        if (plan := self._changes.plan) is not None and plan.api_keys < KEY_LIMIT:
            forbid_more(plan, plan.api_keys, "API keys", present=live - added, added=added)
        if added > 0 and live > KEY_LIMIT:
            raise KeyLimitReached(KEY_LIMIT)
        seen = access_row.version_of(self._state)
        return [
            access_row.next_access(self.workspace_id, seen=seen, live_keys=live),
            *(audit.entry_item(self.workspace_id, entry, self._changes.actor, now=self.now) for entry in self._entries),
        ]

    def log(self) -> None:
        for entry in self._entries:
            audit.log(self.workspace_id, entry, self._changes.actor)

    def _live_keys(self) -> int:
        """Counted by the keys themselves at the first change of a workspace."""
        if self._state is not None:
            return int(self._state[access_row.LIVE_KEYS])
        return sum(item.get("revokedAt") is None for item in self.all_keys.values())


def members_of(item: Item, names: Any) -> dict[str, Any]:
    """Some members of an item, those that it lacks as null."""
    return {name: item.get(name) for name in names}
