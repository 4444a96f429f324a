"""What is left of records that were destroyed (docs/wire/rest.md#destroyed-records): one path for each object; in the
documents of large models, which have to be short, one for all.
"""

from __future__ import annotations

from typing import Any, Final

from .operation import operation
from .parameters import refer
from .schemas import PAGED, UUID, Part, all_of, list_of, reference
from .tags import GENERAL

_PAGE: Final = "Destroyed_Records"
_TOMBSTONE: Final[Part] = all_of(
    id={**UUID, "description": "The id that the record had"},
    destroyedAt={"type": "string", "format": "date-time", "description": "When it was destroyed"},
)
_BY_PLURAL: Final[Part] = {
    "type": "object",
    "description": "The records that were destroyed, under the plural name of their object",
    "additionalProperties": list_of(_TOMBSTONE),
}

DESTROYED_SCHEMAS: Final[Part] = {
    _PAGE: {
        **all_of(data=_BY_PLURAL, pageInfo=PAGED["pageInfo"]),
        "description": "A page of what is left of records that were destroyed",
    }
}


def destroyed_path(plural: str | None = None, id: str = "findDestroyed") -> dict[str, Any]:
    """The path of one object, or of all."""
    return {
        f"/{plural or '{objects}'}/destroyed": {
            "get": operation(
                tag=plural or GENERAL,
                id=id,
                summary="Find Destroyed Records",
                description=(
                    "Which records of an object were destroyed in the last 30 days, oldest first: for who keeps "
                    "copies. Keys that do not see all records of the object are refused"
                ),
                parameters=refer(*(("objectsPath",) if plural is None else ()), "since", "limit", "startingAfter"),
                answer=reference(_PAGE),
                success="The ids of destroyed records",
                refused=("400", "401", "403", "429", "503"),
            )
        }
    }
