"""Indexes as metadata (docs/wire/metadata.md#indexes), and uniqueness, which is an index of one field
(docs/wire/metadata.md#unique-fields)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..catalog.constraints import unique_constraint
from ..model.fragments import takes_fragments
from ..model.model import Field, Index, IndexMember, IndexType, Object, Status
from ..validation.errors import (
    IndexLimitReached,
    IndexMutationNotAllowed,
    IndexNotFound,
    InvalidIndexInput,
    MetadataValidationError,
    ObjectNotFound,
    Problem,
)
from .draft import Draft
from .leaf_indexes import reset_leaf_index, set_leaf_index
from .names import column, index_name

MAX_CUSTOM_INDEXES = 10

#: A column: field id and member of a composite.
Column = tuple[str, str | None]


def add_index(
    draft: Draft, object_id: str, columns: Sequence[Column], *, type: IndexType = "BTREE", is_custom: bool
) -> Index:
    """Add an index that is not unique."""
    obj = draft.object(object_id)
    has_rows = len(columns) > 1 if type == "BTREE" else any(_takes_fragments(obj, *column) for column in columns)
    row_key = draft.take_key(object_id, "x") if has_rows else None
    index = Index(
        id=draft.new_id(),
        name=_name(obj, columns),
        row_key=row_key,
        members=tuple(IndexMember(id=draft.new_id(), field_id=field_id, sub=sub) for field_id, sub in columns),
        type=type,
        is_custom=is_custom,
        universal_identifier=draft.new_id(),
        created_at=draft.now,
        updated_at=draft.now,
    )
    draft.set_index(object_id, index)
    if type == "BTREE" and not index.row_key:
        set_leaf_index(draft, *columns[0], "ALL")
    return index


def create_index(draft: Draft, members: Mapping[str, Any]) -> Index:
    """Add the index that a request asks for, in the form of ``bodies.read_index``."""
    object_id = members["objectMetadataId"]
    obj = draft.find_object(object_id)
    if obj is None:
        raise ObjectNotFound(f"Object metadata {object_id} not found")
    columns: list[Column] = [(member["fieldMetadataId"], member["subFieldName"]) for member in members["fields"]]
    if len(set(columns)) < len(columns):
        raise InvalidIndexInput("Duplicate field+sub-field in index field list")
    type_: IndexType = members.get("indexType") or "BTREE"
    for field_id, sub in columns:
        field = obj.by_id.get(field_id)
        if field is None:
            raise InvalidIndexInput(f"Field {field_id} not found on object {object_id}")
        check_column(field, sub)
        if type_ == "GIN" and not (field.type.rules.supports_gin or _takes_fragments(obj, field_id, sub)):
            raise InvalidIndexInput(f"GIN index does not support field {field.name} of type {field.type.name}")
    if sum(index.is_custom and not index.is_unique for index in obj.indexes) >= MAX_CUSTOM_INDEXES:
        raise IndexLimitReached(MAX_CUSTOM_INDEXES, object_id)
    name = _name(obj, columns)
    known = next((index for index in obj.indexes if index.name == name), None)
    if known is not None and _is_adoptable(obj, known, type_):
        adopted = replace(known, is_custom=True, is_adopted=True, updated_at=draft.now)
        draft.set_index(object_id, adopted)
        set_leaf_index(draft, *columns[0], "ALL")
        return adopted
    if known is not None:
        problem = Problem(code="INDEX_ALREADY_EXISTS", message="Index with same name already exists", value=name)
        raise MetadataValidationError.single(
            "Validation errors occurred while creating index", "index", "create", problem, {"name": name}
        )
    return add_index(draft, object_id, columns, type=type_, is_custom=True)


def _is_adoptable(obj: Object, known: Index, type_: IndexType) -> bool:
    """Whether declaring an index that is there adds to it: that of a relation, whose rows are of nulls alone."""
    if known.is_custom or known.is_unique or known.row_key is not None or (known.type, type_) != ("BTREE", "BTREE"):
        return False
    [member] = known.members
    field = obj.by_id[member.field_id]
    leaf = next((leaf for leaf in field.leaves if leaf.subfield == member.sub), None)
    return leaf is not None and leaf.may_have_rows and leaf.index.records != "ALL"


def _takes_fragments(obj: Object, field_id: str, sub: str | None) -> bool:
    """Whether an index of type GIN has rows for a column."""
    return any(leaf.subfield == sub and takes_fragments(leaf.kind) for leaf in obj.by_id[field_id].leaves)


def check_column(field: Field, sub: str | None) -> None:
    """Raises InvalidIndexInput for what no index can be of."""
    if field.is_one_to_many:
        raise InvalidIndexInput(f"Field {field.name} is a non-MANY_TO_ONE relation and has no join column to index")
    if not field.type.is_composite:
        if sub is not None:
            raise InvalidIndexInput(f"Field {field.name} is not composite — subFieldName must not be set")
        return
    if sub is None:
        raise InvalidIndexInput(f"Composite field {field.name} requires a sub-field selection")
    if sub not in field.type.render(field, None):
        raise InvalidIndexInput(f"Unknown sub-field {sub} on composite field {field.name}")


def delete_index(draft: Draft, index_id: str) -> Index:
    """Remove a custom index. Raises IndexNotFound, IndexMutationNotAllowed."""
    for obj in draft.objects.values():
        for index in obj.indexes:
            if index.id == index_id:
                if not index.is_custom:
                    raise IndexMutationNotAllowed(f"Index {index_id} is a system index and cannot be deleted")
                if index.is_adopted:
                    draft.set_index(obj.id, replace(index, is_custom=False, is_adopted=False, updated_at=draft.now))
                else:
                    draft.set_object(obj.id, indexes=tuple(other for other in obj.indexes if other.id != index_id))
                if index.type == "BTREE" and not index.row_key:
                    reset_leaf_index(draft, index.members[0].field_id, index.members[0].sub)
                return index
    raise IndexNotFound(index_id)


def _name(obj: Object, columns: Sequence[Column], *, is_unique: bool = False) -> str:
    return index_name(obj, [column(obj.by_id[field_id], sub) for field_id, sub in columns], is_unique=is_unique)


def rename_indexes(draft: Draft, object_id: str) -> None:
    """Rename an object's indexes after the object and its fields."""
    obj = draft.object(object_id)
    renamed = tuple(
        replace(
            index,
            name=_name(obj, [(member.field_id, member.sub) for member in index.members], is_unique=index.is_unique),
        )
        for index in obj.indexes
    )
    if renamed != obj.indexes:
        draft.set_object(object_id, indexes=renamed)


# ---------------------------------------------------------------------- uniqueness


def uniqueness_problems(field: Field) -> list[Problem]:
    """Why a field cannot be unique."""
    type_name = field.type.name
    message = f"Unique index cannot be created for field {field.name} of type {type_name}"
    if not field.type.unique_subfields():
        friendly = f"{type_name} fields cannot be unique."
        return [
            Problem(code="INDEX_FIELD_INVALID_TYPE_FOR_UNIQUE", message=message, friendly=friendly, value=field.name)
        ]
    if field.default_value is not None:
        friendly = f"{type_name} fields cannot have a default value."
        return [Problem(code="INDEX_FIELD_INVALID_DEFAULT_VALUE", message=message, friendly=friendly, value=field.name)]
    return []


def add_uniqueness(draft: Draft, field_id: str, *, status: Status) -> None:
    """Make a field unique, or leave it to the rules to refuse the change with ``uniqueness_problems``."""
    if not uniqueness_problems(draft.set_field(field_id, is_unique=True)):
        constrain(draft, field_id, status=status)


def constrain(draft: Draft, field_id: str, *, status: Status) -> None:
    """Make a field unique: the constraint that guards enforce, and the index that shows it."""
    draft.set_field(field_id, is_unique=True)
    obj = draft.owner_of(field_id)
    others = tuple(
        other for other in obj.indexes if not (other.status == "FAILED" and other.members[0].field_id == field_id)
    )
    draft.set_object(obj.id, indexes=others)
    key = draft.take_key(obj.id, "u")
    obj, field = draft.owner_of(field_id), draft.field(field_id)
    subs = field.type.unique_subfields()
    index = Index(
        id=draft.new_id(),
        name=_name(obj, [(field_id, sub) for sub in subs], is_unique=True),
        members=tuple(IndexMember(id=draft.new_id(), field_id=field_id, sub=sub) for sub in subs),
        is_unique=True,
        constraint_key=key,
        universal_identifier=draft.new_id(),
        created_at=draft.now,
        updated_at=draft.now,
        status=status,
    )
    obj = draft.owner_of(field_id)
    draft.set_object(
        obj.id,
        unique_constraints=(*obj.unique_constraints, unique_constraint(key, [field])),
        indexes=(*obj.indexes, index),
    )


def remove_uniqueness(draft: Draft, field_id: str) -> None:
    """Remove the uniqueness of a field: every constraint over it alone, with its index."""
    obj = draft.owner_of(field_id)
    removed = {c.key for c in obj.unique_constraints if c.field_ids == (field_id,)}
    draft.set_object(
        obj.id,
        unique_constraints=tuple(c for c in obj.unique_constraints if c.key not in removed),
        indexes=tuple(
            index for index in obj.indexes if index.constraint_key not in removed or index.constraint_key is None
        ),
    )
    draft.set_field(field_id, is_unique=False)


def give_up_uniqueness(draft: Draft, object_id: str, index: Index) -> None:
    """Fail a unique index that existing records violate: remove the constraint, and keep the index as ``FAILED``."""
    obj = draft.object(object_id)
    kept = tuple(c for c in obj.unique_constraints if c.key != index.constraint_key)
    draft.set_object(object_id, unique_constraints=kept)
    draft.set_index(object_id, replace(index, status="FAILED", constraint_key=None))
    draft.set_field(index.members[0].field_id, is_unique=False)


def withdraw_uniqueness(draft: Draft, object_id: str, index: Index) -> None:
    """Remove a unique index, with its constraint, as if it had never been."""
    give_up_uniqueness(draft, object_id, index)
    obj = draft.object(object_id)
    draft.set_object(object_id, indexes=tuple(other for other in obj.indexes if other.id != index.id))


def forget_field(draft: Draft, field_id: str) -> None:
    """Remove a field from constraints and indexes, before it is removed itself; so are those without other members."""
    obj = draft.owner_of(field_id)
    constraints = tuple(c for c in obj.unique_constraints if field_id not in c.field_ids)
    kept = {c.key for c in constraints}
    indexes = []
    for index in obj.indexes:
        members = tuple(member for member in index.members if member.field_id != field_id)
        if members and (index.constraint_key is None or index.constraint_key in kept):
            if members != index.members:
                row_key = index.row_key
                if row_key is not None and index.type == "BTREE":
                    row_key = draft.take_key(obj.id, "x") if len(members) > 1 else None
                index = replace(index, members=members, row_key=row_key)
            indexes.append(index)
    if constraints != obj.unique_constraints or tuple(indexes) != obj.indexes:
        draft.set_object(obj.id, unique_constraints=constraints, indexes=tuple(indexes))
        rename_indexes(draft, obj.id)
