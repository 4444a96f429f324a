"""Fields and objects for tests of the model."""

from __future__ import annotations

from typing import Any

from icosa.model.model import Field, Model, Object, Option, Relation, UniqueConstraint
from icosa.model.types.registry import by_name

NOW = "2026-05-04T09:12:44.120Z"
ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"
OTHER_ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0002"


def make_field(type_name: str, name: str = "f", key: str = "f1", **attributes: Any) -> Field:
    """A field of a type; ``options`` are given as values in the order of their positions."""
    options = attributes.pop("options", ("RED", "GREEN", "BLUE") if type_name in ("SELECT", "MULTI_SELECT") else ())
    if type_name == "RATING":
        options = tuple(f"RATING_{n}" for n in range(1, 6))
    return Field(
        id=f"id-{key}",
        key=key,
        name=name,
        type=by_name[type_name],
        options=tuple(Option(id=value, value=value, label=value, position=i) for i, value in enumerate(options)),
        **attributes,
    )


def many_to_one(name: str, target: str, key: str, **attributes: Any) -> Field:
    relation = Relation(
        kind="MANY_TO_ONE", target_object_id=target, target_field_id="-", on_delete="SET_NULL", join_column=f"{name}Id"
    )
    return make_field("RELATION", name, key, relation=relation, **attributes)


def one_to_many(name: str, target: str, key: str) -> Field:
    return make_field(
        "RELATION", name, key, relation=Relation(kind="ONE_TO_MANY", target_object_id=target, target_field_id="-")
    )


SYSTEM_FIELDS = (
    make_field("UUID", "id", "f1", is_nullable=False, default_value="uuid"),
    make_field("DATE_TIME", "createdAt", "f2", is_nullable=False, default_value="now"),
    make_field("DATE_TIME", "deletedAt", "f3"),
    make_field("ACTOR", "createdBy", "f4", is_nullable=False, default_value={"source": "'MANUAL'", "name": "'System'"}),
    make_field("POSITION", "position", "f5", is_nullable=False, default_value=0),
    make_field("TS_VECTOR", "searchVector", "f6"),
)


def make_object(name: str, *fields: Field, key: str = "o1", unique: tuple[str, ...] = ()) -> Object:
    """An object with the system fields and ``fields``; each field in ``unique`` has a constraint of its own."""
    by_field_name = {field.name: field for field in fields}
    return Object(
        id=name,
        key=key,
        name_singular=name,
        name_plural=f"{name}s",
        fields=(*SYSTEM_FIELDS, *fields),
        unique_constraints=tuple(
            UniqueConstraint(
                key=f"u{number}",
                field_ids=(by_field_name[field].id,),
                leaves=tuple(
                    leaf
                    for leaf in by_field_name[field].leaves
                    if leaf.subfield in by_field_name[field].type.unique_subfields()
                ),
            )
            for number, field in enumerate(unique)
        ),
    )


def make_model(*objects: Object) -> Model:
    return Model(workspace_id="w", version=1, objects=objects)
