"""How reads of records see what was just written (docs/wire/rest.md#consistency)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, get_args

from ..access.context import RequestContext
from ..errors import BadRequest
from ..runtime.http import HttpRequest
from ..store.meter import Consistency

HEADER: Final = "x-icosa-consistency"
_VALUES: Final[tuple[str, ...]] = get_args(Consistency)


def for_reads(context: RequestContext, request: HttpRequest) -> RequestContext:
    """The context in which a request's reads run: as its header says, else as the workspace does, else strong. Who asks
    and what they may see is always read strongly, and so is all that a write depends on. Raises BadRequest for another
    value.
    """
    wanted = request.headers.get(HEADER)
    if wanted is not None and wanted not in _VALUES:
        raise BadRequest(f"X-Icosa-Consistency must be one of the following values: {', '.join(_VALUES)}")
    if (wanted or context.workspace.preferences.get("consistency")) != "eventual":
        return context
    return replace(context, table=context.table.eventual())
