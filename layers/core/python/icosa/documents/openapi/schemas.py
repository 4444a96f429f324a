"""Small schemas that all documents use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Part = Mapping[str, Any]

PAGE_INFO = "Page_Info"

UUID: Part = {"type": "string", "format": "uuid"}


def reference(name: str) -> dict[str, Any]:
    """Of a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


#: What every page has beside what is on it.
PAGED: Part = {
    "totalCount": {"type": "integer", "description": "How many there are on all pages together"},
    "pageInfo": reference(PAGE_INFO),
}


def list_of(items: Part) -> dict[str, Any]:
    return {"type": "array", "items": items}


def all_of(**properties: Part) -> dict[str, Any]:
    """An object that always has all of ``properties``."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def page_info(thing: str, *, is_cursor: bool) -> dict[str, Any]:
    """Where a page is. Its ends are cursors, or ids."""
    what = "The cursor" if is_cursor else "The id"
    before: Mapping[str, Part] = {
        "hasPreviousPage": {"type": "boolean", "description": "There is a page before this one"}
    }
    return {
        **all_of(
            hasNextPage={
                "type": "boolean",
                "description": "There is a page after this one"
                if is_cursor
                else "There are more in the direction of the request",
            },
            **(before if is_cursor else {}),
            startCursor={"type": ["string", "null"], "description": f"{what} of the first {thing} on the page"},
            endCursor={"type": ["string", "null"], "description": f"{what} of the last {thing} on the page"},
        ),
        "description": "Where the page is among all pages",
    }
