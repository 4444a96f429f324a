"""``/rest/metadata/reservedNames`` (docs/wire/metadata.md#reserved-names)."""

from __future__ import annotations

from typing import Any

from ...metadata.names import reserved
from .call import Call, Route


def _get(_call: Call) -> Any:
    return {"names": sorted(reserved())}


RESERVED_NAMES = Route(segments=("reservedNames",), methods={"GET": _get})
