"""Changes of a workspace's row, which orders the changes of its model and of its views: each requires the versions that
it has seen, and counts them up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from . import keys
from .ops import Check, Update

VIEWS_VERSION: Final = "viewsVersion"

#: Expression and values for an update that writes views beside other changes, after ``SET``.
BUMP_VIEWS: Final = f"{VIEWS_VERSION} = if_not_exists({VIEWS_VERSION}, :noViews) + :oneView"
BUMP_VIEWS_VALUES: Final[Mapping[str, Any]] = {":noViews": 0, ":oneView": 1}


def views_unchanged(version: int) -> str:
    """The condition that no view was changed since ``version``, with ``:views`` as its value.

    >>> views_unchanged(3)
    'viewsVersion = :views'
    """
    condition = f"{VIEWS_VERSION} = :views"
    return f"(attribute_not_exists({VIEWS_VERSION}) OR {condition})" if version == 0 else condition


def next_model(
    ws: str,
    *,
    seen: int,
    version: int,
    rows: int,
    revisions: int,
    next_object_key: int,
    seen_views: int | None,
    staged: str | None,
) -> Update:
    """Replace the model's version ``seen`` by the next one, whose rows have this number and sum of revisions.

    ``seen_views`` is the version of the views that change with it, None when they do not. ``staged`` names the log of a
    change that exceeds one transaction: its rows are put in their places afterwards.
    """
    expression = (
        "SET metadataVersion = :new, metadataRows = :rows, metadataRevisions = :revisions, nextObjectKey = :key"
    )
    condition = "metadataVersion = :old AND attribute_not_exists(metadataStaged)"
    values: dict[str, Any] = {
        ":new": version,
        ":rows": rows,
        ":revisions": revisions,
        ":key": next_object_key,
        ":old": seen,
    }
    if seen_views is not None:
        expression += f", {BUMP_VIEWS}"
        condition += f" AND {views_unchanged(seen_views)}"
        values |= {**BUMP_VIEWS_VALUES, ":views": seen_views}
    if staged is not None:
        expression += ", metadataStaged = :staged"
        values[":staged"] = staged
    return Update(keys.workspace(ws), expression, condition, values=values)


def is_staged(ws: str, staged: str) -> Check:
    """Demand that the change with this log is still being carried out."""
    return Check(keys.workspace(ws), "metadataStaged = :staged", values={":staged": staged})


def carried_out(ws: str, staged: str) -> Update:
    """All rows of the change with this log are in their places."""
    values = {":staged": staged}
    return Update(keys.workspace(ws), "REMOVE metadataStaged", "metadataStaged = :staged", values=values)
