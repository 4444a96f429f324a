"""Changes of a workspace's row, which orders the changes of its model and of its views: each requires the versions that
it has seen, and counts them up.

It also says who listens to the workspace's changes: which webhooks there are (a number that every change of them counts
up), and until when the feed of events is kept. So one look tells the function ``events`` whether anybody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from . import keys
from .ops import EXISTS, NOT_EXISTS, CheckItem, PutItem, UpdateItem

VIEWS_VERSION: Final = "viewsVersion"
#: How often the webhooks were changed.
WEBHOOKS_REVISION: Final = "webhooksRevision"
#: Until when events are put into the feed, in seconds since 1970 (``store.feed``).
FEED_UNTIL: Final = "feedUntil"
#: The last version of the model that writers must know: none of an older one may write (``store.lease``).
_REQUIRED: Final = "requiredVersion"

_SUBDOMAIN = "subdomain"
#: What counts the views' version up, after ``SET``, with its values.
_NEXT_VIEWS = f"{VIEWS_VERSION} = if_not_exists({VIEWS_VERSION}, :noViews) + :oneView"
_NEXT_VIEWS_VALUES: Mapping[str, Any] = {":noViews": 0, ":oneView": 1}


def _views_unchanged(version: int) -> str:
    """The condition that no view was changed since ``version``, with ``:views`` as its value.

    >>> _views_unchanged(3)
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
    is_required: bool = False,
) -> UpdateItem:
    """Replace the model's version ``seen`` by the next one, whose rows have this number and sum of revisions.

    ``seen_views`` is the version of the views that change with it, None when they do not. ``staged`` names the log of a
    change that exceeds one transaction: its rows are put in their places afterwards. ``is_required``: writers must know
    this version.
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
        expression += f", {_NEXT_VIEWS}"
        condition += f" AND {_views_unchanged(seen_views)}"
        values |= {**_NEXT_VIEWS_VALUES, ":views": seen_views}
    if is_required:
        expression += f", {_REQUIRED} = :new"
    if staged is not None:
        expression += ", metadataStaged = :staged"
        values[":staged"] = staged
    return UpdateItem(keys.workspace(ws), expression, condition, values=values)


def is_outdated(item: Mapping[str, Any] | None, version: int) -> bool:
    """Whether a workspace's row says that writers must know a later version of the model; also when the row is gone."""
    return item is None or int(item.get(_REQUIRED, 0)) > version


def is_staged(ws: str, staged: str) -> CheckItem:
    """Demand that the change with this log is still being carried out."""
    return CheckItem(keys.workspace(ws), "metadataStaged = :staged", values={":staged": staged})


def carried_out(ws: str, staged: str) -> UpdateItem:
    """All rows of the change with this log are in their places."""
    values = {":staged": staged}
    return UpdateItem(keys.workspace(ws), "REMOVE metadataStaged", "metadataStaged = :staged", values=values)


def has_timeline(item: Mapping[str, Any]) -> bool:
    """Whether a workspace's row says that changes are told on timelines. One that is being deleted tells of nothing."""
    return item.get("preferences", {}).get("timeline") == "on" and item.get("status") != "deleting"


def next_views(ws: str, *, seen: int, model_version: int) -> UpdateItem:
    """Count up the version of the views, on the condition that it is still ``seen`` and the model's still
    ``model_version``, with no change of the model to be carried out.
    """
    return UpdateItem(
        keys.workspace(ws),
        f"SET {_NEXT_VIEWS}",
        condition=f"metadataVersion = :metadata AND attribute_not_exists(metadataStaged) AND {_views_unchanged(seen)}",
        values={**_NEXT_VIEWS_VALUES, ":metadata": model_version, ":views": seen},
    )


def next_webhooks(ws: str) -> UpdateItem:
    """Count a change of the workspace's webhooks, for the transaction that makes it."""
    return UpdateItem(keys.workspace(ws), f"ADD {WEBHOOKS_REVISION} :one", EXISTS, values={":one": 1})


def keep_feed(ws: str, until: int) -> UpdateItem:
    """Let the feed of events be kept until a moment, in seconds since 1970."""
    return UpdateItem(keys.workspace(ws), f"SET {FEED_UNTIL} = :until", EXISTS, values={":until": until})


def new_settings(
    ws: str, attributes: Mapping[str, Any], preferences: Mapping[str, Any], *, old_subdomain: str | None = None
) -> UpdateItem:
    """Set attributes and preferences of a workspace that exists. When the subdomain is among the preferences, it must
    be ``old_subdomain`` now.
    """
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    sets: list[str] = []
    for parent, settings in (("", attributes), ("#preferences.", preferences)):
        for name, value in settings.items():
            number = len(sets)
            names[f"#s{number}"], values[f":s{number}"] = name, value
            sets.append(f"{parent}#s{number} = :s{number}")
    condition = EXISTS
    if preferences:
        names["#preferences"] = "preferences"
    if _SUBDOMAIN in preferences:
        names["#subdomain"] = _SUBDOMAIN
        if old_subdomain is None:
            condition = f"{EXISTS} AND attribute_not_exists(#preferences.#subdomain)"
        else:
            condition, values[":old"] = "#preferences.#subdomain = :old", old_subdomain
    return UpdateItem(keys.workspace(ws), f"SET {', '.join(sets)}", condition, names, values)


def take_subdomain(ws: str, subdomain: str) -> PutItem:
    """Reserve a subdomain for a workspace, unless another has it."""
    return PutItem(keys.item_at(keys.subdomain(subdomain), workspaceId=ws), NOT_EXISTS)
