"""A model with every field type: the standard objects, and an object of its own for the types that they do not use."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

from icosa.metadata.standard import standard_model
from icosa.model.model import Field, Model, Object, Option, Relation, RelationKind
from icosa.model.types.registry import by_name

WORKSPACE = "0a3d7f5e-9a44-4ad5-8a7a-5d8b6c1f0001"


def option(position: int, value: str) -> Option:
    return Option(id=str(uuid.uuid5(uuid.NAMESPACE_OID, value)), value=value, label=value.title(), position=position)


def field(number: int, name: str, type_name: str, **options: Any) -> Field:
    """A field whose id follows from its name."""
    return Field(
        id=f"rocket.{name}", key=f"f{number}", name=name, type=by_name[type_name], label=name.title(), **options
    )


_COLOURS = tuple(option(position, value) for position, value in enumerate(("RED", "GREEN", "BLUE")))
_ROCKET: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("name", "TEXT", {}),
    ("mass", "NUMBER", {}),
    ("serial", "NUMBER", {"settings": {"dataType": "bigint"}}),
    ("exactMass", "NUMERIC", {}),
    ("reusable", "BOOLEAN", {}),
    ("builtOn", "DATE", {}),
    ("launchedAt", "DATE_TIME", {}),
    ("code", "UUID", {}),
    ("colour", "SELECT", {"options": _COLOURS}),
    ("colours", "MULTI_SELECT", {"options": _COLOURS}),
    ("grade", "RATING", {"options": tuple(option(i, f"RATING_{i}") for i in range(1, 6))}),
    ("tags", "ARRAY", {}),
    ("extra", "RAW_JSON", {}),
    ("price", "CURRENCY", {}),
    ("pilot", "FULL_NAME", {}),
    ("pad", "ADDRESS", {}),
    ("site", "LINKS", {}),
    ("contact", "EMAILS", {}),
    ("phone", "PHONES", {}),
    ("story", "RICH_TEXT", {}),
)


def _itself(kind: RelationKind, inverse: str, **options: Any) -> Relation:
    return Relation(kind=kind, target_object_id="rocket", target_field_id=f"rocket.{inverse}", **options)


@cache
def crm() -> Model:
    """One model for all tests: it is immutable."""
    standard = standard_model(WORKSPACE)
    system = tuple(f for f in standard.by_plural["companies"].fields if f.is_system and f.relation is None)
    fields = (
        *(field(100 + number, name, type_name, **options) for number, (name, type_name, options) in enumerate(_ROCKET)),
        field(
            200,
            "booster",
            "RELATION",
            relation=_itself("MANY_TO_ONE", "boosted", join_column="boosterId", on_delete="SET_NULL"),
        ),
        field(201, "boosted", "RELATION", relation=_itself("ONE_TO_MANY", "booster")),
    )
    rocket = Object(
        id="rocket",
        key="o900",
        name_singular="rocket",
        name_plural="rockets",
        fields=(*system, *fields),
        is_custom=True,
    )
    return Model(workspace_id=WORKSPACE, version=1, objects=(*standard.objects, rocket))
