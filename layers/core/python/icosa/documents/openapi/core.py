"""The document of the Core REST API, from a workspace's model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from ...identifiers import capitalised
from ...model.model import Model
from ...settings import Settings, settings
from .answers import Context, schemas_of, shared_schemas
from .base import components, own_path
from .destroyed import DESTROYED_SCHEMAS, destroyed_path
from .errors import CONDITIONAL, error_components, with_others
from .names import Names
from .operations import operation_ids, operations_of
from .parameters import OBJECTS, destroyed_parameters, parameters
from .records import RecordSchemas
from .schemas import Part
from .tags import object_tags, tag_members

#: Documents of up to so many fields say everything: groups name their aggregates (a field has about five), and bodies
#: have examples. Larger ones would not fit into an answer with that; parts of them do.
IN_FULL = 2_500


def core_body(model: Model, *, settings: Settings = settings, only: Collection[str] | None = None) -> bytes:
    """The members of the document that follow from the model, as a JSON object: ``base.whole`` makes a
    document of it. ``only`` are ids of objects, of all if it is None.
    """
    return orjson.dumps(core_members(model, settings, only))


def core_members(model: Model, settings: Settings, only: Collection[str] | None = None) -> dict[str, Any]:
    """``tags``, ``paths`` and ``components``. A part of the document says of its objects what the whole one does."""
    by_plural = sorted(model.objects, key=lambda obj: obj.name_plural)
    names = Names(by_plural)
    ids = {obj.id: operation_ids(obj, names) for obj in by_plural}
    destroyed_ids = {obj.id: names.claim(f"findDestroyed{capitalised(obj.name_plural)}") for obj in by_plural}
    tagged = object_tags(obj for obj in model.objects if only is None or obj.id in only)
    objects = [obj for obj, _ in tagged]
    in_full = sum(len(obj.fields) for obj in objects) <= IN_FULL
    context = Context(names=names, settings=settings, names_aggregates=in_full)
    paths = own_path("core", parameters=[OBJECTS])
    own_schemas: Part = {}
    own_parameters: Part = {}
    if in_full or only is None:
        own_schemas, own_parameters = DESTROYED_SCHEMAS, destroyed_parameters(for_all=not in_full)
    if only is None and not in_full:
        paths |= destroyed_path()
    schemas = RecordSchemas(model, names, in_full=in_full).build(objects)
    for obj in objects:
        paths |= operations_of(obj, ids[obj.id], context)
        if in_full:
            paths |= destroyed_path(obj.name_plural, destroyed_ids[obj.id])
        schemas |= schemas_of(obj, context)
    error_schemas, responses = error_components(settings)
    if not in_full:
        responses = {status: body for status, body in with_others(responses).items() if status in _refused(paths)}
    parts = {
        "parameters": {**parameters(settings), **own_parameters},
        "responses": {**responses, **CONDITIONAL},
        "schemas": {**schemas, **shared_schemas(objects, context), **own_schemas, **error_schemas},
    }
    return {**tag_members(tag for _, tag in tagged), "paths": paths, "components": components(parts)}


def _refused(paths: Mapping[str, Any]) -> set[str]:
    """The statuses that some operation refers to."""
    operations = (operation for path in paths.values() for operation in path.values() if "responses" in operation)
    return {status for operation in operations for status, part in operation["responses"].items() if "$ref" in part}
