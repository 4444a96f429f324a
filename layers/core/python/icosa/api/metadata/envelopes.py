"""How objects and fields are wrapped in answers: Twenty's legacy envelopes, or none (docs/wire/metadata.md#envelopes
"Response envelope").

A workspace chooses with its preference ``metadataEnvelope``: ``legacy``, which is the default, or ``direct``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .call import Call
from .pages import CollectionPage


def wrap(call: Call, key: str, value: Any) -> Any:
    """``{"data": {key: value}}``, or ``value`` itself."""
    return value if _is_direct(call) else {"data": {key: value}}


def wrap_page(call: Call, key: str, page: CollectionPage[Any], members: Sequence[Any]) -> Any:
    """``{"data": {key: […]}, "pageInfo": …, "totalCount": …}``, or with the list itself as ``data``."""
    return page.envelope(list(members) if _is_direct(call) else {key: list(members)})


def _is_direct(call: Call) -> bool:
    return call.context.workspace.preferences.get("metadataEnvelope") == "direct"
