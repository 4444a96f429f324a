"""Whether a field that shall be unique is so already: a look at the records before the change.

A large object is not read for this: there the job that writes the guards finds out, and gives the uniqueness up.
"""

from __future__ import annotations

from ..model.model import Model, Object, UniqueConstraint
from ..store import keys
from ..store.derive import constraint_value
from ..store.record import unpack
from ..store.table import Table
from ..validation.errors import Failure, Problem
from .draft import Draft

#: Records that are looked at, live and in the trash together.
_MOST = 20_000


def collisions(table: Table, draft: Draft) -> list[Failure]:
    """A failure for every new unique index that records contradict."""
    found: list[Failure] = []
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
                    found.append(_failure(obj, constraint, value))
    return found


def _shared_value(table: Table, model: Model, obj: Object, constraint: UniqueConstraint) -> str | None:
    """A value that two records have, live or in the trash."""
    seen: set[str] = set()
    looked_at = 0
    for partition in (keys.records, keys.trash):
        for page in table.query_pages(partition(model.workspace_id, obj.key)):
            for stored in page.items:
                value = constraint_value(constraint, unpack(stored, obj.stored_form))
                if value is not None and value in seen:
                    return value
                if value is not None:
                    seen.add(value)
            looked_at += len(page.items)
            if looked_at >= _MOST:
                return None
    return None


def _failure(obj: Object, constraint: UniqueConstraint, value: str) -> Failure:
    field = obj.by_id[constraint.field_ids[0]]
    index = next(one for one in obj.indexes if one.constraint_key == constraint.key)
    message = f"Unique index cannot be created for field {field.name}: several records have the value {value}"
    friendly = f"{field.display('label')} cannot be unique because several records have the same value."
    problem = Problem(code="INDEX_DUPLICATE_VALUES", message=message, friendly=friendly, value=value)
    about = {"universalIdentifier": index.universal_identifier, "name": index.name}
    return Failure(name="index", kind="create", about=about, problems=[problem])
