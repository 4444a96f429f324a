"""``/rest/metadata/demoRecords``: what is left of the records with which a demo workspace began, and their end
(docs/wire/metadata.md#demo-records).
"""

from __future__ import annotations

import time
from typing import Any, Final

from ...access.check import authorize
from ...lifecycle.demo import demo_records, destroy
from .call import Call, Route

#: What a caller's role must hold.
FLAG: Final = "WORKSPACE"
#: A request has 29 seconds.
_SECONDS: Final = 15.0


def _get(call: Call) -> Any:
    call.require(FLAG)
    found = list(demo_records(call.context))
    return {
        "unchanged": {each.object.name_plural: len(each.unchanged) for each in found if each.unchanged},
        "changed": {each.object.name_plural: len(each.changed) for each in found if each.changed},
    }


def _delete(call: Call) -> Any:
    call.require(FLAG)
    context, until = call.context, time.monotonic() + _SECONDS
    return destroy(
        context,
        with_changed=call.params.flag("with_changed"),
        is_over=lambda: time.monotonic() >= until,
        authorize=lambda operation: authorize(context.permissions, operation, context.model),
    )


DEMO_RECORDS = Route(
    segments=("demoRecords",), methods={"GET": _get, "DELETE": _delete}, parameters=frozenset(("with_changed",))
)
