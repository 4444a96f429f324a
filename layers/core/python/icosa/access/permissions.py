"""What a role may do with a model's records (docs/wire/access.md#permissions)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..model.model import Model, Object, Right
from ..query.row_scope import EVERYTHING, RowScope
from .roles import Role

#: Flags that ``canUpdateAllSettings`` grants together (docs/wire/access.md#permission-flags).
SETTINGS_FLAGS: Final = frozenset(
    (
        *(
            "API_KEYS_AND_WEBHOOKS",
            "WORKSPACE",
            "WORKSPACE_MEMBERS",
            "ROLES",
            "DATA_MODEL",
            "SECURITY",
            "WORKFLOWS",
            "IMPERSONATE",
        ),
        *("SSO_BYPASS", "APPLICATIONS", "MARKETPLACE_APPS", "LAYOUTS", "BILLING", "AI_SETTINGS"),
    )
)
#: Flags that ``canAccessAllTools`` grants together.
TOOL_FLAGS: Final = frozenset(
    (
        *(
            "AI",
            "VIEWS",
            "UPLOAD_FILE",
            "DOWNLOAD_FILE",
            "SEND_EMAIL_TOOL",
            "CREATE_CALENDAR_EVENT_TOOL",
            "HTTP_REQUEST_TOOL",
        ),
        *("CODE_INTERPRETER_TOOL", "IMPORT_CSV", "EXPORT_CSV", "CONNECTED_ACCOUNTS", "PROFILE_INFORMATION"),
    )
)
_NONE: Final[frozenset[str]] = frozenset()
_NO_RIGHTS: Final[Mapping[Right, bool]] = {}


class Permissions:
    """The effective rights of one role. ``rows`` are the records that it may see; without them, all.

    >>> role = Role(id="r", rights=frozenset({"read"}))
    >>> Permissions(role).holds("DATA_MODEL")
    False
    """

    __slots__ = ("role", "rows")

    def __init__(self, role: Role, rows: RowScope = EVERYTHING) -> None:
        self.role = role
        self.rows = rows

    def holds(self, flag: str) -> bool:
        """Whether the role has a settings or tool flag, granted wholesale or by name."""
        role = self.role
        return (
            flag in role.flags
            or (role.all_settings and flag in SETTINGS_FLAGS)
            or (role.all_tools and flag in TOOL_FLAGS)
        )

    def can(self, obj: Object, right: Right) -> bool:
        """Whether the role has a right on the records of an object.

        Order of rules: rules of rows that cannot be understood, then the object's own exception, then the role's
        override for the object, then "system objects are open", then the role's right on all objects. An override
        cannot open more of a system object, but closes it.
        """
        if self.rows.denies(obj):
            return False
        if right in obj.right_flags:
            flag = obj.right_flags[right]
            return flag is None or self.holds(flag)
        override = self.role.object_rights.get(obj.id, _NO_RIGHTS).get(right)
        if override is not None:
            return override
        return obj.is_open or right in self.role.rights

    def can_read_everything(self, model: Model) -> bool:
        """Whether no record and no value is kept from the role."""
        return all(self.sees_every_record(obj) and not self.unreadable_fields(obj) for obj in model.objects)

    def sees_every_record(self, obj: Object) -> bool:
        """Whether no record of an object is kept from the role."""
        return self.can(obj, "read") and not self.rows.limits(obj)

    def unreadable_fields(self, obj: Object) -> frozenset[str]:
        """Ids of the fields that answers leave out. The label identifier can always be read
        (docs/wire/access.md#field-permissions).
        """
        if obj.is_open:
            return _NONE
        hidden = self.role.hidden_fields.get(obj.id, _NONE)
        return hidden - {obj.label_identifier_field_id} if hidden else _NONE

    def masked_fields(self, obj: Object) -> frozenset[str]:
        """Ids of the fields of which answers show parts, and which conditions may not name."""
        return self.rows.masked_fields(obj)

    def unwritable_fields(self, obj: Object) -> frozenset[str]:
        """Ids of the fields that updates may not name."""
        return _NONE if obj.is_open else self.role.locked_fields.get(obj.id, _NONE)

    def unset_fields(self, obj: Object) -> frozenset[str]:
        """Ids of the fields that creates may not name. Those that the role's rules of rows ask for may be set: a record
        that the role makes must fulfil them.
        """
        locked = self.unwritable_fields(obj)
        if not locked or not self.role.row_predicates:
            return locked
        return locked - {rule.get("fieldMetadataId") for rule in self.role.row_predicates}
