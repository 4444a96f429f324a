"""What a path asks for (docs/wire/rest.md#paths)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...errors import BadRequest
from ...identifiers import parse_uuid
from ...runtime.http import path_segments

#: What the path names: all records of an object, one of them, or one of the special routes.
RouteKind = Literal["many", "one", "batch", "destroyed", "duplicates", "groupBy", "merge", "restoreMany", "restoreOne"]

SPECIAL: dict[str, RouteKind] = {
    "destroyed": "destroyed",
    "duplicates": "duplicates",
    "groupBy": "groupBy",
    "merge": "merge",
}


@dataclass(frozen=True, slots=True)
class Path:
    """``plural`` is the object's segment as sent; ``id`` is in lower case."""

    kind: RouteKind
    plural: str
    id: str | None = None


def parse_path(method: str, path: str) -> Path | None:
    """The parsed path of a request below the API's base path, None when it is not below ``/rest``. Raises BadRequest.

    Empty segments are dropped. Records are restored under ``/people/{id}/restore`` and, as older clients do it, under
    ``/restore/people/{id}``.
    """
    segments = path_segments(path)
    if segments[:1] != ["rest"]:
        return None
    match segments[1:], method:
        case ["restore", plural], "PATCH":
            return Path("restoreMany", plural)
        case ((["restore", plural, record_id] | [plural, record_id, "restore"]), "PATCH"):
            return Path("restoreOne", plural, _id(record_id))
        case [plural], _:
            return Path("many", plural)
        case ["batch", plural], _:
            return Path("batch", plural)
        case [plural, special], _ if special in SPECIAL:
            return Path(SPECIAL[special], plural)
        case [plural, "restore"], "PATCH":
            return Path("restoreMany", plural)
        case [plural, record_id], _:
            return Path("one", plural, _id(record_id))
    raise BadRequest(
        f"Query path '{path}' invalid. Valid examples: /rest/companies/id or /rest/companies or /rest/batch/companies",
        sub_code="INVALID_QUERY_INPUT",
    )


def _id(segment: str) -> str:
    record_id = parse_uuid(segment)
    if record_id is None:
        raise BadRequest(f"'{segment}' is not a valid UUID", sub_code="INVALID_QUERY_INPUT")
    return record_id
