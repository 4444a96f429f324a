"""Nobody gives more than they have themselves (docs/wire/access.md#escalation).

The one comparison of roles behind every way to give rights: making and changing roles, giving one to a key, making
tokens, reviving keys, removing a role whose keys fall back to another. Pure: it looks at roles alone, so what it says
also holds for objects and fields that are made later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ..errors import Forbidden
from ..model.model import Right
from .permissions import SETTINGS_FLAGS, TOOL_FLAGS
from .roles import OBJECT_RIGHTS, ROLE_RIGHTS, Role
from .row_coverage import covers

#: Points that a refusal names.
_NAMED: Final = 5
_NONE: Final[frozenset[str]] = frozenset()


class Exceeds(Forbidden):
    """Somebody would give what they do not have: ``points`` says what."""

    def __init__(self, points: Iterable[str]) -> None:
        self.points = tuple(points)
        named = ", ".join(self.points[:_NAMED])
        more = len(self.points) - _NAMED
        super().__init__(
            "Entity performing the request does not have permission to give more than its own role has: "
            f"{named}{f' and {more} more' if more > 0 else ''}",
            sub_code="PERMISSION_DENIED",
            friendly="You cannot give more rights than your own role has.",
        )


def forbid_excess(granted: Role, granter: Role, *, before: Role | None = None) -> None:
    """Raises Exceeds with the points of ``excess``."""
    points = excess(granted, granter, before=before)
    if points:
        raise Exceeds(points)


def excess(granted: Role, granter: Role, *, before: Role | None = None) -> tuple[str, ...]:
    """In which points ``granted`` has more than its granter; empty when it may be given.

    ``before`` is what those who get the role have already, the role itself before its change for example: what they
    keep is not given. Each point must be held by one of the two as a whole: a right on an object in the same rows.
    """
    holders = (granter,) if before is None else (granter, before)
    return (
        *_flags(granted, holders),
        *_rights(granted, holders),
        *(point for object_id in _mentioned(granted, *holders) for point in _of_object(object_id, granted, holders)),
    )


def flags_of(role: Role) -> frozenset[str]:
    """All flags that a role holds, those of its kinds included."""
    return role.flags | (SETTINGS_FLAGS if role.all_settings else _NONE) | (TOOL_FLAGS if role.all_tools else _NONE)


def _flags(granted: Role, holders: tuple[Role, ...]) -> Iterator[str]:
    if granted.all_settings and not any(holder.all_settings for holder in holders):
        yield "canUpdateAllSettings"
    if granted.all_tools and not any(holder.all_tools for holder in holders):
        yield "canAccessAllTools"
    yield from sorted(flags_of(granted) - frozenset().union(*map(flags_of, holders)))


def _rights(granted: Role, holders: tuple[Role, ...]) -> Iterator[str]:
    for right, name in ROLE_RIGHTS.items():
        if right in granted.rights and not any(right in holder.rights for holder in holders):
            yield name


def _mentioned(*roles: Role) -> list[str]:
    """The objects of which any role says more than of all others."""
    return sorted(
        {
            object_id
            for role in roles
            for object_id in (
                *role.object_rights,
                *role.hidden_fields,
                *role.locked_fields,
                *(str(predicate["objectMetadataId"]) for predicate in role.row_predicates),
            )
        }
    )


def _of_object(object_id: str, granted: Role, holders: tuple[Role, ...]) -> Iterator[str]:
    def holding(right: Right) -> list[Role]:
        """Holders of a right on at least the rows that are given."""
        return [holder for holder in holders if _can(holder, object_id, right) and covers(holder, granted, object_id)]

    for right, name in OBJECT_RIGHTS.items():
        if _can(granted, object_id, right) and not holding(right):
            yield f"{name} of object {object_id}"
    for right, name, freedom in _FIELD_FREEDOMS:
        if _can(granted, object_id, right):
            for field_id in _restricted_fields(object_id, holders):
                given = freedom(granted, object_id, field_id)
                if all(freedom(holder, object_id, field_id) < given for holder in holding(right)):
                    yield f"{name} of field {field_id}"


def _can(role: Role, object_id: str, right: Right) -> bool:
    return role.object_rights.get(object_id, {}).get(right, right in role.rights)


def _restricted_fields(object_id: str, roles: Iterable[Role]) -> list[str]:
    return sorted(
        {
            field_id
            for role in roles
            for fields in (role.hidden_fields, role.locked_fields)
            for field_id in fields.get(object_id, _NONE)
        }
    )


def _reads(role: Role, object_id: str, field_id: str) -> int:
    return int(field_id not in role.hidden_fields.get(object_id, _NONE))


def _writes(role: Role, object_id: str, field_id: str) -> int:
    """2 whenever the role writes a record, 1 when it makes one: what its rules of rows ask for may be set then."""
    if field_id not in role.locked_fields.get(object_id, _NONE):
        return 2
    return int(any(rule["fieldMetadataId"] == field_id for rule in role.row_predicates))


_FIELD_FREEDOMS: Final[tuple[tuple[Right, str, Callable[[Role, str, str], int]], ...]] = (
    ("read", "canReadFieldValue", _reads),
    ("update", "canUpdateFieldValue", _writes),
)
