"""Changes of a workspace's row, which orders the changes of its model and of its views: each requires the versions that
it has seen, and counts them up.

It also says who listens to the workspace's changes: which webhooks there are (a number that every change of them counts
up), and until when the feed of events is kept. So one look tells the function ``events`` whether anybody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from ..model.tunable import CHOSEN_FOR_NEW, UNCHOSEN, IndexSetting
from . import access_version, keys
from .ops import EXISTS, NOT_EXISTS, CheckItem, DeleteItem, PutItem, UpdateItem
from .versions import FORMAT, STANDARD

VIEWS_VERSION: Final = "viewsVersion"
#: How often the webhooks were changed.
WEBHOOKS_REVISION: Final = "webhooksRevision"
#: Until when events are put into the feed, in seconds since 1970 (``store.feed``).
FEED_UNTIL: Final = "feedUntil"
#: Whether requests are answered. Absent while they are.
STATUS: Final = "status"
#: Since when it has this status, as a stored DATE_TIME.
STATUS_SINCE: Final = "statusSince"
#: The operation that has the workspace to itself (``store.operation_row``).
OPERATION: Final = "operation"
#: Between which moments, in seconds since 1970, the last operation wrote of which nobody is told.
QUIET_FROM: Final = "quietFrom"
QUIET_UNTIL: Final = "quietUntil"
#: From when on requests do the jobs that should have begun by then (``metadata.overdue``), in milliseconds since 1970.
#: Absent while nothing is to be done.
JOBS_DUE: Final = "jobsDue"
#: How often a job was written: who removes ``jobsDue`` has seen all of them.
JOBS_MARKED: Final = "jobsMarked"
#: The last version of the model that writers must know: none of an older one may write (``store.lease``).
_REQUIRED: Final = "requiredVersion"

_SUBDOMAIN = "subdomain"
#: What counts the views' version up, after ``SET``, with its values.
_NEXT_VIEWS = f"{VIEWS_VERSION} = if_not_exists({VIEWS_VERSION}, :noViews) + :oneView"
_NEXT_VIEWS_VALUES: Mapping[str, Any] = {":noViews": 0, ":oneView": 1}


#: What says, after ``SET``, that there are jobs, with its values.
_MARK = f"{JOBS_DUE} = if_not_exists({JOBS_DUE}, :due), {JOBS_MARKED} = if_not_exists({JOBS_MARKED}, :zero) + :mark"


def _mark_values(jobs_due: int) -> Mapping[str, Any]:
    return {":due": jobs_due, ":zero": 0, ":mark": 1}


def _views_unchanged(version: int) -> str:
    """The condition that no view was changed since ``version``, with ``:views`` as its value.

    >>> _views_unchanged(3)
    'viewsVersion = :views'
    """
    condition = f"{VIEWS_VERSION} = :views"
    return f"(attribute_not_exists({VIEWS_VERSION}) OR {condition})" if version == 0 else condition


Status = Literal["active", "suspended", "restoring", "moving", "deleting"]


def status_of(item: Mapping[str, Any]) -> Status:
    """Whether a workspace answers requests, is held, is being brought back from another table, has records that are
    being moved, or is being deleted.
    """
    status: Status = item.get(STATUS, "active")
    return status


def new_workspace(
    ws: str,
    *,
    name: str,
    created_at: str,
    default_role_id: str,
    metadata_version: int,
    metadata_rows: int,
    metadata_revisions: int,
    next_object_key: int,
    **more: Any,
) -> PutItem:
    """The row of a new workspace, which makes it exist. ``metadata_*`` describe its metadata rows
    (``catalog.loader.MetadataState``); ``next_object_key`` is the number of the next object: keys are never used again.
    """
    return PutItem(
        keys.item_at(
            keys.workspace(ws),
            name=name,
            createdAt=created_at,
            defaultRoleId=default_role_id,
            metadataVersion=metadata_version,
            metadataRows=metadata_rows,
            metadataRevisions=metadata_revisions,
            nextObjectKey=next_object_key,
            preferences={"indexes": CHOSEN_FOR_NEW},
            **{VIEWS_VERSION: 0},
            **access_version.new(),
            **more,
        ),
        NOT_EXISTS,
    )


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
    jobs_due: int | None = None,
) -> UpdateItem:
    """Replace the model's version ``seen`` by the next one, whose rows have this number and sum of revisions.

    ``seen_views`` is the version of the views that change with it, None when they do not. ``staged`` names the log of a
    change that exceeds one transaction: its rows are put in their places afterwards. ``is_required``: writers must know
    this version. ``jobs_due``: jobs follow from the change, and from then on requests do them (``mark_jobs``).
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
    if jobs_due is not None:
        expression += f", {_MARK}"
        values |= _mark_values(jobs_due)
    return UpdateItem(keys.workspace(ws), expression, condition, values=values)


def mark_jobs(ws: str, jobs_due: int) -> UpdateItem:
    """Let requests do jobs that have not been begun by a moment, or an earlier one that is there already."""
    return UpdateItem(keys.workspace(ws), f"SET {_MARK}", EXISTS, values=_mark_values(jobs_due))


def put_off_jobs(ws: str, *, seen: int, jobs_due: int) -> UpdateItem:
    """Put off the moment from which requests do jobs, unless somebody else has done so since it was ``seen``."""
    values = {":seen": seen, ":due": jobs_due}
    return UpdateItem(keys.workspace(ws), f"SET {JOBS_DUE} = :due", f"{JOBS_DUE} = :seen", values=values)


def no_jobs(ws: str, *, seen: int, marked: int) -> UpdateItem:
    """Requests have no jobs to do, unless one was written since ``marked`` was read."""
    values = {":seen": seen, ":marked": marked}
    condition = f"{JOBS_DUE} = :seen AND {JOBS_MARKED} = :marked"
    return UpdateItem(keys.workspace(ws), f"REMOVE {JOBS_DUE}", condition, values=values)


def is_outdated(item: Mapping[str, Any] | None, version: int) -> bool:
    """Whether a workspace's row says that writers must know a later version of the model; also when the row is gone."""
    return item is None or int(item.get(_REQUIRED, 0)) > version


def next_status(
    ws: str, status: Status, *, seen: Status, now: str, operation: str | None = None, is_busy: bool = False
) -> UpdateItem:
    """Replace the status ``seen`` by another, by an operation that has the workspace from now on, if one is named.
    Refused while another operation has it, unless it may be ``is_busy``.
    """
    names = {"#status": STATUS, "#since": STATUS_SINCE}
    values: dict[str, Any] = {":since": now}
    sets, removes, conditions = ["#since = :since"], [], [EXISTS]
    if seen == "active":
        conditions.append("attribute_not_exists(#status)")
    else:
        conditions.append("#status = :seen")
        values[":seen"] = seen
    if status == "active":
        removes.append("#status")
    else:
        sets.append("#status = :status")
        values[":status"] = status
    if operation is not None or not is_busy:
        names["#operation"] = OPERATION
    if not is_busy:
        conditions.append("attribute_not_exists(#operation)")
    if operation is not None:
        sets.append("#operation = :operation")
        values[":operation"] = operation
    expression = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
    return UpdateItem(keys.workspace(ws), expression, " AND ".join(conditions), names, values)


def restored(
    ws: str,
    operation: str,
    source: Mapping[str, Any],
    *,
    version: int,
    rows: int,
    revisions: int,
    views: int,
    next_object_key: int,
    quiet: tuple[int, int],
    now: str,
) -> UpdateItem:
    """End the operation that has brought a workspace back: it is suspended, with the name and the settings of
    ``source``, the row of that time, but for its subdomain. Changes that were made between the moments ``quiet``, in
    seconds since 1970, are told to nobody.
    """
    names = {"#status": STATUS, "#operation": OPERATION, "#name": "name"}
    sets = {
        "#status": "suspended",
        STATUS_SINCE: now,
        "#name": source["name"],
        "defaultRoleId": source["defaultRoleId"],
        "metadataVersion": version,
        "metadataRows": rows,
        "metadataRevisions": revisions,
        VIEWS_VERSION: views,
        "nextObjectKey": next_object_key,
        QUIET_FROM: quiet[0],
        QUIET_UNTIL: quiet[1],
    }
    # What the data is in; a later one is migrated to as ever. Rows of old have none.
    sets |= {name: source[name] for name in (FORMAT, STANDARD) if name in source}
    settings = {name: value for name, value in source.get("preferences", {}).items() if name != _SUBDOMAIN}
    if settings:
        names["#preferences"] = "preferences"
    values: dict[str, Any] = {f":s{number}": value for number, value in enumerate(sets.values())}
    for number, (name, value) in enumerate(settings.items()):
        names[f"#p{number}"], values[f":p{number}"] = name, value
    assignments = [f"{name} = :s{number}" for number, name in enumerate(sets)]
    assignments += [f"#preferences.#p{number} = :p{number}" for number in range(len(settings))]
    values |= {":operation": operation, ":restoring": "restoring"}
    gone = [name for name in (FORMAT, STANDARD) if name not in source]
    return UpdateItem(
        keys.workspace(ws),
        f"SET {', '.join(assignments)} REMOVE {', '.join(['#operation', 'metadataStaged', *gone])}",
        "#operation = :operation AND #status = :restoring",
        names,
        values,
    )


def moved(ws: str, operation: str, *, quiet: tuple[int, int], now: str) -> UpdateItem:
    """End the operation that has moved records of a workspace: it is suspended, and nobody is told of what was written
    between the moments ``quiet``, in seconds since 1970.
    """
    names = {"#status": STATUS, "#operation": OPERATION}
    sets = {"#status": "suspended", STATUS_SINCE: now, QUIET_FROM: quiet[0], QUIET_UNTIL: quiet[1]}
    values: dict[str, Any] = {f":s{number}": value for number, value in enumerate(sets.values())}
    assignments = ", ".join(f"{name} = :s{number}" for number, name in enumerate(sets))
    values |= {":operation": operation, ":moving": "moving"}
    condition = "#operation = :operation AND #status = :moving"
    return UpdateItem(keys.workspace(ws), f"SET {assignments} REMOVE #operation", condition, names, values)


def is_quiet(item: Mapping[str, Any], seconds: float) -> bool:
    """Whether a change at a moment was made by an operation that nobody is told of."""
    return QUIET_FROM in item and bool(item[QUIET_FROM] <= seconds <= item[QUIET_UNTIL])


def take(ws: str, operation: str) -> UpdateItem:
    """Let an operation have a workspace to itself, unless another has it."""
    names, values = {"#operation": OPERATION}, {":operation": operation}
    condition = f"{EXISTS} AND attribute_not_exists(#operation)"
    return UpdateItem(keys.workspace(ws), "SET #operation = :operation", condition, names, values)


def give_back(ws: str, operation: str) -> UpdateItem:
    """End that an operation has a workspace."""
    names, values = {"#operation": OPERATION}, {":operation": operation}
    return UpdateItem(keys.workspace(ws), "REMOVE #operation", "#operation = :operation", names, values)


def give_up(ws: str, operation: str) -> UpdateItem:
    """The same of one that was to bring a workspace back, or to move records, and has changed nothing."""
    names = {"#operation": OPERATION, "#status": STATUS}
    values = {":operation": operation, ":suspended": "suspended"}
    condition = "#operation = :operation"
    return UpdateItem(keys.workspace(ws), "SET #status = :suspended REMOVE #operation", condition, names, values)


def is_gone(ws: str, operation: str) -> DeleteItem:
    """The end of a workspace's row, by the operation that has deleted all others."""
    names, values = {"#operation": OPERATION, "#status": STATUS}, {":operation": operation, ":deleting": "deleting"}
    return DeleteItem(keys.workspace(ws), "#operation = :operation AND #status = :deleting", names, values)


def is_staged(ws: str, staged: str) -> CheckItem:
    """Demand that the change with this log is still being carried out."""
    return CheckItem(keys.workspace(ws), "metadataStaged = :staged", values={":staged": staged})


def carried_out(ws: str, staged: str) -> UpdateItem:
    """All rows of the change with this log are in their places."""
    values = {":staged": staged}
    return UpdateItem(keys.workspace(ws), "REMOVE metadataStaged", "metadataStaged = :staged", values=values)


def has_timeline(item: Mapping[str, Any]) -> bool:
    """Whether a workspace's row says that changes are told on timelines."""
    return bool(item.get("preferences", {}).get("timeline") == "on")


def index_setting(item: Mapping[str, Any]) -> IndexSetting:
    """Which indexes a workspace's row says that it wants."""
    setting: IndexSetting = item.get("preferences", {}).get("indexes") or UNCHOSEN
    return setting


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
