"""Changing the API keys of a workspace (docs/wire/access.md#api-keys): the rules behind every API.

Keys are items of ``store.keys.api_key``; here and in answers they stand as such, and none holds a secret.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from types import EllipsisType
from typing import Any, Final, Protocol

from ..errors import BadRequest, Forbidden
from ..store import keys
from ..store.ops import NOT_EXISTS, PutItem, set_attributes
from ..store.table import Item
from ..validation.messages import message
from . import minting
from .access_changes import AccessChanges, Attempt, members_of
from .access_errors import KeyNotFound, RoleNotForKeys, RoleOfKeyNotFound
from .audit import Entry
from .lockout import forbid_lockout
from .times import parse_moment, stored_time

#: Characters of an API key's name: it stands in every record that the key makes.
NAME_LENGTH: Final = 255
_LAST_MOMENT: Final = "9999-12-31T23:59:59.999Z"
_KEYS: Final = "API_KEYS_AND_WEBHOOKS"
_ROLES: Final = "ROLES"
#: Members that the audit log shows.
_AUDITED: Final = ("name", "roleId", "expiresAt", "revokedAt", "tokenGeneration")


class TokenSource(Protocol):
    """What ``access.minting`` does."""

    def request_token(
        self, *, workspace_id: str, caller_key_id: str, key_id: str, expires_at: str | None = None
    ) -> str: ...

    def count_calls(self, workspace_id: str, *, rejoin: bool = False) -> int: ...


@dataclass(frozen=True, slots=True)
class Regenerated:
    """An API key with a new token, which is shown here and never again."""

    key: Item
    token: str


class ApiKeyChanges:
    """Changes of the API keys of one workspace. Each costs three reads (state, caller, key), the role's where it
    matters, and a transaction of the key, the state and the audit log: 6 write units.
    """

    def __init__(self, changes: AccessChanges, *, tokens: TokenSource = minting) -> None:
        self._changes = changes
        self._now = changes.now
        self._tokens = tokens

    def create(self, *, name: str, role_id: str, expires_at: str, revoked_at: str | None = None) -> Item:
        """A new key; with ``revoked_at``, any moment, it is born revoked.

        Raises BadRequest for a blank or long name or a bad date, RoleOfKeyNotFound, RoleNotForKeys, Exceeds,
        KeyLimitReached, AccessBusy.
        """
        members = {
            "name": checked_name(name),
            "roleId": role_id,
            "expiresAt": _moment("expiresAt", expires_at),
            **({} if revoked_at is None else {"revokedAt": _moment("revokedAt", revoked_at)}),
        }
        key_id = str(uuid.uuid4())

        def decide(attempt: Attempt) -> Item:
            attempt.require(_KEYS, _ROLES)
            attempt.forbid_excess(assignable_role(attempt, role_id))
            return self._put_new(attempt, key_id, members, "apiKey.created")

        return self._changes.apply(decide)

    def update(
        self,
        key_id: str,
        *,
        name: str | None = None,
        expires_at: str | None = None,
        revoked_at: str | EllipsisType | None = ...,
    ) -> Item:
        """Change what is given, all in one write. A moment as ``revoked_at`` ends the key, None undoes that.

        Raises BadRequest as ``create``, KeyNotFound, LocksOut, AccessBusy; for a key that lives longer by it, also
        RoleNotForKeys, Exceeds and KeyLimitReached: its tokens are given anew.
        """
        wanted: dict[str, Any] = {}
        if name is not None:
            wanted["name"] = checked_name(name)
        if expires_at is not None:
            wanted["expiresAt"] = _moment("expiresAt", expires_at)
        if not isinstance(revoked_at, EllipsisType):
            wanted["revokedAt"] = None if revoked_at is None else _moment("revokedAt", revoked_at)

        def decide(attempt: Attempt) -> Item:
            attempt.require(_KEYS)
            old = _existing(attempt, key_id)
            if all(old.get(member) == value for member, value in wanted.items()):
                return old
            new = {**old, **wanted}
            was_live, is_live = old.get("revokedAt") is None, new.get("revokedAt") is None
            if (is_live and not was_live) or new["expiresAt"] > old["expiresAt"]:
                attempt.forbid_excess(assignable_role(attempt, old["roleId"]))
            if is_live and not was_live:
                # Keys that were revoked before version 0.3 lost what their calls were counted by.
                self._tokens.count_calls(attempt.workspace_id)
            if (was_live and not is_live) or new["expiresAt"] < old["expiresAt"]:
                forbid_lockout(attempt, keys={key_id: new})
            self._set(attempt, old, wanted, "apiKey.updated", live_keys=is_live - was_live)
            return {**new, "updatedAt": self._now}

        return self._changes.apply(decide)

    def revoke(self, key_id: str) -> Item:
        """End a key: it acts on its next request. One that is revoked stays as it is. Raises KeyNotFound, LocksOut,
        AccessBusy.
        """

        def decide(attempt: Attempt) -> Item:
            attempt.require(_KEYS)
            old = _existing(attempt, key_id)
            if old.get("revokedAt") is not None:
                return old
            ended = {"revokedAt": self._now}
            forbid_lockout(attempt, keys={key_id: {**old, **ended}})
            self._set(attempt, old, ended, "apiKey.revoked", live_keys=-1)
            return {**old, **ended, "updatedAt": self._now}

        return self._changes.apply(decide)

    def assign_role(self, key_id: str, role_id: str) -> Item:
        """Give a key another role. Raises KeyNotFound, RoleOfKeyNotFound, RoleNotForKeys, Exceeds, LocksOut,
        AccessBusy.
        """

        def decide(attempt: Attempt) -> Item:
            attempt.require(_KEYS, _ROLES)
            old = _existing(attempt, key_id, " in workspace")
            role = assignable_role(attempt, role_id)
            if old["roleId"] == role_id:
                return old
            attempt.forbid_excess(role)
            forbid_lockout(attempt, keys={key_id: {**old, "roleId": role_id}})
            self._set(attempt, old, {"roleId": role_id}, "apiKey.roleAssigned")
            return {**old, "roleId": role_id, "updatedAt": self._now}

        return self._changes.apply(decide)

    # ------------------------------------------------------------------ tokens

    def token(self, key_id: str, *, expires_at: str) -> str:
        """Another token for a live key. Raises BadRequest for a bad date or one that is over, and what
        ``minting.request_token`` raises. Reads the key for the audit log.
        """
        expiry = _moment("expiresAt", expires_at)
        if expiry <= self._now:
            raise BadRequest("expiresAt must be a moment to come: the token would have ended already")
        token = self._mint(key_id, expiry)
        self.note_token(key_id, expiry)
        return token

    def note_token(self, key_id: str, expires_at: str | None) -> None:
        """Tell the audit log of a token that was made. One read, two write units."""
        key = self._changes.table.get(keys.api_key(self._changes.workspace_id, key_id)) or {}
        self._changes.note(
            Entry(
                action="apiKey.tokenGenerated",
                target_type="apiKey",
                target_id=key_id,
                label=key.get("name", ""),
                after={"tokenExpiresAt": expires_at},
            )
        )

    def regenerate(self, key_id: str, *, keep_id: bool, expires_at: str | None = None) -> Regenerated:
        """A token in place of all that a key has: for the same key, or for a new one with its name and role while the
        old one is revoked. Without ``expires_at`` a new key lives as long as the old one was to live.

        Raises BadRequest for a bad date, KeyNotFound, Forbidden or BadRequest for a key that is kept and has ended,
        Exceeds, RoleNotForKeys, LocksOut, AccessBusy, and what ``minting.request_token`` raises: then the old tokens
        have ended, and another token can be asked for.
        """
        expiry = None if expires_at is None else _moment("expiresAt", expires_at)
        new_id = str(uuid.uuid4())

        def decide(attempt: Attempt) -> Item:
            attempt.require(_KEYS, *(() if keep_id else (_ROLES,)))
            old = _existing(attempt, key_id)
            attempt.forbid_excess(assignable_role(attempt, old["roleId"]))
            if keep_id:
                wanted = {
                    "tokenGeneration": int(old.get("tokenGeneration", 0)) + 1,
                    **({} if expiry is None else {"expiresAt": expiry}),
                }
                new = {**old, **wanted}
                _check_live(new, self._now)
                if new["expiresAt"] < old["expiresAt"]:
                    forbid_lockout(attempt, keys={key_id: new})
                self._set(attempt, old, wanted, "apiKey.regenerated")
                return {**new, "updatedAt": self._now}
            members = {"name": old["name"], "roleId": old["roleId"], "expiresAt": expiry or self._same_life(old)}
            new = self._put_new(attempt, new_id, members, "apiKey.regenerated")
            ended = {"revokedAt": old.get("revokedAt") or self._now}
            forbid_lockout(attempt, keys={key_id: {**old, **ended}, new_id: new})
            self._set(attempt, old, ended, "apiKey.revoked", live_keys=-(old.get("revokedAt") is None))
            return new

        key = self._changes.apply(decide)
        return Regenerated(key, self._mint(keys.sort_of(key), key["expiresAt"]))

    def _mint(self, key_id: str, expiry: str) -> str:
        caller = self._changes.caller
        return self._tokens.request_token(
            workspace_id=self._changes.workspace_id,
            caller_key_id=key_id if caller is None else caller.key_id,
            key_id=key_id,
            expires_at=expiry,
        )

    def _same_life(self, old: Item) -> str:
        life = datetime.fromisoformat(old["expiresAt"]) - datetime.fromisoformat(old["createdAt"])
        try:
            return stored_time(datetime.fromisoformat(self._now) + life)
        except OverflowError:
            return _LAST_MOMENT

    # ------------------------------------------------------------------ writes

    def _put_new(self, attempt: Attempt, key_id: str, members: Item, action: str) -> Item:
        key = keys.api_key(attempt.workspace_id, key_id)
        item = keys.item_at(key, **members, createdAt=self._now, updatedAt=self._now)
        entry = Entry.of_change(action, "apiKey", key_id, item["name"], None, members)
        attempt.write(PutItem(item, NOT_EXISTS), entry=entry, live_keys=int("revokedAt" not in members))
        return item

    def _set(self, attempt: Attempt, old: Item, wanted: dict[str, Any], action: str, *, live_keys: int = 0) -> None:
        new = {**old, **wanted}
        entry = Entry.of_change(
            action,
            "apiKey",
            keys.sort_of(old),
            new["name"],
            members_of(old, _AUDITED),
            members_of(new, _AUDITED),
        )
        # The time of its last use may be written at the same moment.
        op = set_attributes(keys.of(old), {**wanted, "updatedAt": self._now})
        attempt.write(op, entry=entry, live_keys=live_keys)


def checked_name(name: str) -> str:
    """Raises BadRequest for a blank or long name."""
    if not name.strip():
        raise BadRequest(message("text_empty", "name"))
    if len(name) > NAME_LENGTH:
        raise BadRequest(message("string_too_long", "name", max_length=NAME_LENGTH))
    return name


def assignable_role(attempt: Attempt, role_id: str) -> Item:
    """A role that a key may get. Raises RoleOfKeyNotFound, RoleNotForKeys."""
    role = attempt.find_role(role_id)
    if role is None:
        raise RoleOfKeyNotFound(role_id)
    if not role.get("canBeAssignedToApiKeys", True):
        raise RoleNotForKeys(role["label"])
    return role


def _existing(attempt: Attempt, key_id: str, where: str = "") -> Item:
    key = attempt.key(key_id)
    if key is None:
        raise KeyNotFound(key_id, where)
    return key


def _check_live(key: Item, now: str) -> None:
    """Raises Forbidden, BadRequest as a request for a token of the key would."""
    if key.get("revokedAt") is not None:
        raise Forbidden("This API Key is revoked", sub_code="API_KEY_REVOKED")
    if key["expiresAt"] <= now:
        raise BadRequest("This API Key has expired", sub_code="API_KEY_EXPIRED")


def _moment(name: str, text: str) -> str:
    return stored_time(parse_moment(name, text).astimezone(UTC))
