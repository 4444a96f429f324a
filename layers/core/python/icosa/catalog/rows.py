"""The rows of objects, fields and indexes, one for each, and back.

Attributes have the names of the dataclasses' attributes. Values that equal the default are left out, so an attribute
that a later release adds has its default in rows written before. Every row carries ``rev``, the metadata version that
wrote it (see ``loader``).

Before version 0.3 an object's row held its indexes as well; every relation to a custom object made those of the
standard objects longer. Such rows are read as they are, and replaced with the next change of the object or of one of
its indexes (``in_rows_of_their_own``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from ..model.model import Field, Index, IndexMember, Model, Object, Option, Relation, RetiredOption
from ..model.types.base import LeafIndex
from ..model.types.registry import by_name
from ..store import keys
from .constraints import unique_constraint

Item = dict[str, Any]

#: Where the rows of objects had their indexes before.
_INLINE = "indexes"
#: What an object's item says by its fields and of its indexes.
_FROM_PARTS = frozenset((_INLINE, "unique_constraints"))


def object_item(workspace_id: str, obj: Object, *, revision: int) -> Item:
    """The item of an object without its fields and indexes."""
    item = keys.item_at(keys.object_row(workspace_id, obj.id), rev=revision)
    for name, default, encode in _OBJECT_CODEC:
        value = getattr(obj, name)
        if value != default:
            item[name] = encode(value)
    return item


def field_item(workspace_id: str, obj: Object, field: Field, *, revision: int) -> Item:
    """The item of one field of ``obj``."""
    item = keys.item_at(keys.field_row(workspace_id, obj.id, field.id), rev=revision)
    for name, default, encode in _FIELD_CODEC:
        value = getattr(field, name)
        if value != default:
            item[name] = encode(value)
    return item


def index_item(workspace_id: str, obj: Object, index: Index, *, revision: int) -> Item:
    """The item of one index of ``obj``."""
    members = [_plain(member) for member in index.members]
    return keys.item_at(
        keys.index_row(workspace_id, obj.id, index.id), rev=revision, **{**_plain(index), "members": members}
    )


def model_items(model: Model) -> list[Item]:
    """All items of a model."""
    items = []
    for obj in model.objects:
        items.append(object_item(model.workspace_id, obj, revision=model.version))
        items += [field_item(model.workspace_id, obj, field, revision=model.version) for field in obj.fields]
        items += [index_item(model.workspace_id, obj, index, revision=model.version) for index in obj.indexes]
    return items


def build_model(workspace_id: str, version: int, items: Iterable[Mapping[str, Any]]) -> Model:
    """The model of a workspace's metadata items, in any order. Objects and fields come in the order of their keys,
    indexes in that of their making.
    """
    object_items = []
    field_items: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    index_items: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in items:
        kind, object_id = keys.metadata_row(item)
        if kind == "field":
            field_items[object_id].append(item)
        elif kind == "index":
            index_items[object_id].append(item)
        elif kind == "object":
            object_items.append(item)
    objects = tuple(
        _object(item, field_items[item["id"]], index_items[item["id"]]) for item in sorted(object_items, key=_by_key)
    )
    return Model(workspace_id=workspace_id, version=version, objects=objects)


def lone_object(item: Mapping[str, Any]) -> Object:
    """An object of its item alone: without fields, indexes and what names fields."""
    return _object({name: value for name, value in item.items() if name not in _FROM_PARTS}, [], [])


def lone_field(item: Mapping[str, Any]) -> Field:
    """The field of an item."""
    return _field(item)


def lone_index(item: Mapping[str, Any]) -> Index:
    """The index of an item."""
    return _index(item)


def _by_key(item: Mapping[str, Any]) -> int:
    return int(item["key"][1:])


def in_rows_of_their_own(
    stored: Mapping[str, Item], model: Model, put: Sequence[Item], removed: Sequence[keys.Key]
) -> tuple[list[Item], list[keys.Key]]:
    """The rows of a change, with what moves the indexes of the objects concerned out of the objects' rows, where
    ``stored``, the metadata rows by sort key, has them there.
    """
    concerned = {
        object_id
        for kind, object_id in [*map(keys.metadata_row, put), *(keys.metadata_kind(sort) for _, sort in removed)]
        if kind in ("object", "index")
    }
    rows = {keys.of(item): item for item in put}
    for object_id in concerned:
        obj = model.by_id.get(object_id)
        if obj is None or _INLINE not in stored.get(keys.object_row(model.workspace_id, object_id)[1], {}):
            continue
        own = object_item(model.workspace_id, obj, revision=model.version)
        moved = [index_item(model.workspace_id, obj, index, revision=model.version) for index in obj.indexes]
        rows |= {keys.of(item): item for item in (own, *moved)}
    return list(rows.values()), [key for key in removed if key[1] in stored]


def _object(
    item: Mapping[str, Any], field_items: list[Mapping[str, Any]], index_items: list[Mapping[str, Any]]
) -> Object:
    own = tuple(_field(field_item) for field_item in sorted(field_items, key=_by_key))
    by_id = {field.id: field for field in own}
    attributes = {name: item[name] for name in _OBJECT_PLAIN if name in item}
    return Object(
        **attributes,
        fields=own,
        duplicate_criteria=tuple(tuple(tuple(path) for path in paths) for paths in item.get("duplicate_criteria", ())),
        search_field_ids=tuple(item.get("search_field_ids", ())),
        unique_constraints=tuple(
            unique_constraint(
                constraint["key"],
                [by_id[field_id] for field_id in constraint["field_ids"]],
                is_compared=constraint.get("compared", False),
            )
            for constraint in item.get("unique_constraints", ())
        ),
        indexes=tuple(sorted(map(_index, (*item.get(_INLINE, ()), *index_items)), key=_by_making)),
    )


def _index(item: Mapping[str, Any]) -> Index:
    attributes = {name: item[name] for name in _INDEX_PLAIN if name in item}
    return Index(**attributes, members=tuple(IndexMember(**member) for member in item["members"]))


def _by_making(index: Index) -> tuple[str, str]:
    return index.created_at, index.id


def _field(item: Mapping[str, Any]) -> Field:
    attributes = {name: item[name] for name in _FIELD_PLAIN if name in item}
    relation = item.get("relation")
    return Field(
        **attributes,
        type=by_name[item["type"]],
        leaf_indexes={name: LeafIndex(**index) for name, index in item.get("leaf_indexes", {}).items()},
        options=tuple(Option(**option) for option in item.get("options", ())),
        relation=None if relation is None else Relation(**relation),
        retired=tuple(RetiredOption(**retired) for retired in item.get("retired", ())),
    )


# ------------------------------------------------------------------ codecs

Encode = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _plain(value: Any) -> dict[str, Any]:
    """A flat dataclass without its nulls."""
    return {f.name: member for f in fields(value) if (member := getattr(value, f.name)) is not None}


def _codec(cls: type, special: Mapping[str, Encode], left_out: frozenset[str]) -> list[tuple[str, Any, Encode]]:
    """``(attribute, default, encoder)`` of each attribute that rows hold."""
    codec = []
    for f in fields(cls):
        if f.name in left_out:
            continue
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        codec.append((f.name, default, special.get(f.name, _same)))
    return codec


_OBJECT_SPECIAL: Mapping[str, Encode] = {
    "duplicate_criteria": lambda criteria: [[list(path) for path in paths] for paths in criteria],
    "search_field_ids": list,
    "unique_constraints": lambda constraints: [
        {"key": c.key, "field_ids": list(c.field_ids), "compared": c.is_compared} for c in constraints
    ],
    "right_flags": dict,
    "overrides": dict,
}
_FIELD_SPECIAL: Mapping[str, Encode] = {
    "type": lambda type_: type_.name,
    "options": lambda options: [_plain(option) for option in options],
    "relation": _plain,
    "settings": dict,
    "overrides": dict,
    "retired": lambda retired: [_plain(option) for option in retired],
    "leaf_indexes": lambda indexes: {name: _plain(index) for name, index in indexes.items()},
}
_OBJECT_PARTS = ("duplicate_criteria", "search_field_ids", "unique_constraints")
_OBJECT_CODEC = _codec(Object, _OBJECT_SPECIAL, frozenset({"fields", "indexes"}))
_FIELD_CODEC = _codec(Field, _FIELD_SPECIAL, frozenset())
_OBJECT_PLAIN = [name for name, _, _ in _OBJECT_CODEC if name not in _OBJECT_PARTS]
_INDEX_PLAIN = [f.name for f in fields(Index) if f.name != "members"]
_FIELD_PLAIN = [
    name for name, _, _ in _FIELD_CODEC if name not in ("type", "options", "relation", "retired", "leaf_indexes")
]
