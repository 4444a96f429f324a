"""Models of any size: the standard objects, and custom ones with fields of every type, each pointing at the
one before.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

from icosa.metadata.standard import build_objects
from icosa.model.model import Model
from icosa.shipped import load

#: The types that users may give to a field, with what the type needs.
_TYPES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("TEXT", {}),
    ("NUMBER", {"settings": {"dataType": "float", "decimals": 2}}),
    ("SELECT", {"options": "three"}),
    ("DATE_TIME", {"settings": {"displayFormat": "RELATIVE"}}),
    ("BOOLEAN", {"defaultValue": False}),
    ("CURRENCY", {}),
    ("LINKS", {}),
    ("TEXT", {"description": "What a person wrote about it, at some length, for whoever reads the document"}),
    ("EMAILS", {}),
    ("PHONES", {}),
    ("MULTI_SELECT", {"options": "three"}),
    ("DATE", {}),
    ("ADDRESS", {}),
    ("RATING", {"options": "stars"}),
    ("FULL_NAME", {}),
    ("ARRAY", {}),
    ("RAW_JSON", {}),
    ("UUID", {}),
    ("NUMERIC", {}),
    ("RICH_TEXT", {}),
    ("FILES", {"settings": {"maxNumberOfValues": 3}}),
)
_VALUES = {"three": ("NEW", "IN_PROGRESS", "DONE"), "stars": tuple(f"RATING_{number}" for number in range(1, 6))}
_SYSTEM_FIELDS = 8


def generated_model(workspace_id: str, *, objects: int, fields: int) -> Model:
    """A model with so many objects and about so many fields in all. As many objects as are standard, or more."""
    standard = [load(f"standard-objects/{name}") for name in load("standard-objects/index")]
    custom = objects - len(standard)
    used = sum(_SYSTEM_FIELDS + len(spec["fields"]) for spec in standard)
    # Two fields of each custom object are relations.
    own = max(1, (fields - used) // custom - _SYSTEM_FIELDS - 2) if custom else 0
    specs = [*standard, *(_spec(number, custom, own) for number in range(custom))]
    return Model(workspace_id=workspace_id, version=1, objects=build_objects(specs, lambda: str(uuid.uuid4())))


def _spec(number: int, count: int, fields: int) -> dict[str, Any]:
    name = f"thing{number}"
    before, after = f"thing{(number - 1) % count}", f"thing{(number + 1) % count}"
    relations = (
        _field(
            "before",
            "RELATION",
            relation={"kind": "MANY_TO_ONE", "object": before, "field": "after", "onDelete": "SET_NULL"},
        ),
        _field("after", "RELATION", relation={"kind": "ONE_TO_MANY", "object": after, "field": "before"}),
    )
    return {
        "nameSingular": name,
        "namePlural": f"{name}s",
        "labelSingular": f"Thing {number}",
        "labelPlural": f"Things {number}",
        "icon": "IconBox",
        "universalIdentifier": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
        "labelIdentifier": "field0",
        "fields": [*itertools.islice(_fields(), fields), *relations],
    }


def _fields() -> Iterator[dict[str, Any]]:
    for number, (type_name, extra) in enumerate(itertools.cycle(_TYPES)):
        attributes = dict(extra)
        if "options" in attributes:
            attributes["options"] = [
                {"value": value, "label": value.title(), "position": position, "color": "blue"}
                for position, value in enumerate(_VALUES[attributes["options"]])
            ]
        yield _field(f"field{number}", type_name, **attributes)


def _field(name: str, type_name: str, **extra: Any) -> dict[str, Any]:
    return {"name": name, "type": type_name, "label": name.title(), "icon": "IconAbc", **extra}
