"""Giving rights, compared with a model that writes out all that a role may do (docs/wire/access.md#escalation)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.access.escalation import Exceeds, excess, forbid_excess
from icosa.access.roles import OBJECT_RIGHTS, ROLE_RIGHTS, Role
from tests.support import rights
from tests.support.rights import rule

OBJECTS = ("o1", "o2")
FIELDS = ("f1", "f2")
FLAGS = ("ROLES", "DATA_MODEL", "VIEWS")


def a_role(**item: Any) -> Role:
    return Role.parse({"SK": "r", "label": "Some role", **item})


@st.composite
def roles(draw: st.DrawFn) -> Role:
    tri = st.sampled_from([True, False, None])
    item: dict[str, Any] = {
        "canUpdateAllSettings": draw(st.booleans()),
        "canAccessAllTools": draw(st.booleans()),
        "permissionFlags": draw(st.lists(st.sampled_from(FLAGS), unique=True)),
        **{name: draw(st.booleans()) for name in ROLE_RIGHTS.values()},
        "objectPermissions": {
            object_id: {name: draw(tri) for name in OBJECT_RIGHTS.values()}
            for object_id in draw(st.sets(st.sampled_from(OBJECTS)))
        },
        "fieldPermissions": {
            object_id: {
                field_id: {
                    "canReadFieldValue": draw(st.sampled_from([False, None])),
                    "canUpdateFieldValue": draw(st.sampled_from([False, None])),
                }
                for field_id in draw(st.sets(st.sampled_from(FIELDS)))
            }
            for object_id in OBJECTS
        },
        "rowLevelPredicates": [
            rule(object_id, value)
            for object_id in OBJECTS
            if (value := draw(st.sampled_from(["a", "b", None]))) is not None
        ],
    }
    return Role.parse({"SK": draw(st.uuids()).hex, "label": "Some role", **item})


everything = partial(rights.everything, objects=OBJECTS, fields=FIELDS)


@given(granted=roles(), granter=roles())
def test_a_role_may_be_given_exactly_if_the_granter_can_do_everything_that_it_can(granted: Role, granter: Role) -> None:
    allowed = everything(granted) <= everything(granter)
    assert (excess(granted, granter) == ()) is allowed


@given(granted=roles(), granter=roles(), before=roles())
def test_what_was_there_before_is_not_given(granted: Role, granter: Role, before: Role) -> None:
    if excess(granted, granter, before=before) == ():
        assert everything(granted) <= everything(granter) | everything(before)


@given(role=roles(), granter=roles())
def test_everybody_may_give_their_own_role_and_keep_what_there_is(role: Role, granter: Role) -> None:
    assert excess(role, role) == ()
    assert excess(role, granter, before=role) == ()


@given(granted=roles(), granter=roles(), third=roles())
def test_giving_on_gives_no_more(granted: Role, granter: Role, third: Role) -> None:
    if excess(granted, granter) == () and excess(granter, third) == ():
        assert excess(granted, third) == ()


LIMITED = {"canReadAllObjectRecords": True, "permissionFlags": ["ROLES"]}


@pytest.mark.parametrize(
    ("granted", "granter", "point"),
    [
        ({"canUpdateAllSettings": True}, {"permissionFlags": ["ROLES"]}, "canUpdateAllSettings"),
        ({"permissionFlags": ["DATA_MODEL"]}, LIMITED, "DATA_MODEL"),
        ({"canDestroyAllObjectRecords": True}, LIMITED, "canDestroyAllObjectRecords"),
        (
            {"objectPermissions": {"o1": {"canUpdateObjectRecords": True}}},
            LIMITED,
            "canUpdateObjectRecords of object o1",
        ),
        (
            LIMITED,
            {**LIMITED, "objectPermissions": {"o1": {"canReadObjectRecords": False}}},
            "canReadObjectRecords of object o1",
        ),
        (
            {"canReadAllObjectRecords": True},
            {"objectPermissions": {"o1": {"canReadObjectRecords": True}}},
            "canReadAllObjectRecords",
        ),
        (
            LIMITED,
            {**LIMITED, "fieldPermissions": {"o1": {"f1": {"canReadFieldValue": False}}}},
            "canReadFieldValue of field f1",
        ),
        (LIMITED, {**LIMITED, "rowLevelPredicates": [rule("o1", "a")]}, "canReadObjectRecords of object o1"),
    ],
)
def test_points_say_what_is_too_much(granted: dict[str, Any], granter: dict[str, Any], point: str) -> None:
    assert point in excess(a_role(**granted), a_role(**granter))
    with pytest.raises(Exceeds, match="to give more than its own role has"):
        forbid_excess(a_role(**granted), a_role(**granter))


def test_a_refusal_names_a_few_points_and_counts_the_others() -> None:
    everything = a_role(canUpdateAllSettings=True, canAccessAllTools=True)
    with pytest.raises(Exceeds, match=r"canUpdateAllSettings, canAccessAllTools, AI, AI_SETTINGS, .* and \d+ more$"):
        forbid_excess(everything, a_role())


def test_rules_of_rows_are_compared_by_what_they_say() -> None:
    def ruled(group: str, *positions: int) -> Role:
        predicates = [
            rule(
                "o1",
                value,
                id=f"{group}{value}",
                rowLevelPermissionPredicateGroupId=group,
                positionInRowLevelPermissionPredicateGroup=position,
            )
            for value, position in zip("ab", positions, strict=True)
        ]
        groups = [{"id": group, "objectMetadataId": "o1", "logicalOperator": "OR"}]
        return a_role(**LIMITED, rowLevelPredicates=predicates, rowLevelPredicateGroups=groups)

    assert excess(ruled("g", 0, 1), ruled("h", 1, 0)) == ()
    ungrouped = a_role(**LIMITED, rowLevelPredicates=[rule("o1", "a"), rule("o1", "b")])
    assert excess(ungrouped, ruled("g", 0, 1)) != ()


def test_a_rule_of_rows_on_a_locked_field_lets_it_be_set() -> None:
    """Records may be made with the value that the rule asks for, so the rule is a right to write."""
    writer = {"canReadAllObjectRecords": True, "canUpdateAllObjectRecords": True}
    locked = {**writer, "fieldPermissions": {"o1": {"f1": {"canUpdateFieldValue": False}}}}
    ruled = {**locked, "rowLevelPredicates": [rule("o1", "a", "f1")]}
    assert excess(a_role(**ruled), a_role(**locked)) == ("canUpdateFieldValue of field f1",)
    assert excess(a_role(**ruled), a_role(**ruled)) == ()
    assert excess(a_role(**locked), a_role(**ruled)) != ()


def test_more_conditions_show_no_more() -> None:
    """Whoever has rules of rows gives roles with the same conditions, and others beside them, and no other roles."""

    def ruled(*rules: dict[str, Any], groups: Sequence[dict[str, Any]] = ()) -> Role:
        return a_role(**LIMITED, rowLevelPredicates=list(rules), rowLevelPredicateGroups=list(groups))

    def inside(value: str, group: str | None) -> dict[str, Any]:
        return {**rule("o1", value), "id": value, "rowLevelPermissionPredicateGroupId": group}

    def group(name: str, operator: str, parent: str | None = None) -> dict[str, Any]:
        return {
            "id": name,
            "objectMetadataId": "o1",
            "logicalOperator": operator,
            "parentRowLevelPermissionPredicateGroupId": parent,
        }

    holder = ruled(inside("a", None))
    assert excess(ruled(inside("a", None), inside("b", None)), holder) == ()
    assert excess(ruled(inside("b", None), inside("a", "g"), groups=[group("g", "AND")]), holder) == ()
    assert excess(ruled(inside("a", "g"), groups=[group("g", "OR")]), holder) == ()
    nested = [group("g", "AND"), group("h", "AND", "g")]
    assert excess(ruled(inside("a", "h"), inside("b", "g"), groups=nested), holder) == ()
    for wider in (
        ruled(),
        ruled(inside("b", None)),
        ruled(inside("a", "g"), inside("b", "g"), groups=[group("g", "OR")]),
        ruled({**inside("a", None), "objectMetadataId": "o2"}),
    ):
        assert excess(wider, holder) != ()
    either = ruled(inside("a", "g"), inside("b", "g"), groups=[group("g", "OR")])
    assert excess(ruled(inside("b", "k"), inside("a", "k"), groups=[group("k", "OR")]), either) == ()
    assert excess(ruled(inside("c", None), inside("b", "k"), inside("a", "k"), groups=[group("k", "OR")]), either) == ()
    # What cannot be reached denies its holder the object, and so must what it gives.
    lost = ruled(inside("a", None), inside("b", "gone"))
    assert excess(holder, lost) != ()
    circle = [group("g", "AND", "h"), group("h", "AND", "g")]
    assert excess(holder, ruled(inside("a", None), inside("b", "g"), groups=circle)) != ()
