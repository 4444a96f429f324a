"""What a REST answer shows of a record: ``depth`` and ``fields`` (docs/wire/rest.md#depth,
docs/wire/rest.md#fields).
"""

from __future__ import annotations

from collections.abc import Iterable

from ...access.check import RecordRights, is_relation_readable
from ...errors import BadRequest
from ...model.model import Field, Model, Object
from ...query.operation import Page, RelationSelection, Selection

#: Shown first when an object has more readable fields than an answer may show.
_FIRST = ("createdAt", "updatedAt", "deletedAt", "position")
_ONLY_ID = ("id",)


class FieldSelector:
    """Selections for one request. ``children`` is the number of records shown of a one-to-many field."""

    def __init__(self, model: Model, rights: RecordRights, *, children: int, field_limit: int) -> None:
        self._model = model
        self._rights = rights
        self._children = children
        self._field_limit = field_limit

    def select(self, obj: Object, depth: int, names: tuple[str, ...] | None) -> Selection:
        """All readable fields, or those of ``names``; with depth 1 their readable relations. Raises BadRequest."""
        if names is not None:
            return self._chosen(obj, depth, names)
        relations = (f for f in obj.fields if f.relation is not None and self._is_readable(obj, f)) if depth else ()
        return Selection(fields=self._capped(obj), relations=self._expand((f.name, f) for f in relations))

    def _expand(self, relations: Iterable[tuple[str, Field]]) -> dict[str, RelationSelection]:
        """Relations by the names that they have in the answer."""
        page = Page(limit=self._children)
        return {
            name: RelationSelection(selection=Selection(), page=page, relation=relation.name)
            for name, relation in relations
        }

    def _is_readable(self, obj: Object, relation: Field) -> bool:
        return is_relation_readable(self._rights, self._model, obj, relation)

    def _capped(self, obj: Object) -> tuple[str, ...] | None:
        """None (all) unless there are too many."""
        if len(obj.stored_fields) <= self._field_limit:
            return None
        hidden = self._rights.unreadable_fields(obj)
        identifiers = (obj.label_identifier_field_id, obj.image_identifier_field_id)
        first = ["id", *(obj.by_id[i].name for i in identifiers if i is not None and i in obj.by_id), *_FIRST]
        rank = {name: position for position, name in reversed(list(enumerate(first)))}
        readable = [field for field in obj.stored_fields if field.id not in hidden]
        readable.sort(key=lambda field: (rank.get(field.name, len(first)), field.is_custom, field.name))
        return tuple(field.name for field in readable[: self._field_limit])

    def _chosen(self, obj: Object, depth: int, names: tuple[str, ...]) -> Selection:
        hidden = self._rights.unreadable_fields(obj)
        stored = dict.fromkeys(_ONLY_ID)
        relations: list[tuple[str, Field]] = []
        unknown: list[str] = []
        needs_depth: list[str] = []
        for name in names:
            present = obj.present_name(name)
            field = obj.by_input_name.get(present) or obj.by_name.get(present)
            if field is None or field.id in hidden or not (field.type.is_stored or field.relation is not None):
                unknown.append(name)
            elif field.relation is not None and present == field.name and (depth or field.is_one_to_many):
                if not depth:
                    needs_depth.append(name)
                elif self._is_readable(obj, field):
                    relations.append((name, field))
                else:
                    unknown.append(name)
            else:
                stored[field.name if present == name else obj.older_by_name[field.name]] = None
        if unknown:
            raise _invalid(f"Unknown or unreadable fields on '{obj.name_singular}': {', '.join(unknown)}")
        if needs_depth:
            raise _invalid(
                f"One-to-many relation fields on '{obj.name_singular}' are only returned with depth=1: "
                f"{', '.join(needs_depth)}"
            )
        return Selection(fields=tuple(stored), relations=self._expand(relations))


def _invalid(message: str) -> BadRequest:
    return BadRequest(f"'fields' parameter invalid. {message}", sub_code="INVALID_QUERY_INPUT")
