"""A custom object with a field of every type that users can create, made through the metadata pipeline."""

from __future__ import annotations

from typing import Any

from icosa.metadata.service import MetadataService
from icosa.model.model import Object
from icosa.store.table import Table

_THREE = [
    {"value": value, "label": value.title(), "position": position, "color": "blue"}
    for position, value in enumerate(("RED", "GREEN", "BLUE"))
]
_FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "mass", "type": "NUMBER"},
    {"name": "ratio", "type": "NUMBER", "settings": {"dataType": "float", "decimals": 2}},
    {"name": "serial", "type": "NUMBER", "settings": {"dataType": "bigint"}},
    {"name": "reusable", "type": "BOOLEAN"},
    {"name": "builtOn", "type": "DATE"},
    {"name": "launchedAt", "type": "DATE_TIME"},
    {"name": "code", "type": "UUID"},
    {"name": "colour", "type": "SELECT", "options": _THREE},
    {"name": "colours", "type": "MULTI_SELECT", "options": _THREE},
    {"name": "grade", "type": "RATING"},
    {"name": "tags", "type": "ARRAY"},
    {"name": "extra", "type": "RAW_JSON"},
    {"name": "papers", "type": "FILES", "settings": {"maxNumberOfValues": 3}},
    {"name": "price", "type": "CURRENCY"},
    {"name": "pilot", "type": "FULL_NAME"},
    {"name": "pad", "type": "ADDRESS"},
    {"name": "site", "type": "LINKS"},
    {"name": "contact", "type": "EMAILS", "isUnique": True},
    {"name": "phone", "type": "PHONES"},
    {"name": "story", "type": "RICH_TEXT"},
)


def create_rocket(table: Table, workspace_id: str) -> Object:
    """The object, with a relation to companies."""
    service = MetadataService(table, workspace_id)
    names = {"nameSingular": "rocket", "namePlural": "rockets", "labelSingular": "Rocket", "labelPlural": "Rockets"}
    rocket = service.create_object(names)
    company = service.model().by_singular["company"]
    maker = {
        "type": "MANY_TO_ONE",
        "targetObjectMetadataId": company.id,
        "targetFieldLabel": "Rockets",
        "targetFieldIcon": "IconRocket",
    }
    relation = {"name": "maker", "type": "RELATION", "relationCreationPayload": maker}
    for spec in (*_FIELDS, relation):
        service.create_field({"objectMetadataId": rocket.id, "label": spec["name"].title(), **spec})
    return service.model().by_id[rocket.id]
