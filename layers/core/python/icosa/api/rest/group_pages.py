"""Pages of groups: headers say what the bare array of groups cannot (docs/wire/rest.md#pages-of-groups)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ...query.operation import Groups
from ...runtime.http import HttpRequest, base_url

#: How many groups there are on all pages.
GROUPS = "x-icosa-groups"


def group_headers(request: HttpRequest, result: Any) -> Mapping[str, str]:
    """How many groups there are, and the address of the next page if these were not all."""
    if not isinstance(result, Groups):
        return {}
    headers = {GROUPS: str(result.total)}
    if result.next_offset is not None:
        others = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] != "offset"]
        query = urlencode([*others, ("offset", result.next_offset)])
        headers["link"] = f'<{base_url(request)}{request.route}?{query}>; rel="next"'
    return headers
