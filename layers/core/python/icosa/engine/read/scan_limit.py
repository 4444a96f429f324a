"""What a request may look at where no index answers: ``Settings.scan_limit`` rows of indexes.

More could not be read in the time that a request has. It is refused before anything is read, with what would help.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import TooMuchAsked
from ...model.fragments import SHORTEST, Part, takes_fragments
from ...model.model import Object
from ...model.types.base import Leaf
from ...query.operation import And, Compare, Filter, Not, Or
from ..context import Context

#: So many rows of an index take as long as one record.
ROWS_PER_RECORD = 6


def check_rows(ctx: Context, obj: Object, rows: int, asked: Filter | None) -> None:
    """Raises TooMuchAsked where so many rows are too many. ``asked`` is the filter as the client wrote it."""
    most = ctx.settings.scan_limit
    if rows > most:
        raise TooMuchAsked(
            f"No index answers the request: more than {most} rows of {obj.name_plural} would have to be looked at, "
            f"which is the limit. {_advice(obj, asked)}"
        )


def check_records(ctx: Context, obj: Object, records: int, asked: Filter | None) -> None:
    """``check_rows`` for records, each of which counts as ``ROWS_PER_RECORD`` rows."""
    check_rows(ctx, obj, records * ROWS_PER_RECORD, asked)


def _advice(obj: Object, asked: Filter | None) -> str:
    for condition in _comparisons(asked):
        leaf = condition.leaf
        if not takes_fragments(leaf.kind) or condition.operator.takes != "pattern":
            continue
        known = next((each for each in obj.fragments if each.of.path == leaf.path), None)
        if known is not None and not known.ready:
            return f"The index of type GIN on {leaf.dotted} is being built: try again when its status is READY"
        if Part.of(condition.operator, condition.operand) is None:
            return f"Look for at least {SHORTEST} characters in a row in {leaf.dotted}{_unless(known)}"
        if known is None:
            return (
                f"Create an index of type GIN on {_column(leaf)} (createOneIndex), or narrow the filter by a condition "
                "on another field"
            )
    return "Narrow the filter by a condition that an index answers, such as equality or a range"


def _unless(known: Leaf | None) -> str:
    return "" if known is not None else ", with an index of type GIN (createOneIndex), or for its beginning"


def _column(leaf: Leaf) -> str:
    return f"field {leaf.field.name}" + ("" if leaf.subfield is None else f", sub-field {leaf.subfield}")


def _comparisons(asked: Filter | None) -> Iterator[Compare]:
    match asked:
        case Compare():
            yield asked
        case Not(item=item):
            yield from _comparisons(item)
        case And(items=items) | Or(items=items):
            for item in items:
                yield from _comparisons(item)
