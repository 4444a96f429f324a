"""What a role may do with a model's records (docs/wire/access.md#permissions)."""

from __future__ import annotations

from typing import Final

from ..model.model import Model, Object, Right
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


class Permissions:
    """The effective rights of one role.

    >>> role = Role(id="r", rights=frozenset({"read"}))
    >>> Permissions(role).holds("DATA_MODEL")
    False
    """

    __slots__ = ("role",)

    def __init__(self, role: Role) -> None:
        self.role = role

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

        Order of rules: the object's own exception, then "system objects are open", then the role's override for the
        object, then the role's right on all objects.
        """
        if right in obj.right_flags:
            flag = obj.right_flags[right]
            return flag is None or self.holds(flag)
        if obj.is_system:
            return True
        override = self.role.object_rights.get(obj.id, {}).get(right)
        return right in self.role.rights if override is None else override

    def can_read_everything(self, model: Model) -> bool:
        """Whether no record and no value is kept from the role."""
        return all(self.can(obj, "read") and not self.unreadable_fields(obj) for obj in model.objects)

    def unreadable_fields(self, obj: Object) -> frozenset[str]:
        """Ids of the fields that answers leave out. The label identifier can always be read
        (docs/wire/access.md#field-permissions).
        """
        if obj.is_system:
            return _NONE
        hidden = self.role.hidden_fields.get(obj.id, _NONE)
        return hidden - {obj.label_identifier_field_id} if hidden else _NONE

    def unwritable_fields(self, obj: Object) -> frozenset[str]:
        """Ids of the fields that creates and updates may not name."""
        return _NONE if obj.is_system else self.role.locked_fields.get(obj.id, _NONE)
