"""``/rest/metadata/indexAdvice``: which indexes are used, which are missed, and what each costs
(docs/wire/metadata.md#index-advice).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ...access.context import RequestContext
from ...errors import PermissionDenied
from ...metadata.index_advice import LeafAdvice, advise
from ...metadata.service import MetadataService
from ...model.model import Model, Object
from ...validation.errors import ObjectNotFound
from .call import Call, Route
from .ids import parse_entity_id
from .webhook_services import actor_of

FLAG: Final = "DATA_MODEL"
_OBJECT: Final = "objectMetadataId"
#: What names the leaf whose index goes.
_LEAF: Final = ("fieldMetadataId", "subFieldName")


def advice_of(context: RequestContext, object_id: str | None) -> list[dict[str, Any]]:
    """Advice for all objects, or for one. Raises PermissionDenied, and ObjectNotFound."""
    if not context.permissions.holds(FLAG):
        raise PermissionDenied
    objects = list(context.model.objects)
    if object_id is not None:
        objects = [obj for obj in objects if obj.id == object_id]
        if not objects:
            raise ObjectNotFound
    return members_of(context, context.model, objects)


def members_of(context: RequestContext, model: Model, objects: Sequence[Object]) -> list[dict[str, Any]]:
    """Advice for some objects of a model, as answers show it."""
    return [_members(item) for item in advise(context.table, model, objects, now=datetime.fromisoformat(context.now))]


def drop(context: RequestContext, service: MetadataService, field: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the index of a leaf, named as ``fieldMetadataId`` and ``subFieldName``; advice about it afterwards."""
    leaf = service.drop_field_index(field, actor_of(context))
    model = service.model()
    obj = next(obj for obj in model.objects if leaf.field.id in obj.by_id)
    return next(item for item in members_of(context, model, [obj]) if item["path"] == leaf.dotted)


def _members(item: LeafAdvice) -> dict[str, Any]:
    leaf, use = item.leaf, item.use
    return {
        "objectMetadataId": item.obj.id,
        "objectNameSingular": item.obj.name_singular,
        "fieldMetadataId": leaf.field.id,
        "fieldName": leaf.field.name,
        "subFieldName": leaf.subfield,
        "path": leaf.dotted,
        "records": item.records,
        "status": "NONE" if item.records == "NONE" else item.status,
        "madeBy": item.made_by,
        "isDroppable": item.is_droppable,
        "uses": use.uses,
        "lastUse": use.last_use,
        "scans": use.scans,
        "scanUnits": round(use.units_a_day, 1),
        "indexUnits": round(item.index_units, 1),
        "advice": item.advice,
        "reason": item.reason,
        "usdPerMonth": round(item.usd_per_month, 4),
    }


def _list(call: Call) -> Any:
    wanted = call.params.text(_OBJECT)
    return advice_of(call.context, parse_entity_id(wanted) if wanted else None)


def _drop(call: Call) -> Any:
    call.require(FLAG)
    named = {name: value for name in _LEAF if (value := call.params.text(name))}
    return drop(call.context, call.service, named)


INDEX_ADVICE = Route(
    segments=("indexAdvice",), methods={"GET": _list, "DELETE": _drop}, parameters=frozenset((_OBJECT, *_LEAF))
)
