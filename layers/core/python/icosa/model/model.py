"""What a workspace's data looks like: objects and fields, immutable, with the look-ups that requests need.

A ``Model`` is one version of a workspace's metadata. It is built once per version and shared by every request that
sees this version, so everything derived from it alone is cached on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .cache import Cached
from .stored_form import StoredForm

if TYPE_CHECKING:
    from .types.base import FieldType, Leaf, Stored

RelationKind = Literal["MANY_TO_ONE", "ONE_TO_MANY"]
OnDelete = Literal["CASCADE", "RESTRICT", "SET_NULL", "NO_ACTION"]
#: What a role may allow on an object's records; ``update`` covers create, ``soft_delete`` covers restore.
Right = Literal["read", "update", "soft_delete", "destroy"]
#: Whether rows that grow with the data are all there: index rows of a field, guards of a unique constraint. BUILDING
#: rows are written by everybody and must not answer a read; FAILED is a unique index that existing records contradict.
Status = Literal["READY", "BUILDING", "FAILED"]
IndexType = Literal["BTREE", "GIN"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice of a SELECT, MULTI_SELECT or RATING field.

    ``stored`` is what records hold when it is not ``value`` any more: renaming an option rewrites no record.
    """

    id: str
    value: str
    label: str
    position: int
    color: str | None = None
    stored: str | None = None

    @property
    def in_store(self) -> str:
        return self.value if self.stored is None else self.stored


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredOption:
    """An option that was removed: records that still hold ``stored`` read as ``fallback``.

    ``fallback`` is in stored form, like ``stored``: the text of an option, for lists a list that takes the place of a
    list which held nothing else, None for null.
    """

    stored: str
    fallback: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The relation side of a RELATION or MORPH_RELATION field.

    ``target_object_id`` and ``target_field_id`` are metadata ids. ``join_column`` (``companyId``) and ``on_delete``
    exist on the MANY_TO_ONE side only: that side holds the target's id. With ``follows_to_trash`` the records of that
    side go to the trash with the record that they point at, and come back with it.
    """

    kind: RelationKind
    target_object_id: str
    target_field_id: str
    on_delete: OnDelete | None = None
    join_column: str | None = None
    follows_to_trash: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an object.

    ``key`` is the field's short id (``f7``): the attribute name in record items and the path in index keys. It never
    changes and is never used again, so a rename touches no record. ``default_value`` is in metadata grammar
    (``"'NEW'"``, ``"now"``, ``7``): ``FieldType.default`` evaluates it.
    """

    id: str
    key: str
    name: str
    type: FieldType
    label: str = ""
    description: str | None = None
    icon: str | None = None
    is_nullable: bool = True
    is_unique: bool = False
    is_system: bool = False
    is_active: bool = True
    is_custom: bool = False
    is_ui_editable: bool = True
    is_label_synced_with_name: bool = False
    default_value: Any = None
    options: tuple[Option, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    relation: Relation | None = None
    morph_id: str | None = None
    #: The same in every workspace for shipped fields (spec/metadata.md §1).
    universal_identifier: str | None = None
    is_audit_logged: bool = True
    #: What a workspace changes about the presentation of a shipped field, by wire name (``label``, ``description``,
    #: ``icon``).
    overrides: Mapping[str, Any] = field(default_factory=dict)
    created_at: str = ""
    updated_at: str = ""
    #: False where records have no index rows for the field: what points at custom objects from attachments, notes and
    #: the like would cost each of these a row for every custom object. Edges answer for equality.
    is_indexed: bool = True
    #: Whether index rows of the field may answer reads.
    status: Status = "READY"
    #: Part of the index's name: when encoded values change as a whole, the index is built anew under the next number.
    index_generation: int = 0
    #: The stored value of records that were written before the field existed; they are not rewritten.
    #: ``stored_form.EACH_ITS_OWN`` stands for a UUID of each record's own.
    fill: Stored = None
    retired: tuple[RetiredOption, ...] = ()

    @property
    def index_key(self) -> str:
        """The name of the field's index in keys."""
        return f"{self.key}~{self.index_generation}" if self.index_generation else self.key

    @property
    def has_index(self) -> bool:
        """Whether every live record has its index rows for the field."""
        return self.is_indexed and self.status == "READY"

    def shown(self, name: str) -> Any:
        """``label``, ``description`` or ``icon`` as the workspace sees it."""
        return self.overrides.get(name, getattr(self, name))

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The scalar values of this field that filters, orders and indexes speak about."""
        return self.type.leaves(self)

    @cached_property
    def option_values(self) -> frozenset[str]:
        return frozenset(option.value for option in self.options)

    @property
    def is_many_to_one(self) -> bool:
        return self.relation is not None and self.relation.kind == "MANY_TO_ONE"

    @property
    def is_one_to_many(self) -> bool:
        return self.relation is not None and self.relation.kind == "ONE_TO_MANY"

    @property
    def input_name(self) -> str:
        """The name under which the stored value is read and written: the join column for many-to-one relations."""
        if self.relation is not None and self.relation.join_column:
            return self.relation.join_column
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueConstraint:
    """Values that at most one record of the object (live or in the trash) may have together.

    ``key`` is the short id used in guard rows. ``leaves`` are paths such as ``("emails", "primaryEmail")``.
    """

    key: str
    field_ids: tuple[str, ...]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMember:
    """A column of an index: a field, or one member of a composite."""

    id: str
    field_id: str
    sub: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index as metadata shows it (spec/metadata.md §7). The leaves of a record are all indexed, whatever indexes
    say; a unique one names its constraint by ``constraint_key``.
    """

    id: str
    name: str
    members: tuple[IndexMember, ...]
    type: IndexType = "BTREE"
    is_unique: bool = False
    is_custom: bool = False
    #: The product brought it, not the workspace.
    is_shipped: bool = False
    constraint_key: str | None = None
    universal_identifier: str | None = None
    created_at: str = ""
    updated_at: str = ""
    status: Status = "READY"


_PRESENTED = {"labelSingular": "label_singular", "labelPlural": "label_plural"}


@dataclass(frozen=True, kw_only=True)
class Object(Cached):
    """An object (standard or custom) with its fields. ``key`` is its short id (``o3``) in every storage key."""

    id: str
    key: str
    name_singular: str
    name_plural: str
    fields: tuple[Field, ...]
    label_singular: str = ""
    label_plural: str = ""
    description: str | None = None
    icon: str | None = None
    shortcut: str | None = None
    color: str | None = None
    is_custom: bool = False
    is_system: bool = False
    is_active: bool = True
    is_remote: bool = False
    is_searchable: bool = True
    is_ui_editable: bool = True
    is_ui_creatable: bool = True
    is_audit_logged: bool = True
    is_label_synced_with_name: bool = False
    label_identifier_field_id: str | None = None
    image_identifier_field_id: str | None = None
    #: Lists of leaf paths (``(("name", "firstName"), ("name", "lastName"))``) that make two records duplicates when all
    #: are equal.
    duplicate_criteria: tuple[tuple[tuple[str, ...], ...], ...] = ()
    search_field_ids: tuple[str, ...] = ()
    unique_constraints: tuple[UniqueConstraint, ...] = ()
    #: The same in every workspace for shipped objects (spec/metadata.md §1).
    universal_identifier: str | None = None
    #: Rights on records that roles do not decide by their record permissions: right → the permission flag that grants
    #: it, or None where everybody has it (spec/access.md §3.2, "Exceptions").
    right_flags: Mapping[Right, str | None] = field(default_factory=dict)
    #: The number of the next field or constraint key: keys are never used again.
    next_key: int = 1
    indexes: tuple[Index, ...] = ()
    #: As ``Field.overrides``: ``labelSingular``, ``labelPlural``, ``description``, ``icon``, ``color``.
    overrides: Mapping[str, Any] = field(default_factory=dict)
    open_record_in: str = "SIDE_PANEL"
    readability: str = "OPEN"
    created_at: str = ""
    updated_at: str = ""

    def shown(self, name: str) -> Any:
        """A label, the description, icon or colour as the workspace sees it, by its wire name (``labelSingular``)."""
        return self.overrides[name] if name in self.overrides else getattr(self, _PRESENTED.get(name, name))

    @cached_property
    def unfinished_constraints(self) -> frozenset[str]:
        """Keys of unique constraints for which not every record has its guard: each write of a record
        writes it again.
        """
        return frozenset(
            i.constraint_key for i in self.indexes if i.status == "BUILDING" and i.constraint_key is not None
        )

    @cached_property
    def stored_form(self) -> StoredForm | None:
        """How records in the store differ from items in memory; None when they do not."""
        return StoredForm.of(self.fields)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by their own names (``company``, never ``companyId``)."""
        return {f.name: f for f in self.fields}

    @cached_property
    def by_input_name(self) -> Mapping[str, Field]:
        """Stored fields by the name that holds their value (``companyId`` for the relation ``company``)."""
        return {f.input_name: f for f in self.fields if not f.is_one_to_many}

    @cached_property
    def by_id(self) -> Mapping[str, Field]:
        return {f.id: f for f in self.fields}

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {f.key: f for f in self.fields}

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        """Fields with a value in the record item, in metadata order."""
        return tuple(f for f in self.fields if not f.is_one_to_many and f.type.is_stored)

    @cached_property
    def leaves(self) -> Mapping[tuple[str, ...], Leaf]:
        """Every leaf by its path of names: ``("name", "firstName")``, ``("companyId",)``, ``("createdAt",)``."""
        return {leaf.path: leaf for f in self.stored_fields for leaf in f.leaves}

    @cached_property
    def indexed_leaves(self) -> tuple[Leaf, ...]:
        """Leaves with index rows: ``id`` needs none (it is the key), nor ``deletedAt`` (null in every live record)."""
        indexed = (leaf for leaf in self.leaves.values() if leaf.kind.is_indexed and leaf.field.is_indexed)
        return tuple(leaf for leaf in indexed if leaf.path not in (("id",), ("deletedAt",)))

    @cached_property
    def many_to_one(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.is_many_to_one)

    @cached_property
    def one_to_many(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.is_one_to_many)


@dataclass(frozen=True, kw_only=True)
class Model(Cached):
    """One version of a workspace's objects."""

    workspace_id: str
    version: int
    objects: tuple[Object, ...]

    @cached_property
    def by_plural(self) -> Mapping[str, Object]:
        return {o.name_plural: o for o in self.objects}

    @cached_property
    def by_singular(self) -> Mapping[str, Object]:
        return {o.name_singular: o for o in self.objects}

    @cached_property
    def by_id(self) -> Mapping[str, Object]:
        return {o.id: o for o in self.objects}

    @cached_property
    def by_key(self) -> Mapping[str, Object]:
        return {o.key: o for o in self.objects}

    def target_of(self, relation_field: Field) -> Object:
        """The object at the other end of a relation field."""
        assert relation_field.relation is not None
        return self.by_id[relation_field.relation.target_object_id]

    def inverse_of(self, relation_field: Field) -> Field:
        """The field at the other end of a relation field."""
        assert relation_field.relation is not None
        return self.target_of(relation_field).by_id[relation_field.relation.target_field_id]

    @cached_property
    def references(self) -> Mapping[str, tuple[tuple[Object, Field], ...]]:
        """By object id: every many-to-one field of any object that points at it."""
        found: dict[str, list[tuple[Object, Field]]] = {o.id: [] for o in self.objects}
        for o in self.objects:
            for f in o.many_to_one:
                assert f.relation is not None
                found[f.relation.target_object_id].append((o, f))
        return {k: tuple(v) for k, v in found.items()}
