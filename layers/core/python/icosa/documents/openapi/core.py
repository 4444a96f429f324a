"""The document of the Core REST API, from a workspace's model."""

from __future__ import annotations

from typing import Any

import orjson

from ...model.model import Model
from ...settings import Settings, settings
from .base import GENERAL, components, own_path
from .errors import error_components
from .names import Names
from .operations import SHARED_SCHEMAS, operations_of
from .parameters import parameters
from .records import RecordSchemas


def core_body(model: Model, *, settings: Settings = settings) -> bytes:
    """The members of the document that follow from the model, as a JSON object: ``base.whole`` makes a
    document of it.
    """
    return orjson.dumps(core_members(model, settings))


def core_members(model: Model, settings: Settings) -> dict[str, Any]:
    """``tags``, ``paths`` and ``components``. Objects come in the order of their plural names."""
    objects = sorted(model.objects, key=lambda obj: obj.name_plural)
    names = Names(objects)
    paths = own_path("core")
    for obj in objects:
        paths |= operations_of(obj, names, settings)
    error_schemas, responses = error_components(settings)
    schemas = {**RecordSchemas(model, names).build(objects), **SHARED_SCHEMAS, **error_schemas}
    tags = [
        GENERAL,
        *({"name": obj.name_plural, "description": f"Object `{obj.display('labelPlural')}`"} for obj in objects),
    ]
    parts = {"parameters": parameters(settings), "responses": responses, "schemas": schemas}
    return {"tags": tags, "paths": paths, "components": components(parts)}
