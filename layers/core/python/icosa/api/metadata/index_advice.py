"""``/rest/metadata/indexAdvice``: which indexes are used, which are missed, and what each costs
(docs/wire/metadata.md#index-advice).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from ...access.context import RequestContext
from ...errors import PermissionDenied
from ...metadata.index_advice import LeafAdvice, advise
from ...validation.errors import ObjectNotFound
from .call import Call, Route
from .ids import parse_entity_id

FLAG: Final = "DATA_MODEL"
_OBJECT: Final = "objectMetadataId"


def advice_of(context: RequestContext, object_id: str | None) -> list[dict[str, Any]]:
    """Advice for all objects, or for one. Raises PermissionDenied, and ObjectNotFound."""
    if not context.permissions.holds(FLAG):
        raise PermissionDenied
    objects = list(context.model.objects)
    if object_id is not None:
        objects = [obj for obj in objects if obj.id == object_id]
        if not objects:
            raise ObjectNotFound
    advice = advise(context.table, context.model, objects, now=datetime.fromisoformat(context.now))
    return [_members(item) for item in advice]


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


INDEX_ADVICE = Route(segments=("indexAdvice",), methods={"GET": _list}, parameters=frozenset((_OBJECT,)))
