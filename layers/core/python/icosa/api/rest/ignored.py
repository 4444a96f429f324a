"""The header that names parameters which meant nothing to a request (docs/wire/rest.md#parameters)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

#: Names that are told, and bytes of each: clients read them, nobody parses thousands.
_MOST_NAMES = 20
_LENGTH = 100


def ignored_header(names: Iterable[str]) -> Mapping[str, str]:
    """The header for parameters that nobody has looked at, as they stand in an address; none for none."""
    told = sorted({quote(name[:_LENGTH], safe="[]")[:_LENGTH] for name in names})
    return {"x-icosa-ignored": ", ".join(told[:_MOST_NAMES])} if told else {}
