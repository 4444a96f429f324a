"""``updatedAt`` of records that come from elsewhere (docs/wire/rest.md#update)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..errors import BadRequest
from ..query.operation import Create, Operation, Update
from ..runtime.http import HttpRequest

HEADER: Final = "x-icosa-import"
_VALUE: Final = "1"


def with_given_stamps(operation: Operation, request: HttpRequest) -> Operation:
    """The operation as a request with the header means it: what it updates takes ``updatedAt`` from the data. Raises
    BadRequest for another value of the header.
    """
    wanted = request.headers.get(HEADER)
    if wanted is None or not isinstance(operation, Create | Update):
        return operation
    if wanted != _VALUE:
        raise BadRequest(f"X-Icosa-Import must be {_VALUE}, or absent")
    return replace(operation, patching=replace(operation.patching, takes_updated_at=True))
