"""Changes of a model that would show values of records to callers who may not read them
(docs/wire/access.md#field-permissions).

Costs: one query of the workspace's roles when a label identifier changes, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..access.check import RecordRights
from ..access.roles import Role
from ..errors import PermissionDenied
from ..model.model import Field, Object
from ..store import keys
from ..store.table import Table
from ..validation.errors import Failure, Problem
from .draft import Draft

_HIDDEN = "labelIdentifierFieldMetadataId validation failed: a role may not read the field"
_FRIENDLY = "Field cannot be used as label identifier because everybody can read labels, and a role may not read it."


def may_see(rights: RecordRights | None, obj: Object, field: Field) -> bool:
    """Whether messages for the caller may have values of the field; without rights it is the product that asks."""
    return rights is None or (rights.sees_every_record(obj) and field.id not in rights.unreadable_fields(obj))


def label_failures(table: Table, draft: Draft, rights: RecordRights | None) -> list[Failure]:
    """A failure for every label identifier that becomes a field which a role may not read: labels can always be read.

    Raises PermissionDenied when it is the caller who may not read it.
    """
    moved = list(_moved_labels(draft))
    for before, field in moved:
        if rights is not None and field.id in rights.unreadable_fields(before):
            raise PermissionDenied
    if not moved:
        return []
    items = table.query_all(keys.role(draft.base.workspace_id, "")[0])
    hidden = {i for role in map(Role.parse, items) for fields in role.hidden_fields.values() for i in fields}
    return [_failure(before) for before, field in moved if field.id in hidden]


def _moved_labels(draft: Draft) -> Iterator[tuple[Object, Field]]:
    """Objects as they were, with fields that they had and that are to be their labels now."""
    for change in draft.object_changes():
        before, after = change.before, change.after
        if before is None or after is None or before.label_identifier_field_id == after.label_identifier_field_id:
            continue
        field = before.by_id.get(after.label_identifier_field_id or "")
        if field is not None:
            yield before, field


def _failure(obj: Object) -> Failure:
    about = {
        "universalIdentifier": obj.universal_identifier or obj.id,
        "nameSingular": obj.name_singular,
        "namePlural": obj.name_plural,
    }
    problem = Problem(code="INVALID_OBJECT_INPUT", message=_HIDDEN, friendly=_FRIENDLY)
    return Failure(name="objectMetadata", kind="update", about=about, problems=[problem])
