"""The table of docs/wire/access.md#object-permissions, docs/wire/access.md#field-permissions."""

from typing import Any, get_args

import pytest

from icosa.access.permissions import SETTINGS_FLAGS, TOOL_FLAGS, Permissions
from icosa.access.roles import OBJECT_RIGHTS, ROLE_RIGHTS, Role
from icosa.model.model import Object, Right

RIGHTS: tuple[Right, ...] = get_args(Right)


def an_object(**changes: object) -> Object:
    defaults: dict[str, Any] = {"id": "o", "key": "o1", "name_singular": "thing", "name_plural": "things", "fields": ()}
    return Object(**(defaults | changes))


def a_role(**item: object) -> Permissions:
    return Permissions(Role.parse({"SK": "r", "label": "Some role", **item}))


@pytest.mark.parametrize("right", RIGHTS)
def test_a_role_wide_right_covers_every_object(right: Right) -> None:
    permissions = a_role(**{ROLE_RIGHTS[right]: True})
    assert [other for other in RIGHTS if permissions.can(an_object(), other)] == [right]


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("role_wide", [True, False])
@pytest.mark.parametrize(("override", "expected"), [(True, True), (False, False), (None, "role"), ("absent", "role")])
def test_an_override_wins_over_the_role_where_it_says_something(
    right: Right, role_wide: bool, override: bool | str | None, expected: bool | str
) -> None:
    given = {} if override == "absent" else {OBJECT_RIGHTS[right]: override}
    permissions = a_role(**{ROLE_RIGHTS[right]: role_wide}, objectPermissions={"o": given})
    assert permissions.can(an_object(), right) is (role_wide if expected == "role" else expected)
    assert permissions.can(an_object(id="another"), right) is role_wide


@pytest.mark.parametrize("right", RIGHTS)
def test_system_objects_are_open_unless_the_role_closes_them(right: Right) -> None:
    system = an_object(is_system=True)
    assert a_role().can(system, right)
    assert a_role(objectPermissions={"o": {OBJECT_RIGHTS[right]: True}}).can(system, right)
    denied = a_role(objectPermissions={"o": {OBJECT_RIGHTS[right]: False}}, **dict.fromkeys(ROLE_RIGHTS.values(), True))
    assert [other for other in RIGHTS if not denied.can(system, other)] == [right]


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("is_system", [True, False])
def test_an_objects_own_rule_comes_first(right: Right, is_system: bool) -> None:
    guarded = an_object(is_system=is_system, right_flags={right: "WORKFLOWS"})
    everything = dict.fromkeys(ROLE_RIGHTS.values(), True)
    assert not a_role(**everything, objectPermissions={"o": {OBJECT_RIGHTS[right]: True}}).can(guarded, right)
    assert a_role(permissionFlags=["WORKFLOWS"]).can(guarded, right)
    assert a_role(canUpdateAllSettings=True).can(guarded, right)
    assert not a_role(canAccessAllTools=True).can(guarded, right)
    assert a_role().can(an_object(right_flags={right: None}), right)


def test_flags_are_granted_wholesale_or_by_name() -> None:
    assert all(a_role(canUpdateAllSettings=True).holds(flag) for flag in SETTINGS_FLAGS)
    assert not any(a_role(canUpdateAllSettings=True).holds(flag) for flag in TOOL_FLAGS)
    assert all(a_role(canAccessAllTools=True).holds(flag) for flag in TOOL_FLAGS)
    assert not any(a_role(canAccessAllTools=True).holds(flag) for flag in SETTINGS_FLAGS)
    assert [
        flag for flag in sorted(SETTINGS_FLAGS | TOOL_FLAGS) if a_role(permissionFlags=["ROLES", "AI"]).holds(flag)
    ] == ["AI", "ROLES"]


def test_field_restrictions() -> None:
    permissions = a_role(
        fieldPermissions={
            "o": {
                "hidden": {"canReadFieldValue": False, "canUpdateFieldValue": None},
                "locked": {"canReadFieldValue": None, "canUpdateFieldValue": False},
                "both": {"canReadFieldValue": False, "canUpdateFieldValue": False},
                "label": {"canReadFieldValue": False, "canUpdateFieldValue": False},
            }
        }
    )
    obj = an_object(label_identifier_field_id="label")
    assert permissions.unreadable_fields(obj) == {"hidden", "both"}
    assert permissions.unwritable_fields(obj) == {"locked", "both", "label"}
    assert permissions.unreadable_fields(an_object(id="another")) == frozenset()
    assert permissions.unwritable_fields(an_object(id="another")) == frozenset()
    system = an_object(is_system=True)
    assert permissions.unreadable_fields(system) == permissions.unwritable_fields(system) == frozenset()
