"""Failures that existing records cause: values that occur twice in a field that is to become unique.

Only the first records of a large object are read: the job that writes the guards finds the rest, and gives the
uniqueness up.
"""

from __future__ import annotations

from ..access.check import RecordRights
from ..model.model import Model, Object, UniqueConstraint
from ..store import keys
from ..store.derive import constraint_value
from ..store.record import unpack
from ..store.table import Table
from ..validation.errors import Failure, Problem
from .disclosure import may_see
from .draft import Draft

#: Records that are read, live and in the trash together.
_MOST = 20_000


def record_failures(table: Table, draft: Draft, rights: RecordRights | None = None) -> list[Failure]:
    """A failure for every new unique index that records contradict. It names a value to callers who may read it."""
    failures: list[Failure] = []
    for obj in draft.objects.values():
        old = draft.base.by_id.get(obj.id)
        if old is None or old is obj:
            continue
        known = {constraint.key for constraint in old.unique_constraints}
        for constraint in obj.unique_constraints:
            # A field that is new has no values yet.
            if constraint.key not in known and constraint.field_ids[0] in old.by_id:
                value = _shared_value(table, draft.base, old, constraint)
                if value is not None:
                    is_visible = may_see(rights, old, old.by_id[constraint.field_ids[0]])
                    failures.append(_failure(obj, constraint, value if is_visible else None))
    return failures


def _shared_value(table: Table, model: Model, obj: Object, constraint: UniqueConstraint) -> str | None:
    """A value that two records share, live or in the trash."""
    seen: set[str] = set()
    count = 0
    for partition in (keys.records, keys.trash):
        for page in table.query_pages(partition(model.workspace_id, obj.key)):
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


def _failure(obj: Object, constraint: UniqueConstraint, value: str | None) -> Failure:
    field = obj.by_id[constraint.field_ids[0]]
    index = next(index for index in obj.indexes if index.constraint_key == constraint.key)
    shared = "the same value" if value is None else f"the value {value}"
    message = f"Unique index cannot be created for field {field.name}: several records have {shared}"
    friendly = f"{field.display('label')} cannot be unique because several records have the same value."
    problem = Problem(code="INDEX_DUPLICATE_VALUES", message=message, friendly=friendly, value=value)
    about = {"universalIdentifier": index.universal_identifier, "name": index.name}
    return Failure(name="index", kind="create", about=about, problems=[problem])
