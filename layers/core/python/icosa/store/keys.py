"""Every DynamoDB key of Icosa is built here, and nowhere else.

A key is ``(PK, SK)``. Every PK but those with an ``@`` begins with the workspace id, so no request can address another
workspace's rows: the functions take the workspace id of the caller's principal as their first argument.
``store.partitions`` lists what follows the id, for those who go through all rows of a workspace.

| Row | PK | SK |
|---|---|---|
| record | ``ws#R#object``; of an object with shards ``ws#R#object.n`` | ``id`` |
| trash | ``ws#D#object`` | ``id`` |
| unique guard | ``ws#U#object#constraint#value`` | ``-`` |
| edge | ``ws#E#target-id`` | ``object.field#L|D#id`` |
| index | ``ws#I#object#leaf`` | ``0|1 value \\x01 id`` |
| token | ``ws#T#object#c`` | ``token \\x01 id`` |
| counter | ``ws#C#object`` | shard |
| ledger | ``ws#CL#object`` | leaf |
| conflicts on counters | ``ws#CN`` | ``object#hour`` |
| use of an index | ``ws#IU`` | ``day#object#leaf``, ``tuned##`` |
| log of changes | ``ws#L`` | ``time#suffix``, ``!time#suffix`` |
| open batches | ``ws#B`` | ``open`` |
| batch log | ``ws#B`` | ``log#batch#part`` |
| workspace | ``ws#W`` | ``workspace`` |
| API key | ``ws#K`` | key id |
| role | ``ws#P`` | role id |
| state of access | ``ws#A`` | ``access`` |
| audit log | ``ws#AL`` | entry id |
| metadata | ``ws#M`` | ``object#id``, ``field#object-id#field-id``, ``staged#change#part`` |
| job | ``ws#J`` | job id |
| view, page layout | ``ws#V`` | ``views#id``, ``pageLayouts#id`` |
| webhook | ``ws#H`` | webhook id |
| number of webhooks | ``ws#N`` | ``webhooks`` |
| event | ``ws#Q`` | event id |
| page of the feed of events | ``ws#QF`` | position of its last event |
| head of the feed | ``ws#QH`` | ``feed`` |
| delivery | ``ws#Y#webhook`` | delivery id |
| failed delivery | ``ws#YF#webhook`` | delivery id |
| held delivery | ``ws#YH#webhook`` | delivery id |
| pace and backlog of a webhook | ``ws#YS`` | webhook id |
| answer to a request with an Idempotency-Key | ``ws#O`` | API key, digest of the key |
| schema bundle | ``ws#S`` | ``section#version#part`` |
| bundle that does not expire | ``ws#SL`` | the same |
| name of a sign-in link | ``ws#SI`` | digest |
| subdomain | ``@S#subdomain`` | ``-`` |
| signing keys that were ended | ``@K`` | ``ended`` |
| sign-in link | ``@C#digest`` | ``-`` |
| entry of the registry of workspaces | ``@W`` | workspace id |
| receipt of a deleted workspace | ``@D`` | workspace id |
| operation on a workspace | ``@O`` | ``ws#operation-id`` |

Those with an ``@`` belong to the installation: a subdomain's row says which workspace has taken a name that all share,
a sign-in link's whom it signs in, which its holder need not know, and the others are the operator's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

Key = tuple[str, str]

#: Ends an encoded value inside a sort key. Encodings never contain it, and it sorts below all they contain.
END = "\x01"
#: Sorts above every id and every encoded value (ids are hexadecimal; encodings are valid UTF-8 below U+10FFFF).
TOP = "\U0010ffff"
NULL = "0"
VALUE = "1"
#: Stands between the key of an object and the number of a shard.
_SHARD = "."
#: DynamoDB allows 2048 bytes for a partition key: longer unique values are represented by their hash.
_MAX_UNIQUE_BYTES = 512


def records(ws: str, obj: str, shard: int | None = None) -> str:
    """Partition of an object's live records: of all, or of a shard (``store.places``)."""
    return f"{ws}#R#{obj}" if shard is None else f"{ws}#R#{obj}{_SHARD}{shard}"


def shard_of(record_id: str, shards: int) -> int:
    """The shard of a record among so many, a power of two: by a hash, since ids may begin with their time, and clients
    choose some.
    """
    return hashlib.sha256(record_id.encode()).digest()[0] & (shards - 1)


def object_of(pk: str) -> str:
    """The key of the object in the partition of live records or of the trash.

    >>> object_of("7b1e#R#o3"), object_of("7b1e#R#o3.17")
    ('o3', 'o3')
    """
    return pk.rpartition("#")[2].partition(_SHARD)[0]


def trash(ws: str, obj: str) -> str:
    """Partition of an object's soft-deleted records."""
    return f"{ws}#D#{obj}"


def unique(ws: str, obj: str, constraint: str, value: str) -> Key:
    """Guard of a unique value. ``value`` is the constraint's values joined injectively."""
    if len(value.encode()) > _MAX_UNIQUE_BYTES:
        value = f"{END}{hashlib.sha256(value.encode()).hexdigest()}"
    return f"{ws}#U#{obj}#{constraint}#{value}", "-"


def is_unique(key: Key) -> bool:
    """Whether a key is that of a guard."""
    return key[0].split("#", 2)[1] == "U"


def edges(ws: str, target_id: str) -> str:
    """Partition of everything that points at a record."""
    return f"{ws}#E#{target_id}"


def edge_prefix(obj: str, field: str, *, live: bool) -> str:
    """Prefix of the sort keys of one relation's edges: live records and trashed ones stand apart."""
    return f"{obj}.{field}#{'L' if live else 'D'}#"


def index(ws: str, obj: str, leaf: str) -> str:
    """Partition of one leaf's index."""
    return f"{ws}#I#{obj}#{leaf}"


def index_sort(encoded: str | None, record_id: str) -> str:
    """Sort key of an index row: nulls before values, values in encoded order, equal values by id."""
    if encoded is None:
        return f"{NULL}{END}{record_id}"
    return f"{VALUE}{encoded}{END}{record_id}"


def tokens(ws: str, obj: str, token: str) -> str:
    """Partition of an object's tokens with the same first character, in which the tokens that begin with ``token`` are
    neighbours.
    """
    return f"{ws}#T#{obj}#{token[0]}"


def token_sort(token: str, record_id: str) -> str:
    """Sort key of a token row."""
    return f"{token}{END}{record_id}"


def split_token_sort(sort: str) -> tuple[str, str]:
    """``(token, record id)`` of a token row's sort key."""
    token, _, record_id = sort.rpartition(END)
    return token, record_id


def counter(ws: str, obj: str) -> str:
    """Partition of an object's live-record counters; the sort key is the shard number."""
    return f"{ws}#C#{obj}"


def counted_object(pk: str) -> str | None:
    """The object whose live records a partition counts, None for other partitions.

    >>> counted_object("7b1e#C#o3"), counted_object("7b1e#R#o3")
    ('o3', None)
    """
    parts = pk.split("#", 2)
    return parts[2] if len(parts) == 3 and parts[1] == "C" else None


def conflicts(ws: str, obj: str, hour: str) -> Key:
    """How many transactions met in an object's counters within an hour, ``2026-11-29T03`` (``store.contention``)."""
    return f"{ws}#CN", f"{obj}#{hour}"


def ledgers(ws: str, obj: str) -> str:
    """Partition of the numbers of rows that are kept beside an object's indexes (``store.ledger``)."""
    return f"{ws}#CL#{obj}"


def index_of(pk: str) -> tuple[str, str] | None:
    """The object and the leaf of an index's partition, None for other partitions.

    >>> index_of("7b1e#I#o3#f7.firstName"), index_of("7b1e#R#o3")
    (('o3', 'f7.firstName'), None)
    """
    _, kind, *rest = pk.split("#", 3)
    return (rest[0], rest[1]) if kind == "I" else None


def index_uses(ws: str) -> str:
    """Partition of the notes of which indexes are used, and which are missed (``store.index_use``)."""
    return f"{ws}#IU"


def index_use(ws: str, day: str, object_key: str, leaf: str) -> Key:
    """The notes of a leaf on a day."""
    return index_uses(ws), f"{day}#{object_key}#{leaf}"


def index_tuning(ws: str) -> Key:
    """When the workspace's indexes were last looked at."""
    return index_uses(ws), "tuned##"


def change_log(ws: str, ms: int, suffix: str) -> Key:
    """A row of the log of changes (``store.recent``), written at ``ms`` milliseconds since the epoch."""
    return f"{ws}#L", f"{ms:013}#{suffix}"


#: What the sort keys of ``delta_log`` begin with: they stand before all others.
DELTA_ROWS = "!"


def delta_log(ws: str, ms: int, suffix: str) -> Key:
    """A row of the log that has nothing but deltas (``store.ledger``): apart from others, whose latest all look at."""
    pk, sort = change_log(ws, ms, suffix)
    return pk, DELTA_ROWS + sort


def open_batches(ws: str) -> Key:
    """The register of multi-step writes under way."""
    return f"{ws}#B", "open"


#: What the sort keys of ``batch_log`` begin with.
BATCH_LOGS = "log#"


def batch_log(ws: str, batch: str, part: int) -> Key:
    """One part of the list of rows that a multi-step write touches."""
    return f"{ws}#B", f"{BATCH_LOGS}{batch}#{part}"


def workspace(ws: str) -> Key:
    return f"{ws}#W", "workspace"


def workspace_of(pk: str) -> str:
    """The workspace that a partition belongs to."""
    return pk.partition("#")[0]


def api_key(ws: str, key_id: str) -> Key:
    return f"{ws}#K", key_id


def role(ws: str, role_id: str) -> Key:
    return f"{ws}#P", role_id


def api_keys(ws: str) -> str:
    """Partition of a workspace's API keys."""
    return f"{ws}#K"


def roles(ws: str) -> str:
    """Partition of a workspace's roles."""
    return f"{ws}#P"


def access(ws: str) -> Key:
    """What orders the changes of a workspace's API keys and roles (``store.access_row``)."""
    return f"{ws}#A", "access"


def audit_log(ws: str) -> str:
    """Partition of what was changed about API keys and roles; ids of entries begin with their time."""
    return f"{ws}#AL"


def audit_entry(ws: str, entry_id: str) -> Key:
    return audit_log(ws), entry_id


def metadata(ws: str) -> str:
    """Partition of a workspace's metadata rows."""
    return f"{ws}#M"


def views(ws: str) -> str:
    """Partition of a workspace's views and page layouts."""
    return f"{ws}#V"


def view_row(ws: str, collection: str, root_id: str) -> Key:
    """A view or page layout, with all its parts."""
    return f"{ws}#V", f"{collection}#{root_id}"


def webhooks(ws: str) -> str:
    """Partition of a workspace's webhooks."""
    return f"{ws}#H"


def webhook(ws: str, webhook_id: str) -> Key:
    return webhooks(ws), webhook_id


def webhook_count(ws: str) -> Key:
    """How many webhooks the workspace has."""
    return f"{ws}#N", "webhooks"


def event(ws: str, event_id: str) -> Key:
    """A change that webhooks and the feed tell of (``store.event_row``)."""
    return f"{ws}#Q", event_id


def feed(ws: str) -> str:
    """Partition of the order of events (``store.feed``)."""
    return f"{ws}#QF"


def feed_sort(position: int) -> str:
    """Sort key of the page of the feed that ends at a position."""
    return f"{position:016}"


def feed_position(item: Mapping[str, Any]) -> int:
    """The position at which a page of the feed ends."""
    return int(item["SK"])


def feed_head(ws: str) -> Key:
    """Where the feed ends, and whether it is kept."""
    return f"{ws}#QH", "feed"


def deliveries(ws: str, webhook_id: str) -> str:
    """Partition of what was and will be sent to a webhook; ids of deliveries begin with their time."""
    return f"{ws}#Y#{webhook_id}"


def delivery(ws: str, webhook_id: str, delivery_id: str) -> Key:
    return deliveries(ws, webhook_id), delivery_id


def failed_deliveries(ws: str, webhook_id: str) -> str:
    """Partition of the names of a webhook's deliveries that have failed and not arrived since."""
    return f"{ws}#YF#{webhook_id}"


def failed_delivery(ws: str, webhook_id: str, delivery_id: str) -> Key:
    return failed_deliveries(ws, webhook_id), delivery_id


def held_deliveries(ws: str, webhook_id: str) -> str:
    """Partition of the names of deliveries that wait for their webhook, without a message in the queue."""
    return f"{ws}#YH#{webhook_id}"


def held_delivery(ws: str, webhook_id: str, delivery_id: str) -> Key:
    return held_deliveries(ws, webhook_id), delivery_id


def sending(ws: str, webhook_id: str) -> Key:
    """How fast a webhook is sent to, and how many deliveries it holds (``store.webhook_backlog``)."""
    return f"{ws}#YS", webhook_id


def answer(ws: str, key_id: str, token: str) -> Key:
    """What was answered to a request with an Idempotency-Key (``store.once``); ``token`` is the key's digest."""
    return f"{ws}#O", f"{key_id}#{token}"


def object_row(ws: str, object_id: str) -> Key:
    return f"{ws}#M", f"object#{object_id}"


def field_row(ws: str, object_id: str, field_id: str) -> Key:
    return f"{ws}#M", f"field#{object_id}#{field_id}"


def index_row(ws: str, object_id: str, index_id: str) -> Key:
    """An index as metadata shows it, not one of its entries."""
    return f"{ws}#M", f"index#{object_id}#{index_id}"


#: What the sort keys of ``staged_row`` begin with.
STAGED_ROWS = "staged#"


def staged_row(ws: str, change: str, part: int) -> Key:
    """One part of the log of a metadata change that exceeds one transaction."""
    return f"{ws}#M", f"{STAGED_ROWS}{change}#{part:04}"


def jobs(ws: str) -> str:
    """Partition of the workspace's work that grows with the data."""
    return f"{ws}#J"


def job(ws: str, job_id: str) -> Key:
    return jobs(ws), job_id


def bundles(ws: str) -> str:
    """Partition of what was made from the workspace's metadata (``catalog.bundles``)."""
    return f"{ws}#S"


def lasting_bundles(ws: str) -> str:
    """Partition of the names of parts of bundles that do not expire: one row under the part's sort key for each."""
    return f"{ws}#SL"


def bundle(ws: str, section: str, version: int, part: int) -> Key:
    """One part of a section of the bundle of a metadata version."""
    return bundles(ws), f"{bundle_prefix(section, version)}{part:03}"


def bundle_prefix(section: str, version: int) -> str:
    """Prefix of the sort keys of a section's parts."""
    return f"{section}#{version}#"


def bundle_version(sort: str) -> int:
    """The metadata version that a bundle's sort key names."""
    return int(sort.rsplit("#", 2)[1])


def subdomain(name: str) -> Key:
    """Guard of a subdomain. No workspace id begins with ``@``."""
    return f"@S#{name}", "-"


def ended_signing_keys() -> Key:
    """Which signing keys make no valid tokens any more (``access.rotation``)."""
    return "@K", "ended"


def sign_in_code(digest: str) -> Key:
    """A sign-in link, by the digest of its code (``store.sign_in_row``)."""
    return f"@C#{digest}", "-"


def digest_of_sign_in(key: Key) -> str:
    """The digest in the key of a sign-in link."""
    return key[0].partition("#")[2]


def sign_in_links(ws: str) -> str:
    """Partition of the names of a workspace's sign-in links: the links themselves are found by their codes only."""
    return f"{ws}#SI"


def sign_in_link(ws: str, digest: str) -> Key:
    return sign_in_links(ws), digest


# ---------------------------------------------------------------------- the operator's rows


def registry() -> str:
    """Partition of all workspaces, by id (``store.workspace_registry``)."""
    return "@W"


def registered(workspace_id: str) -> Key:
    return registry(), workspace_id


def receipts() -> str:
    """Partition of what is left to say of workspaces that were deleted."""
    return "@D"


def receipt(workspace_id: str) -> Key:
    return receipts(), workspace_id


def operations() -> str:
    """Partition of what operators have asked for that takes longer than a call (``store.operation_row``)."""
    return "@O"


def operation(workspace_id: str, operation_id: str) -> Key:
    return operations(), f"{operation_prefix(workspace_id)}{operation_id}"


def operation_prefix(workspace_id: str) -> str:
    """Prefix of the sort keys of a workspace's operations."""
    return f"{workspace_id}#"


def operation_of(item: Mapping[str, Any]) -> tuple[str, str] | None:
    """The ids of workspace and operation in an operation's row; None of any other row."""
    if item["PK"] != operations():
        return None
    workspace_id, _, operation_id = item["SK"].partition("#")
    return workspace_id, operation_id


# ---------------------------------------------------------------------- items and their keys


def item_at(key: Key, /, **attributes: Any) -> dict[str, Any]:
    """An item with its key and its attributes."""
    return {"PK": key[0], "SK": key[1], **attributes}


def of(item: Mapping[str, Any]) -> Key:
    """The key of an item."""
    return item["PK"], item["SK"]


def sort_of(item: Mapping[str, Any]) -> str:
    """The sort key of an item: of a record, an API key, a role, a webhook and a job it is the id."""
    return item["SK"]  # type: ignore[no-any-return]


def parts(item: Mapping[str, Any]) -> list[str]:
    """What an item's partition key is made of: the workspace's id, the kind, and more. Of the operator's rows the kind
    is empty.
    """
    found = item["PK"].split("#")
    return found if len(found) > 1 else [*found, ""]


def without_partition(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item for where its partition goes without saying: its sort key and its attributes."""
    return {name: value for name, value in item.items() if name != "PK"}


def metadata_row(item: Mapping[str, Any]) -> tuple[str, str]:
    """What a row of the metadata partition is, and what it belongs to: ``("object", object id)``, ``("field", object
    id)``, ``("index", object id)`` or ``("staged", change id)``.
    """
    return metadata_kind(item["SK"])


def metadata_kind(sort: str) -> tuple[str, str]:
    """``metadata_row`` of a row's sort key."""
    kind, _, rest = sort.partition("#")
    return kind, rest.partition("#")[0]


def placed(item: Mapping[str, Any], pk: str) -> dict[str, Any]:
    """An item in a partition."""
    return {**item, "PK": pk}


def owner_of_delivery(item: Mapping[str, Any]) -> str:
    """The webhook that a delivery's row belongs to."""
    return item["PK"].rpartition("#")[2]  # type: ignore[no-any-return]


def view_collection(item: Mapping[str, Any]) -> str:
    """The collection of a view's or page layout's row."""
    return item["SK"].partition("#")[0]  # type: ignore[no-any-return]
