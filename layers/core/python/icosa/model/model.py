"""What a workspace's data looks like: objects and fields, immutable, with the look-ups that requests need.

A ``Model`` is one version of a workspace's metadata. It is built once per version and shared by every request that
sees this version, so everything derived from it alone is cached on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from ..identifiers import join_column_of
from .cache import Cached
from .composite_index import CompositeLeaf, composite_leaf
from .fragments import FragmentLeaf, fragment_leaf, takes_fragments
from .older_names import older_names
from .stored_form import StoredForm
from .types.base import Field, Leaf, OnDelete, Option, Relation, RelationKind, RetiredOption, Status

__all__ = [
    "Field",
    "Index",
    "IndexMember",
    "IndexType",
    "Model",
    "Object",
    "OnDelete",
    "Option",
    "Relation",
    "RelationKind",
    "RetiredOption",
    "Right",
    "Status",
    "UniqueConstraint",
]

#: What a role may allow on an object's records; ``update`` covers create, ``soft_delete`` covers restore.
Right = Literal["read", "update", "soft_delete", "destroy"]
IndexType = Literal["BTREE", "GIN"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueConstraint:
    """Values that at most one record of the object (live or in the trash) may have together.

    ``key`` is the short id used in guard rows. ``leaves`` are paths such as ``("emails", "primaryEmail")``.
    ``is_compared``: values are one where they are in the form of ``Kind.compared``; else, in constraints from before
    0.3, where they are written the same.
    """

    key: str
    field_ids: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    is_compared: bool = False

    @property
    def is_outdated(self) -> bool:
        """Whether it takes values for different ones that are the same but for how they are written."""
        return not self.is_compared and any(leaf.kind.is_compared_otherwise for leaf in self.leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMember:
    """A column of an index: a field, or a subfield of a composite (``sub`` is the name in stored rows)."""

    id: str
    field_id: str
    sub: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index as metadata shows it (docs/wire/metadata.md#indexes). The leaves of a record are all indexed, whatever
    indexes say; a unique one names its constraint by ``constraint_key``; one of several leaves, or for parts of texts,
    its rows by ``row_key``.
    """

    id: str
    name: str
    members: tuple[IndexMember, ...]
    type: IndexType = "BTREE"
    is_unique: bool = False
    is_custom: bool = False
    #: The product brought it, not the workspace.
    is_shipped: bool = False
    #: The product or a relation brought it, and somebody has declared it since: then it has a row for every record.
    is_adopted: bool = False
    constraint_key: str | None = None
    row_key: str | None = None
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
    #: The same in every workspace for shipped objects (docs/wire/metadata.md#owners).
    universal_identifier: str | None = None
    #: Rights on records that roles do not decide by their record permissions: right → the permission flag that grants
    #: it, or None where everybody has it (docs/wire/access.md#object-permissions, "Exceptions").
    right_flags: Mapping[Right, str | None] = field(default_factory=dict)
    #: Roles decide about its records as about those of other objects, though it is a system object.
    rights_by_role: bool = False
    #: The number of the next field or constraint key: keys are never used again.
    next_key: int = 1
    indexes: tuple[Index, ...] = ()
    #: As ``Field.overrides``: ``labelSingular``, ``labelPlural``, ``description``, ``icon``, ``color``.
    overrides: Mapping[str, Any] = field(default_factory=dict)
    open_record_in: str = "SIDE_PANEL"
    readability: str = "OPEN"
    created_at: str = ""
    updated_at: str = ""
    #: Whether every record in the trash has its row (``store.derive``): not so in objects of version 0.2, until the
    #: action ``carry_values`` has given them theirs.
    has_trash_index: bool = False
    #: Over how many items the number of its live records is spread (``store.vacancy``).
    counters: int = 16
    #: Over how many partitions its live records are spread (``store.places``).
    shards: int = 1
    #: Whether answers and documents show fields under their older names as well.
    shows_older_names: bool = False

    def display(self, name: str) -> Any:
        """A label, the description, icon or colour as the workspace sees it, by its wire name (``labelSingular``)."""
        return self.overrides[name] if name in self.overrides else getattr(self, _PRESENTED.get(name, name))

    @property
    def is_open(self) -> bool:
        """Whether records and values are everybody's, as those of most system objects are."""
        return self.is_system and not self.rights_by_role

    @cached_property
    def unfinished_constraints(self) -> frozenset[str]:
        """Keys of unique constraints for which not every record has its guard: a record that moves brings its own."""
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
    def older_names(self) -> Mapping[str, str]:
        """Names of this object's fields by those that clients of older versions use."""
        if self.is_custom:
            return {}
        return older_names(self.name_singular, self.many_to_one, self.by_name.keys() | self.by_input_name.keys())

    def present_name(self, name: str) -> str:
        """The name today of what a request calls ``name``; the same one where that is no older name."""
        return self.older_names.get(name, name)

    def field_called(self, name: str) -> Field:
        """The field with a present or an older name (``company``, never ``companyId``)."""
        return self.by_name[self.present_name(name)]

    def names_shown(self, field: Field) -> tuple[str, ...]:
        """The names under which answers and documents show a field."""
        older = self.older_by_name.get(field.name) if self.shows_older_names else None
        return (field.name,) if older is None else (field.name, older)

    def columns_shown(self, field: Field) -> tuple[tuple[str, str], ...]:
        """As ``names_shown``, each with the name of the stored value."""
        if not field.is_many_to_one:
            return ((field.name, field.input_name),)
        return tuple((name, join_column_of(name)) for name in self.names_shown(field))

    @cached_property
    def older_by_name(self) -> Mapping[str, str]:
        """Older names of fields by their own."""
        return {present: older for older, present in self.older_names.items() if present in self.by_name}

    @cached_property
    def stored_names_shown(self) -> tuple[str, ...]:
        """What an answer shows of a record when nothing was chosen."""
        return tuple(name for field in self.stored_fields for name in self.names_shown(field))

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
    def required_fields(self) -> tuple[Field, ...]:
        """Fields of which every record has a value."""
        return tuple(f for f in self.stored_fields if not f.is_nullable and f.relation is None)

    @cached_property
    def leaves(self) -> Mapping[tuple[str, ...], Leaf]:
        """Every leaf by its path of names: ``("name", "firstName")``, ``("companyId",)``, ``("createdAt",)``."""
        return {leaf.path: leaf for f in self.stored_fields for leaf in f.leaves}

    @cached_property
    def indexed_leaves(self) -> tuple[Leaf, ...]:
        """Leaves with index rows."""
        return tuple(leaf for leaf in self.leaves.values() if leaf.has_rows)

    @cached_property
    def composites(self) -> tuple[CompositeLeaf, ...]:
        """Indexes of several leaves that have rows."""
        return tuple(
            composite_leaf(index.row_key, members, ready=index.status == "READY")
            for index in self.indexes
            if index.type == "BTREE" and index.row_key is not None and (members := self.leaves_of(index)) is not None
        )

    def leaves_of(self, index: Index) -> tuple[Leaf, ...] | None:
        """The leaves of an index; None unless there are several, all of kinds that can have index rows."""
        leaves = [
            leaf
            for member in index.members
            for leaf in (self.by_id[member.field_id].leaves if member.field_id in self.by_id else ())
            if leaf.subfield == member.sub and leaf.may_have_rows
        ]
        whole = len(leaves) == len(index.members) > 1
        return tuple(self.leaves[leaf.path] for leaf in leaves) if whole else None

    @cached_property
    def fragments(self) -> tuple[FragmentLeaf, ...]:
        """Leaves of indexes of type GIN whose texts have rows for their parts."""
        return tuple(
            fragment_leaf(index.row_key, leaf, ready=index.status == "READY")
            for index in self.indexes
            if index.type == "GIN" and index.row_key is not None
            for leaf in self.leaves.values()
            if takes_fragments(leaf.kind)
            and any(leaf.field.id == member.field_id and leaf.subfield == member.sub for member in index.members)
        )

    @cached_property
    def declared(self) -> tuple[CompositeLeaf | FragmentLeaf, ...]:
        """What has index rows because a workspace has declared an index."""
        return (*self.composites, *self.fragments)

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
        references: dict[str, list[tuple[Object, Field]]] = {o.id: [] for o in self.objects}
        for o in self.objects:
            for f in o.many_to_one:
                assert f.relation is not None
                references[f.relation.target_object_id].append((o, f))
        return {k: tuple(v) for k, v in references.items()}
