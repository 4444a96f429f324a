"""Arguments of root fields and nested connections: which exist, and what they may be (docs/wire/graphql.md#arguments).

The texts are Twenty's. As in all of GraphQL, one value stands for a list of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import BadRequest
from ...identifiers import parse_uuid
from ...model.dates import parse_instant
from ...model.inspect import as_text
from ...query.operation import Order, Page
from ...query.pages import page_of

_SHARE_TARGETS = ("workspaceMemberId", "roleId", "everyone")
_SHARE_LEVELS = ("READ", "READ_WRITE", "FULL")

Arguments = Mapping[str, Any]
#: Checks a value that is not null and brings it into one form. Raises BadRequest.
Check = Callable[[str, Any], Any]


def invalid(message: str) -> BadRequest:
    """An argument that cannot be taken."""
    return BadRequest(message, sub_code="INVALID_QUERY_INPUT")


# ------------------------------------------------------------------ checks


def number(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f'Invalid argument: "{name}" must be a number')
    if isinstance(value, float) and not value.is_integer():
        raise invalid(f'Invalid argument: "{name}" must be an integer')
    return int(value)


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(f'Invalid argument: "{name}" must be a string')
    return value


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid(f'Invalid argument: "{name}" must be a boolean')
    return value


def object_(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f'Invalid argument: "{name}" must be an object')
    return value


def objects(name: str, value: Any) -> list[Mapping[str, Any]]:
    several = [value] if isinstance(value, dict) else value
    if not isinstance(several, list):
        raise invalid(f'Invalid argument: "{name}" must be an array')
    if not all(isinstance(member, dict) for member in several):
        raise invalid(f'Invalid argument: "{name}" must be an array of objects')
    return several


def texts(name: str, value: Any) -> list[str]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list):
        raise invalid(f'Invalid argument: "{name}" must be an array')
    if not all(isinstance(member, str) for member in several):
        raise invalid(f'Invalid argument: "{name}" must be an array of strings')
    return several


def moment(name: str, value: Any) -> str:
    """A DATE_TIME in its stored form."""
    found = parse_instant(value) if isinstance(value, str) else None
    if found is None:
        raise invalid(f'Invalid argument: "{name}" must be a date and time, as in 2026-05-04T09:12:44Z')
    return found


def record_id(_: str, value: Any) -> str:
    """A record id in lower case."""
    record_id = parse_uuid(value)
    if record_id is None:
        raise invalid(f'Value "{as_text(value)}" is not a valid UUID')
    return record_id


def record_ids(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | str):
        raise invalid(f'Invalid argument: "{name}" must be an array')
    return tuple(record_id(name, member) for member in ([value] if isinstance(value, str) else value))


def groups(_: str, value: Any) -> list[Mapping[str, Any]]:
    several = [value] if isinstance(value, dict) else value
    if not isinstance(several, list) or not several or not all(isinstance(member, dict) for member in several):
        raise invalid('"groupBy" must be an array.')
    return several


def shares(name: str, value: Any) -> list[Mapping[str, Any]]:
    """With whom a record is shared. Records of ordinary objects are open to all that their roles let see them, so it is
    checked and has no effect (docs/wire/graphql.md#sharing).
    """
    several = [value] if isinstance(value, dict) else value
    if not isinstance(several, list) or not all(isinstance(member, dict) and _is_share(member) for member in several):
        raise invalid(
            f'Invalid argument: "{name}" must be an array of objects with an accessLevel and one of '
            "workspaceMemberId, roleId or everyone"
        )
    return several


def _is_share(value: Mapping[str, Any]) -> bool:
    targets = [target for target in _SHARE_TARGETS if value.get(target)]
    if not isinstance(value.get("everyone", False), bool | None):
        return False
    return value.get("accessLevel") in _SHARE_LEVELS and len(targets) == 1


# ------------------------------------------------------------------ reading


def read(checks: Mapping[str, Check], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are given, checked. Raises BadRequest."""
    for name in sent:
        if name not in checks:
            raise invalid(f"Argument not allowed: {name}")
    return {name: checks[name](name, value) for name, value in sent.items()}


def needed(kind: str, types: type | tuple[type, ...], check: Check) -> Check:
    """A required argument: a value of another type counts as none."""

    def run(name: str, value: Any) -> Any:
        if not isinstance(value, types):
            raise _missing(name, kind)
        return check(name, value)

    return run


def _missing(name: str, kind: str) -> BadRequest:
    return invalid(f'Missing required argument: "{name}" ({kind})')


def require(arguments: Arguments, name: str, kind: str) -> Any:
    """The value of a required argument. Raises BadRequest."""
    if name not in arguments:
        raise _missing(name, kind)
    return arguments[name]


FIND_MANY: Mapping[str, Check] = {
    "filter": object_,
    "orderBy": objects,
    "first": number,
    "last": number,
    "before": text,
    "after": text,
    "offset": number,
}


def page(arguments: Arguments, order: Order, *, default: int, most: int) -> Page:
    """The slice that a connection shows: at most ``most`` records, more are cut as REST does it. Raises BadRequest
    (docs/wire/graphql.md#pages).

    Without ``before`` and ``after``, ``last`` means the end of the list.
    """
    first, last = arguments.get("first"), arguments.get("last")
    before, after = arguments.get("before"), arguments.get("after")
    for name, opposite, is_conflict in (
        ("first", "last", first is not None and last is not None),
        ("before", "after", bool(before) and bool(after)),
        ("before", "first", bool(before) and first is not None),
        ("after", "last", bool(after) and last is not None),
    ):
        if is_conflict:
            raise BadRequest(f"Cannot provide both {name} and {opposite}", sub_code="ARGS_CONFLICT")
    if first is not None and first < 0:
        raise BadRequest("First argument must be non-negative", sub_code="INVALID_ARGS_FIRST")
    if last is not None and last < 0:
        raise BadRequest("Last argument must be non-negative", sub_code="INVALID_ARGS_LAST")
    offset = arguments.get("offset", 0)
    if offset < 0:
        raise invalid('Invalid argument: "offset" must be non-negative')
    size = first if first is not None else last if last is not None else default
    from_end = last is not None and not before
    return page_of(order, limit=min(size, most), after=after, before=before, offset=offset, from_end=from_end)
