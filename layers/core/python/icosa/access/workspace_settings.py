"""What a workspace may change about itself: the settings of spec/access.md §9 and those of our own.

Each setting names the permission flag that changing it needs and the check of its values. All are kept in the
workspace's ``preferences`` under their wire names, but for those that its row has attributes for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import BadRequest, Conflict, Forbidden, NotFound, PermissionDenied
from ..store import keys
from ..store.ops import DeleteItem, Op
from ..store.table import Table, TransactionFailed
from ..store.workspace_row import new_settings, take_subdomain

#: Takes a name and a value that is not null; returns what is stored. Raises BadRequest.
Check = Callable[[str, Any], Any]


class Rights(Protocol):
    """What a role may do; ``permissions.Permissions``."""

    def holds(self, flag: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """``default`` is what the workspace has until it says otherwise; ``nullable``: null takes the value back."""

    flag: str
    check: Check
    default: Any = None
    nullable: bool = False


# ------------------------------------------------------------------ checks

_SUBDOMAIN = re.compile(r"(?!api-)[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
_HOST_NAME = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
#: Names that the addresses of an installation use themselves.
_RESERVED = frozenset(
    ("admin", "api", "app", "assets", "auth", "cdn", "console", "docs", "help", "mail", "static", "status", "www")
)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a string")
    return value


def _name(name: str, value: Any) -> str:
    if not (text := _text(name, value).strip()):
        raise BadRequest(f"{name} should not be empty")
    return text


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadRequest(f"{name} must be a boolean value")
    return value


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise BadRequest(f"each value in {name} must be a string")
    return value


def _subdomain(name: str, value: Any) -> str:
    text = _text(name, value)
    if not _SUBDOMAIN.fullmatch(text) or text in _RESERVED:
        raise BadRequest("Subdomain is not valid", sub_code="SUBDOMAIN_NOT_VALID")
    return text


def _host_name(name: str, value: Any) -> str:
    text = _text(name, value).lower()
    if not _HOST_NAME.fullmatch(text):
        raise BadRequest(f"{name} must be a valid host name")
    return text


def _whole(low: int, high: int | None = None) -> Check:
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise BadRequest(f"{name} must be an integer number")
        if value < low:
            raise BadRequest(f"{name} must not be less than {low}")
        if high is not None and value > high:
            raise BadRequest(f"{name} must not be greater than {high}")
        return int(value)

    return check


def _one_of(*choices: str) -> Check:
    def check(name: str, value: Any) -> str:
        if value not in choices:
            raise BadRequest(f"{name} must be one of the following values: {', '.join(choices)}")
        return str(value)

    return check


def _provider(label: str) -> Check:
    """Ways to sign in: an API-only server has none, so they can only be off."""

    def check(name: str, value: Any) -> bool:
        if _flag(name, value):
            raise BadRequest(f"{label} auth is not enabled in the system.")
        return False

    return check


#: By wire name. Names that the row itself has an attribute for are in ``_ATTRIBUTES``.
SETTINGS: Mapping[str, Setting] = {
    "displayName": Setting(flag="WORKSPACE", check=_name),
    "logo": Setting(flag="WORKSPACE", check=_text, nullable=True),
    "subdomain": Setting(flag="WORKSPACE", check=_subdomain),
    "customDomain": Setting(flag="WORKSPACE", check=_host_name, nullable=True),
    "inviteHash": Setting(flag="WORKSPACE_MEMBERS", check=_text, nullable=True),
    "trashRetentionDays": Setting(flag="WORKSPACE", check=_whole(0), default=14),
    "eventLogRetentionDays": Setting(flag="SECURITY", check=_whole(30, 1095), default=90),
    "isInternalMessagesImportEnabled": Setting(flag="WORKSPACE", check=_flag, default=False),
    "isPublicInviteLinkEnabled": Setting(flag="SECURITY", check=_flag, default=False),
    "workspaceDiscoverability": Setting(
        flag="SECURITY", check=_one_of("PUBLIC", "MEMBERS_AND_INVITEES", "HIDDEN"), default="HIDDEN"
    ),
    "allowImpersonation": Setting(flag="SECURITY", check=_flag, default=False),
    "isGoogleAuthEnabled": Setting(flag="SECURITY", check=_provider("Google"), default=False),
    "isMicrosoftAuthEnabled": Setting(flag="SECURITY", check=_provider("Microsoft"), default=False),
    "isPasswordAuthEnabled": Setting(flag="SECURITY", check=_provider("Password"), default=False),
    "isGoogleAuthBypassEnabled": Setting(flag="SECURITY", check=_provider("Google"), default=False),
    "isMicrosoftAuthBypassEnabled": Setting(flag="SECURITY", check=_provider("Microsoft"), default=False),
    "isPasswordAuthBypassEnabled": Setting(flag="SECURITY", check=_provider("Password"), default=False),
    "isTwoFactorAuthenticationEnforced": Setting(flag="SECURITY", check=_flag, default=False),
    "editableProfileFields": Setting(flag="SECURITY", check=_texts, nullable=True),
    "defaultRoleId": Setting(flag="ROLES", check=_text),
    "metadataEnvelope": Setting(flag="DATA_MODEL", check=_one_of("legacy", "direct"), default="legacy"),
}
_ATTRIBUTES = {"displayName": "name", "defaultRoleId": "defaultRoleId"}


# ------------------------------------------------------------------ reading and changing


def setting(preferences: Mapping[str, Any], name: str) -> Any:
    """The value of a setting that is kept among a workspace's preferences."""
    value = preferences.get(name)
    return SETTINGS[name].default if value is None else value


def default_subdomain(workspace_id: str) -> str:
    """The subdomain of a workspace that has chosen none. It follows from the workspace's id, and nobody can
    choose it.
    """
    return f"api-{workspace_id.replace('-', '')[:20]}"


def change_settings(table: Table, workspace_id: str, rights: Rights, changes: Mapping[str, Any], *, now: str) -> None:
    """Apply changes of settings by their wire names, all or none.

    Raises Forbidden for a name that is no setting, PermissionDenied naming what the caller may not change, BadRequest
    for a value that a setting does not take and for a subdomain that another workspace has, NotFound for an unknown
    role.
    """
    _authorize(rights, changes)
    stored = {name: _checked(name, value) for name, value in changes.items()}
    if "defaultRoleId" in stored and table.get(keys.role(workspace_id, stored["defaultRoleId"])) is None:
        raise NotFound("Role not found", sub_code="ROLE_NOT_FOUND")
    try:
        table.transact(_ops(table, workspace_id, stored, now))
    except TransactionFailed as failure:
        if 0 in failure.failed:
            raise Conflict("The workspace was changed by another request. Please try again.") from None
        raise BadRequest("Subdomain already taken", sub_code="SUBDOMAIN_ALREADY_TAKEN") from None


def _authorize(rights: Rights, names: Iterable[str]) -> None:
    unknown = next((name for name in names if name not in SETTINGS), None)
    if unknown is not None:
        raise Forbidden(f'Field "{unknown}" is not allowed to be updated')
    refused = [name for name in names if not rights.holds(SETTINGS[name].flag)]
    if refused:
        denial = PermissionDenied()
        denial.friendly = f"You do not have permission to update {', '.join(refused)}."
        raise denial


def _checked(name: str, value: Any) -> Any:
    rule = SETTINGS[name]
    if value is not None:
        return rule.check(name, value)
    if not rule.nullable:
        raise BadRequest(f"{name} should not be null")
    return None


def _ops(table: Table, workspace_id: str, stored: Mapping[str, Any], now: str) -> list[Op]:
    """The update of the workspace's row, with guards for the subdomain that it takes and the one that it gives back."""
    attributes = {_ATTRIBUTES[name]: value for name, value in stored.items() if name in _ATTRIBUTES}
    preferences = {name: value for name, value in stored.items() if name not in _ATTRIBUTES}
    subdomain = preferences.get("subdomain")
    old = None
    if subdomain is not None:
        workspace = table.get(keys.workspace(workspace_id)) or {}
        old = workspace.get("preferences", {}).get("subdomain")
    update = new_settings(workspace_id, {"updatedAt": now, **attributes}, preferences, old_subdomain=old)
    if subdomain is None or subdomain == old:
        return [update]
    given_back = [] if old is None else [DeleteItem(keys.subdomain(old))]
    return [update, take_subdomain(workspace_id, subdomain), *given_back]
