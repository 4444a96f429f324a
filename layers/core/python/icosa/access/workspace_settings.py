"""What a workspace may change about itself: the settings of docs/wire/access.md#workspace-settings and those of our
own.

All are kept in the workspace's ``preferences`` under their wire names, but for those that its row has attributes for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from ..catalog.jobs import put_job
from ..catalog.tuning import tuning_job
from ..errors import BadRequest, Conflict, Forbidden, PermissionDenied
from ..model.tunable import UNCHOSEN, IndexSetting
from ..store import keys
from ..store.meter import Consistency
from ..store.ops import DeleteItem, Op
from ..store.table import Table, TransactionFailed
from ..store.workspace_row import new_settings, take_subdomain
from ..validation.body import UNNAMED, Body, is_cleared_by_null
from ..validation.messages import message, messages
from ..validation.types import STRIPPED, Flag, Integer, NonBlankText, Text, error
from .access_changes import AccessChanges, Attempt
from .audit import Actor, Entry, entry_item, log

_SUBDOMAIN: Final = re.compile(r"(?!api-)[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
_HOST_NAME: Final = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
#: Names that the addresses of an installation use themselves.
_RESERVED: Final = frozenset(
    ("admin", "api", "app", "assets", "auth", "cdn", "console", "docs", "help", "mail", "static", "status", "www")
)
#: Of errors of ``Settings``.
_SUB_CODES: Final = {"subdomain": "SUBDOMAIN_NOT_VALID"}


class Rights(Protocol):
    """What a role may do; ``permissions.Permissions``."""

    def holds(self, flag: str) -> bool: ...


# ------------------------------------------------------------------ the settings


@dataclass(frozen=True, slots=True)
class ChangedWith:
    """The permission flag that changing a setting needs."""

    flag: str


def _subdomain(text: str) -> str:
    if not _SUBDOMAIN.fullmatch(text) or text in _RESERVED:
        raise error("subdomain")
    return text


def _host_name(text: str) -> str:
    # Lower case first: ``İ`` becomes two characters, of which one is none of a host name.
    name = text.lower()
    if not _HOST_NAME.fullmatch(name):
        raise error("host_name")
    return name


def _texts(value: Any) -> Any:
    if not isinstance(value, list):
        raise error("texts_no_list")
    return value


def _off(label: str) -> AfterValidator:
    """Ways to sign in: an API-only server has none, so they can only be off."""

    def check(is_on: bool) -> bool:
        if is_on:
            raise error("sign_in", label=label)
        return False

    return AfterValidator(check)


_WORKSPACE: Final = ChangedWith("WORKSPACE")
_SECURITY: Final = ChangedWith("SECURITY")
_Google = Annotated[Flag, _off("Google"), _SECURITY]
_Microsoft = Annotated[Flag, _off("Microsoft"), _SECURITY]
_Password = Annotated[Flag, _off("Password"), _SECURITY]


class Settings(Body):
    """Defaults are what a workspace has until it says otherwise; null takes a value back where None is allowed."""

    display_name: Annotated[NonBlankText, STRIPPED, _WORKSPACE] = UNNAMED
    logo: Annotated[Text | None, _WORKSPACE] = None
    subdomain: Annotated[Text, AfterValidator(_subdomain), _WORKSPACE] = UNNAMED
    custom_domain: Annotated[Annotated[Text, AfterValidator(_host_name)] | None, _WORKSPACE] = None
    invite_hash: Annotated[Text | None, ChangedWith("WORKSPACE_MEMBERS")] = None
    trash_retention_days: Annotated[Integer, Field(ge=0), _WORKSPACE] = 14
    event_log_retention_days: Annotated[Integer, Field(ge=30, le=1095), _SECURITY] = 90
    is_internal_messages_import_enabled: Annotated[Flag, _WORKSPACE] = False
    is_public_invite_link_enabled: Annotated[Flag, _SECURITY] = False
    workspace_discoverability: Annotated[Literal["PUBLIC", "MEMBERS_AND_INVITEES", "HIDDEN"], _SECURITY] = "HIDDEN"
    allow_impersonation: Annotated[Flag, _SECURITY] = False
    is_google_auth_enabled: _Google = False
    is_microsoft_auth_enabled: _Microsoft = False
    is_password_auth_enabled: _Password = False
    is_google_auth_bypass_enabled: _Google = False
    is_microsoft_auth_bypass_enabled: _Microsoft = False
    is_password_auth_bypass_enabled: _Password = False
    is_two_factor_authentication_enforced: Annotated[Flag, _SECURITY] = False
    editable_profile_fields: Annotated[Annotated[list[Text], BeforeValidator(_texts)] | None, _SECURITY] = None
    default_role_id: Annotated[Text, ChangedWith("ROLES")] = UNNAMED
    metadata_envelope: Annotated[Literal["legacy", "direct"], ChangedWith("DATA_MODEL")] = "legacy"
    timeline: Annotated[Literal["on", "off"], _WORKSPACE] = "off"
    trash_emptying: Annotated[Literal["on", "off"], _WORKSPACE] = "on"
    consistency: Annotated[Consistency, ChangedWith("DATA_MODEL")] = "strong"
    indexes: Annotated[IndexSetting, ChangedWith("DATA_MODEL")] = UNCHOSEN


_SETTINGS: Final = Settings.wire_names()
_FLAGS: Final[Mapping[str, str]] = {
    name: next(rule.flag for rule in field.metadata if isinstance(rule, ChangedWith))
    for name, field in _SETTINGS.items()
}
#: Names that the row itself has an attribute for.
_ATTRIBUTES: Final = {"displayName": "name", "defaultRoleId": "defaultRoleId"}


# ------------------------------------------------------------------ reading and changing


def kept_settings(preferences: Mapping[str, Any]) -> dict[str, Any]:
    """All settings by wire names, those that a workspace keeps among its preferences with their values."""
    defaults = {name: field.default for name, field in _SETTINGS.items()}
    return defaults | {name: value for name, value in preferences.items() if name in _SETTINGS and value is not None}


def trash_days(preferences: Mapping[str, Any]) -> int | None:
    """For how many days a workspace keeps records in the trash, by its preferences; None: for ever."""
    kept = kept_settings(preferences)
    return None if kept["trashEmptying"] == "off" else int(kept["trashRetentionDays"])


def default_subdomain(workspace_id: str) -> str:
    """The subdomain of a workspace that has chosen none. It follows from the workspace's id, and nobody can
    choose it.
    """
    return f"api-{workspace_id.replace('-', '')[:20]}"


def change_settings(access: AccessChanges, rights: Rights, changes: Mapping[str, Any]) -> None:
    """Apply changes of settings by their wire names, all or none. One of the default role is also one of access: keys
    of deleted roles get that role.

    Raises Forbidden for a name that is no setting, PermissionDenied naming what the caller may not change, BadRequest
    for a value that a setting does not take and for a subdomain that another workspace has, RoleNotFound, and Exceeds
    for a default role that has more than the caller's.
    """
    _authorize(rights, changes)
    stored = {name: _checked(name, value) for name, value in changes.items()}
    follow_up, entry = _of_indexes(access, stored)
    ops = partial(_ops, access.table, access.workspace_id, stored, access.now, follow_up)
    if "defaultRoleId" in stored:
        access.apply(lambda attempt: _change_default_role(attempt, stored["defaultRoleId"], ops()), refuse=_refuse)
    else:
        try:
            access.table.transact(ops())
        except TransactionFailed as failure:
            _refuse(failure.failed)
    if entry is not None:
        log(access.workspace_id, entry, access.actor)


def _of_indexes(access: AccessChanges, stored: Mapping[str, Any]) -> tuple[list[Op], Entry | None]:
    """What goes with a change of the setting ``indexes``."""
    if "indexes" not in stored:
        return [], None
    workspace = access.table.get(keys.workspace(access.workspace_id)) or {}
    return index_change(access.workspace_id, workspace, stored["indexes"], access.actor, now=access.now)


def index_change(
    workspace_id: str, workspace: Mapping[str, Any], setting: IndexSetting, actor: Actor, *, now: str
) -> tuple[list[Op], Entry | None]:
    """What goes with a change of the setting ``indexes`` of a workspace's row: the job that does the work, and the
    entry of the audit log. Nothing if the setting is that already.
    """
    before = workspace.get("preferences", {}).get("indexes")
    if before == setting:
        return [], None
    name = workspace.get("name", "")
    entry = Entry.of_change(
        "workspace.indexesChanged",
        "workspace",
        workspace_id,
        name,
        {"indexes": before or UNCHOSEN},
        {"indexes": setting},
    )
    job = tuning_job(now_ms=int(datetime.fromisoformat(now).timestamp() * 1000))
    return [put_job(workspace_id, job), entry_item(workspace_id, entry, actor, now=now)], entry


def _change_default_role(attempt: Attempt, role_id: str, ops: Sequence[Op]) -> None:
    attempt.require(_FLAGS["defaultRoleId"])
    role = attempt.role(role_id)
    workspace = attempt.table.get(keys.workspace(attempt.workspace_id)) or {}
    old_id = workspace.get("defaultRoleId")
    if role_id != old_id:
        attempt.forbid_excess(role)
    entry = Entry.of_change(
        "workspace.defaultRoleChanged",
        "workspace",
        attempt.workspace_id,
        workspace.get("name", ""),
        {"defaultRoleId": old_id},
        {"defaultRoleId": role_id},
    )
    attempt.write(*ops, entry=entry)


def _refuse(failed: Sequence[int]) -> None:
    """Raises what it means that conditions of ``_ops`` did not hold."""
    if 0 in failed:
        raise Conflict("The workspace was changed by another request. Please try again.")
    raise BadRequest("Subdomain already taken", sub_code="SUBDOMAIN_ALREADY_TAKEN")


def _authorize(rights: Rights, names: Iterable[str]) -> None:
    unknown = next((name for name in names if name not in _SETTINGS), None)
    if unknown is not None:
        raise Forbidden(f'Field "{unknown}" is not allowed to be updated')
    denied = [name for name in names if not rights.holds(_FLAGS[name])]
    if denied:
        denial = PermissionDenied()
        denial.friendly = f"You do not have permission to update {', '.join(denied)}."
        raise denial


def _checked(name: str, value: Any) -> Any:
    """The stored form of a value. Several can be wrong, but the caller is told of the first alone."""
    if value is None and not is_cleared_by_null(_SETTINGS[name]):
        raise BadRequest(message("null", name))
    try:
        return Settings.model_validate({name: value}).model_dump(by_alias=True)[name]
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        raise BadRequest(messages([first])[0], sub_code=_SUB_CODES.get(first["type"])) from None


def _ops(
    table: Table, workspace_id: str, stored: Mapping[str, Any], now: str, follow_up: Sequence[Op] = ()
) -> list[Op]:
    """The update of the workspace's row, with guards for the subdomain that it takes and the one that it gives back,
    and what follows from it.
    """
    attributes = {_ATTRIBUTES[name]: value for name, value in stored.items() if name in _ATTRIBUTES}
    preferences = {name: value for name, value in stored.items() if name not in _ATTRIBUTES}
    subdomain = preferences.get("subdomain")
    old = None
    if subdomain is not None:
        workspace = table.get(keys.workspace(workspace_id)) or {}
        old = workspace.get("preferences", {}).get("subdomain")
    update = new_settings(workspace_id, {"updatedAt": now, **attributes}, preferences, old_subdomain=old)
    if subdomain is None or subdomain == old:
        return [update, *follow_up]
    given_back = [] if old is None else [DeleteItem(keys.subdomain(old))]
    return [update, take_subdomain(workspace_id, subdomain), *given_back, *follow_up]
