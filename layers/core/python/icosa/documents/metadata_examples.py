"""What makes the examples of the metadata document work in a workspace: ids of what is there, names that are free."""

from __future__ import annotations

from collections.abc import Container

from ..catalog.loader import MetadataState
from ..catalog.models import current_model
from ..model.model import Model
from ..store.table import Table
from .openapi.metadata import Examples
from .openapi.tags import object_tags


def metadata_examples(table: Table, workspace_id: str, state: MetadataState, *, role_id: str | None) -> Examples:
    """``role_id`` is a role that API keys may have. One read where the model is not in memory."""
    return {
        **_of_model(current_model(table, workspace_id, state)),
        **({} if role_id is None else {"ApiKey": {"roleId": role_id}}),
    }


def _of_model(model: Model) -> Examples:
    number = _free("rocket", model.by_singular.keys() | model.by_plural.keys(), also="rockets")
    examples = {
        "Object": {
            "nameSingular": f"rocket{number}",
            "namePlural": f"rockets{number}",
            "labelSingular": f"Rocket {number}".strip(),
            "labelPlural": f"Rockets {number}".strip(),
        }
    }
    first = next((obj for obj, _ in object_tags(obj for obj in model.objects if obj.is_active)), None)
    if first is None:
        return examples
    number = _free("payload", first.by_name.keys() | first.by_input_name.keys())
    return examples | {
        "Field": {
            "objectMetadataId": first.id,
            "name": f"payload{number}",
            "label": f"Payload {number}".strip(),
        },
        "View": {"objectMetadataId": first.id},
    }


def _free(name: str, taken: Container[str], *, also: str | None = None) -> str:
    """What to add to a name, and to ``also``, so that nothing has it yet."""
    number, suffix = 1, ""
    while f"{name}{suffix}" in taken or f"{also or name}{suffix}" in taken:
        number += 1
        suffix = str(number)
    return suffix
