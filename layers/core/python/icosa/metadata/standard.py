"""The objects of a new workspace, built from the data in ``schemas/``.

Ids are new for every workspace; universal identifiers are the same in all. Names in the data become ids in three steps:
every object and field gets its id, then relations and morph groups are resolved, then whole objects are put together.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..catalog.constraints import unique_constraint
from ..identifiers import join_column_of
from ..model.model import Field, Index, IndexMember, Model, Object, Option, Relation
from ..model.types.registry import by_name
from ..shipped import load
from .index_defaults import with_default_indexes
from .names import column, index_name

NewId = Callable[[], str]
Spec = Mapping[str, Any]

FIELD_FLAGS = {
    "isNullable": "is_nullable",
    "isUnique": "is_unique",
    "isSystem": "is_system",
    "isUIEditable": "is_ui_editable",
    "isIndexed": "is_indexed",
    "defaultValue": "default_value",
    "settings": "settings",
    "description": "description",
}
_OBJECT_FLAGS = {
    "description": "description",
    "shortcut": "shortcut",
    "isActive": "is_active",
    "isSystem": "is_system",
    "isRemote": "is_remote",
    "isSearchable": "is_searchable",
    "isUIEditable": "is_ui_editable",
    "isUICreatable": "is_ui_creatable",
    "isAuditLogged": "is_audit_logged",
    "rightFlags": "right_flags",
    "rightsByRole": "rights_by_role",
    "showsOlderNames": "shows_older_names",
}


#: Standard fields and names of older versions, for workspaces whose clients know them.
PRESETS = ("2025",)


def standard_model(
    workspace_id: str, *, new_id: NewId = lambda: str(uuid.uuid4()), now: str = "", preset: str | None = None
) -> Model:
    """The first version of a workspace's model, made at ``now``, with the fields and names of one of ``PRESETS``
    besides.

    >>> standard_model("w").by_plural["companies"].key
    'o1'
    """
    names = load("standard-objects/index")
    older: Spec = {} if preset is None else load(f"presets/{preset}")
    specs = [_with_older(load(f"standard-objects/{name}"), older) for name in names]
    return Model(workspace_id=workspace_id, version=1, objects=build_objects(specs, new_id, now))


def _with_older(spec: Spec, older: Spec) -> Spec:
    """An object with the older fields that it does not have, and whether its fields have their older names besides."""
    name, known = spec["nameSingular"], {field["name"] for field in spec["fields"]}
    more = [field for field in older.get("fields", {}).get(name, ()) if field["name"] not in known]
    return {**spec, "fields": [*spec["fields"], *more], "showsOlderNames": name in older.get("showOlderNames", ())}


def build_objects(specs: list[Spec], new_id: NewId, now: str = "") -> tuple[Object, ...]:
    """Objects from their data, with keys ``o1``… in the order given. Raises KeyError for a name that
    nothing defines.
    """
    fields = {spec["nameSingular"]: _field_specs(spec) for spec in specs}
    ids = _Ids(fields, new_id, now)
    return tuple(_object(number, spec, fields[spec["nameSingular"]], ids) for number, spec in enumerate(specs, start=1))


class _Ids:
    """Ids of objects, fields and morph groups by their names."""

    def __init__(self, fields: Mapping[str, list[Spec]], new_id: NewId, now: str) -> None:
        self.new = new_id
        self.now = now
        self.objects = {name: new_id() for name in fields}
        self.fields = {(name, spec["name"]): new_id() for name, specs in fields.items() for spec in specs}
        self.morphs = {
            (name, spec["morphGroup"]): new_id()
            for name, specs in fields.items()
            for spec in specs
            if "morphGroup" in spec
        }


def _field_specs(spec: Spec) -> list[Spec]:
    """System fields, with what this object changes about them, then the object's own."""
    changes = spec.get("systemFields", {})
    return [*({**field, **changes.get(field["name"], {})} for field in load("system-fields")), *spec["fields"]]


def _object(number: int, spec: Spec, field_specs: list[Spec], ids: _Ids) -> Object:
    name = spec["nameSingular"]
    fields = tuple(
        _field(position, name, spec, field_spec, ids) for position, field_spec in enumerate(field_specs, start=1)
    )
    by_field_name = {field.name: field for field in fields}
    # The primary key is unique by being the record's key.
    unique = [field for field in fields if field.is_unique and field.name != "id"]
    constraints = tuple(
        unique_constraint(f"u{key}", [field]) for key, field in enumerate(unique, start=len(fields) + 1)
    )
    image = spec.get("imageIdentifier")
    obj = Object(
        id=ids.objects[name],
        key=f"o{number}",
        name_singular=name,
        name_plural=spec["namePlural"],
        label_singular=spec["labelSingular"],
        label_plural=spec["labelPlural"],
        icon=spec["icon"],
        universal_identifier=spec["universalIdentifier"],
        fields=fields,
        label_identifier_field_id=by_field_name[spec["labelIdentifier"]].id,
        image_identifier_field_id=by_field_name[image].id if image else None,
        duplicate_criteria=tuple(
            tuple(tuple(path.split(".")) for path in paths) for paths in spec.get("duplicateCriteria", ())
        ),
        search_field_ids=tuple(by_field_name[field].id for field in spec.get("searchFields", ())),
        unique_constraints=constraints,
        next_key=len(fields) + len(unique) + 1,
        created_at=ids.now,
        updated_at=ids.now,
        has_trash_index=True,
        **{attribute: spec[flag] for flag, attribute in _OBJECT_FLAGS.items() if flag in spec},
    )
    return replace(obj, indexes=tuple(_indexes(obj, ids)))


def _indexes(obj: Object, ids: _Ids) -> Iterator[Index]:
    """The indexes that an object comes with: of unique values, of join columns, and for search."""

    def index(field: Field, subs: Sequence[str | None], **attributes: Any) -> Index:
        columns = [column(field, sub) for sub in subs]
        name = index_name(obj, columns, is_unique=attributes.get("is_unique", False))
        return Index(
            id=ids.new(),
            name=name,
            members=tuple(IndexMember(id=ids.new(), field_id=field.id, sub=sub) for sub in subs),
            is_shipped=True,
            universal_identifier=str(uuid.uuid5(uuid.UUID(obj.universal_identifier), ".".join(columns))),
            created_at=ids.now,
            updated_at=ids.now,
            **attributes,
        )

    for constraint in obj.unique_constraints:
        field = obj.by_id[constraint.field_ids[0]]
        yield index(field, field.type.unique_subfields(), is_unique=True, constraint_key=constraint.key)
    for field in obj.many_to_one:
        yield index(field, [None])
    for field in obj.fields:
        if not field.type.is_stored:
            yield index(field, [None], type="GIN")


def _field(number: int, object_name: str, object_spec: Spec, spec: Spec, ids: _Ids) -> Field:
    relation = spec.get("relation")
    field = Field(
        id=ids.fields[object_name, spec["name"]],
        key=f"f{number}",
        name=spec["name"],
        type=by_name[spec["type"]],
        label=spec["label"],
        icon=spec["icon"],
        options=tuple(Option(id=ids.new(), **option) for option in spec.get("options", ())),
        relation=None if relation is None else _relation(spec["name"], relation, ids),
        morph_id=ids.morphs[object_name, spec["morphGroup"]] if "morphGroup" in spec else None,
        universal_identifier=str(uuid.uuid5(uuid.UUID(object_spec["universalIdentifier"]), spec["name"])),
        created_at=ids.now,
        updated_at=ids.now,
        **{attribute: spec[flag] for flag, attribute in FIELD_FLAGS.items() if flag in spec},
    )
    return with_default_indexes(object_name, field)


def _relation(name: str, spec: Spec, ids: _Ids) -> Relation:
    holds_id = spec["kind"] == "MANY_TO_ONE"
    return Relation(
        kind=spec["kind"],
        target_object_id=ids.objects[spec["object"]],
        target_field_id=ids.fields[spec["object"], spec["field"]],
        on_delete=spec["onDelete"] if holds_id else None,
        join_column=join_column_of(name) if holds_id else None,
        follows_to_trash=spec.get("followsToTrash", False),
    )
