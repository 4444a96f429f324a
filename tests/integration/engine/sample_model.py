"""The model of the engine tests: three objects with leaves of every indexed kind and relations between them."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from random import Random
from typing import Any

from icosa.model.model import Field, Index, IndexMember, Model, Object, Option, Relation, UniqueConstraint
from icosa.model.types.base import LeafIndex, OnDelete
from icosa.model.types.registry import by_name

WORKSPACE = "11111111-1111-4111-8111-111111111111"


#: Over how many partitions the records of each object are (``make sharded``).
SHARDS = int(os.environ.get("ICOSA_SHARDS", "1"))


def _field(number: int, name: str, type_name: str, **options: Any) -> Field:
    return Field(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
        key=f"f{number}",
        name=name,
        type=by_name[type_name],
        label=name.title(),
        **options,
    )


_OPTIONS = tuple(
    Option(id=value, value=value, label=value, position=i) for i, value in enumerate(("NEW", "WON", "LOST"))
)

_SYSTEM = (
    _field(1, "id", "UUID", is_system=True, is_nullable=False, is_unique=True, default_value="uuid"),
    _field(
        2,
        "createdAt",
        "DATE_TIME",
        is_system=True,
        is_nullable=False,
        default_value="now",
        leaf_indexes={"": LeafIndex(copies="READY")},
    ),
    _field(3, "updatedAt", "DATE_TIME", is_system=True, is_nullable=False, default_value="now"),
    _field(4, "deletedAt", "DATE_TIME", is_system=True),
    _field(5, "createdBy", "ACTOR", is_system=True, is_nullable=False),
    _field(6, "updatedBy", "ACTOR", is_system=True, is_nullable=False),
    _field(7, "position", "POSITION", is_system=True, is_nullable=False, default_value=0),
)


def with_composites(base: Model) -> Model:
    """The model with indexes of several fields of deals."""
    deal = base.by_singular["deal"]
    declared = (
        ("stage", "amount"),
        ("stage", "due", "title"),
        ("amount", "title"),
        ("title", "hot"),
        ("firm", "createdAt"),
        ("who.lastName", "who.firstName"),
    )
    indexes = tuple(
        Index(
            id=f"index-{number}",
            name=" ".join(names),
            members=tuple(
                IndexMember(id=f"{number}-{name}", field_id=deal.by_name[name].id, sub=sub or None)
                for name, _, sub in (path.partition(".") for path in names)
            ),
            row_key=f"x{number}",
        )
        for number, names in enumerate(declared)
    )
    return _with_indexes(base, indexes)


def with_fragments(base: Model) -> Model:
    """The model with an index of the parts of the texts of deals."""
    deal = base.by_singular["deal"]
    columns = (("title", None), ("who", "firstName"), ("tags", None))
    members = tuple(IndexMember(id=name, field_id=deal.by_name[name].id, sub=sub) for name, sub in columns)
    return _with_indexes(base, (Index(id="parts", name="parts", members=members, type="GIN", row_key="x9"),))


_LEAF_INDEXES = (
    *(LeafIndex(),) * 3,
    LeafIndex(records="NONE"),
    LeafIndex(records="NULLS"),
    LeafIndex(records="VALUES"),
    LeafIndex(serves_search=True),
    LeafIndex(status="BUILDING", generation=1),
    LeafIndex(records="NULLS", status="BUILDING", generation=2),
)


def with_some_leaf_indexes(base: Model, random: Random) -> Model:
    """The model with indexes of some leaves, or of their nulls alone. Times are always indexed (``store.recent``)."""

    def narrowed(field: Field) -> Field:
        if field.is_one_to_many or field.name in ("createdAt", "updatedAt"):
            return field
        return replace(field, leaf_indexes={leaf.subfield or "": random.choice(_LEAF_INDEXES) for leaf in field.leaves})

    objects = []
    for obj in base.objects:
        fields = tuple(map(narrowed, obj.fields))
        by_id = {field.id: field for field in fields}
        constraints = tuple(
            replace(c, leaves=tuple(leaf for i in c.field_ids for leaf in by_id[i].leaves))
            for c in obj.unique_constraints
        )
        objects.append(replace(obj, fields=fields, unique_constraints=constraints))
    return replace(base, objects=tuple(objects))


def _with_indexes(base: Model, indexes: tuple[Index, ...]) -> Model:
    deal = base.by_singular["deal"]
    deal = replace(deal, indexes=(*deal.indexes, *indexes))
    return replace(base, objects=tuple(deal if obj.id == deal.id else obj for obj in base.objects))


def model(
    *, firm_on_delete: OnDelete = "SET_NULL", deal_on_delete: OnDelete = "CASCADE", lines_follow: bool = False
) -> Model:
    """``deal`` → ``firm`` (SET_NULL), ``line`` → ``deal`` (CASCADE); ``deal.code`` is unique.

    ``lines_follow``: lines go to the trash with their deals.
    """
    firm_id, deal_id, line_id = "firm-object", "deal-object", "line-object"
    deals_of_firm = _field(20, "deals", "RELATION")
    firm_of_deal = _field(20, "firm", "RELATION")
    lines_of_deal = _field(21, "lines", "RELATION")
    deal_of_line = _field(22, "deal", "RELATION")
    deals_of_firm = replace(
        deals_of_firm, relation=Relation(kind="ONE_TO_MANY", target_object_id=deal_id, target_field_id=firm_of_deal.id)
    )
    firm_of_deal = replace(
        firm_of_deal,
        relation=Relation(
            kind="MANY_TO_ONE",
            target_object_id=firm_id,
            target_field_id=deals_of_firm.id,
            on_delete=firm_on_delete,
            join_column="firmId",
        ),
    )
    lines_of_deal = replace(
        lines_of_deal, relation=Relation(kind="ONE_TO_MANY", target_object_id=line_id, target_field_id=deal_of_line.id)
    )
    deal_of_line = replace(
        deal_of_line,
        relation=Relation(
            kind="MANY_TO_ONE",
            target_object_id=deal_id,
            target_field_id=lines_of_deal.id,
            on_delete=deal_on_delete,
            join_column="dealId",
            follows_to_trash=lines_follow,
        ),
    )
    code = _field(10, "code", "TEXT", is_unique=True)
    deal_fields = (
        *_SYSTEM,
        code,
        _field(11, "title", "TEXT"),
        _field(12, "amount", "NUMBER"),
        _field(13, "stage", "SELECT", options=_OPTIONS),
        _field(14, "due", "DATE_TIME"),
        _field(15, "hot", "BOOLEAN"),
        _field(16, "who", "FULL_NAME"),
        _field(17, "price", "CURRENCY"),
        _field(18, "tags", "ARRAY"),
        firm_of_deal,
        lines_of_deal,
    )
    firm = Object(
        id=firm_id,
        key="o1",
        has_trash_index=True,
        name_singular="firm",
        name_plural="firms",
        fields=(*_SYSTEM, _field(10, "name", "TEXT"), deals_of_firm),
    )
    deal = Object(
        id=deal_id,
        key="o2",
        has_trash_index=True,
        name_singular="deal",
        name_plural="deals",
        fields=deal_fields,
        unique_constraints=(UniqueConstraint(key="u1", field_ids=(code.id,), leaves=code.leaves),),
        duplicate_criteria=((("title",),), (("who", "firstName"), ("who", "lastName"))),
        is_searchable=True,
        search_field_ids=tuple(field.id for field in deal_fields if field.name in ("title", "who")),
    )
    line = Object(
        id=line_id,
        key="o3",
        has_trash_index=True,
        name_singular="line",
        name_plural="lines",
        fields=(*_SYSTEM, _field(10, "name", "TEXT"), deal_of_line),
    )
    objects = tuple(replace(obj, shards=SHARDS) for obj in (firm, deal, line))
    return Model(workspace_id=WORKSPACE, version=1, objects=objects)
