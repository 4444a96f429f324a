"""Failures that existing records cause: values that occur twice in a field that is to become unique, and fields that
must have a value where records would have none.

Whether an object has records costs a read unit for live ones and one for the trash. The look for shared values before
the change spares most refusals the wait of ``uniqueness``, which finds what is left: only the first records of a large
object are read, and others may be written meanwhile.
"""

from __future__ import annotations

from ..access.check import RecordRights
from ..model.model import Field, Model, Object, UniqueConstraint
from ..store import keys
from ..store.derive import constraint_value
from ..store.places import partitions
from ..store.record import unpack
from ..store.table import Table
from ..validation.errors import Failure, Problem
from .disclosure import may_see
from .draft import Draft
from .fields import about, fill_of

#: Records that are read, live and in the trash together.
_MOST = 20_000


def record_failures(table: Table, draft: Draft, rights: RecordRights | None = None) -> list[Failure]:
    """A failure for every new unique index that records contradict, and for every field that leaves them without a
    value that they must have. It names a value to callers who may read it.
    """
    failures: list[Failure] = []
    for obj in draft.objects.values():
        old = draft.base.by_id.get(obj.id)
        if old is None or old is obj:
            continue
        empty = [problem for field in obj.fields if (problem := _emptied(draft, old, field)) is not None]
        if empty and _has_records(table, draft.base.workspace_id, old):
            failures += empty
        known = {constraint.key for constraint in old.unique_constraints}
        for constraint in obj.unique_constraints:
            # A field that is new has no values yet.
            if constraint.key not in known and constraint.field_ids[0] in old.by_id:
                value = _shared_value(table, draft.base, old, constraint)
                if value is not None:
                    is_visible = may_see(rights, old, old.by_id[constraint.field_ids[0]])
                    failures.append(duplicate_failure(obj, constraint, value if is_visible else None))
    return failures


def _emptied(draft: Draft, old: Object, field: Field) -> Failure | None:
    """The failure of a change that would leave records without a value of a field that must have one: as a new field,
    or for records that have an option which goes.
    """
    before = old.by_id.get(field.id)
    if field.is_nullable or not field.type.is_stored or field.relation is not None:
        return None
    if before is None:
        if field.fill is not None or fill_of(draft, field) is not None:
            return None
        message = f"Field {field.name} must have a default value, or be nullable, because the object has records"
    elif any(option.fallback is None for option in field.retired[len(before.retired) :]):
        message = (
            f"Options of field {field.name}, which is not nullable, can only be removed when it has a default value"
        )
    else:
        return None
    friendly = f"{field.display('label')} needs a default value because there are records already."
    problem = Problem(code="INVALID_FIELD_INPUT", message=message, friendly=friendly, value=None)
    return Failure(
        name="fieldMetadata",
        kind="create" if before is None else "update",
        about=about(old, field.id, field.name, field.universal_identifier),
        problems=[problem],
    )


def _has_records(table: Table, workspace_id: str, obj: Object) -> bool:
    return any(table.query(pk, limit=1).items for pk in _all_partitions(workspace_id, obj))


def _all_partitions(workspace_id: str, obj: Object) -> list[str]:
    """Those of live records, and that of the trash."""
    return [*partitions(workspace_id, obj), keys.trash(workspace_id, obj.key)]


def _shared_value(table: Table, model: Model, obj: Object, constraint: UniqueConstraint) -> str | None:
    """A value that two records share, live or in the trash."""
    seen: set[str] = set()
    count = 0
    for pk in _all_partitions(model.workspace_id, obj):
        for page in table.query_pages(pk):
            for stored in page.items:
                value = constraint_value(constraint, unpack(stored, obj.stored_form))
                if value is not None and value in seen:
                    return value
                if value is not None:
                    seen.add(value)
            count += len(page.items)
            if count >= _MOST:
                return None
    return None


def duplicate_failure(obj: Object, constraint: UniqueConstraint, value: str | None) -> Failure:
    """The failure of a unique constraint of ``obj`` for a value that several records have; None for one that the caller
    may not read.
    """
    field = obj.by_id[constraint.field_ids[0]]
    index = next(index for index in obj.indexes if index.constraint_key == constraint.key)
    shared = "the same value" if value is None else f"the value {value}"
    message = f"Unique index cannot be created for field {field.name}: several records have {shared}"
    friendly = f"{field.display('label')} cannot be unique because several records have the same value."
    problem = Problem(code="INDEX_DUPLICATE_VALUES", message=message, friendly=friendly, value=value)
    about = {"universalIdentifier": index.universal_identifier, "name": index.name}
    return Failure(name="index", kind="create", about=about, problems=[problem])
