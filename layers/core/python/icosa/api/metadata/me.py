"""``/rest/metadata/me`` (docs/wire/access.md#who-am-i)."""

from __future__ import annotations

from typing import Any

from ...access.me import who_am_i
from .call import Call, Route


def _get(call: Call) -> Any:
    return who_am_i(call.context, call.context.model)


ME = Route(segments=("me",), methods={"GET": _get})
