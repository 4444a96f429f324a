"""RICH_TEXT: a document as BlockNote blocks and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson

from ...errors import InvalidData
from ..inspect import inspect
from . import json_schema, values
from .base import Field, Stored
from .composite import CompositeType, Member
from .kinds import LongText

BLOCKS, MARKDOWN = "blocknote", "markdown"
_DANGEROUS = ("javascript:", "vbscript:", "data:text/html")
_MAX_DEPTH = 64


def _blocks(name: str, value: Any) -> str | None:
    """JSON text of a list of blocks, as it was sent."""
    text = values.text(name, value)
    if text is None:
        return None
    try:
        blocks = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidData(f'Invalid blocknote value for field "{name}" - must contain valid JSON') from error
    if not isinstance(blocks, list):
        raise InvalidData(f'Invalid blocknote value for field "{name}" - must be a JSON array of blocks')
    _check(name, blocks, 0)
    return text


def _check(name: str, value: Any, depth: int) -> None:
    """Refuse links that would run code in a browser, wherever they stand, and documents that nest without end."""
    if depth > _MAX_DEPTH:
        raise InvalidData(
            f'Invalid blocknote value for field "{name}" - must not be nested deeper than {_MAX_DEPTH} levels'
        )
    if isinstance(value, list):
        for item in value:
            _check(name, item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("href", "url", "src") and isinstance(item, str) and _is_dangerous(item):
                raise InvalidData(f'Dangerous URL protocol in blocknote content for field "{name}"')
            _check(name, item, depth + 1)


def _is_dangerous(url: str) -> bool:
    """Browsers skip blanks and control characters before and within a scheme."""
    return "".join(char for char in url if char > " ").lower().startswith(_DANGEROUS)


class RichText(CompositeType):
    """Either member may be sent, the other one follows from it (docs/wire/rest.md#rich-text)."""

    name = "RICH_TEXT"
    words = "rich text"
    members = (
        Member(name=BLOCKS, kind=LongText(), read=_blocks, schema=json_schema.STRING, is_read=False),
        Member(name=MARKDOWN, kind=LongText(), read=values.text, schema=json_schema.STRING, empty=""),
    )
    sample: ClassVar[Mapping[str, Any]] = {MARKDOWN: "A **bold** plan"}

    def check_form(self, field: Field, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise InvalidData(
                f'Invalid rich text v2 value {inspect(value)} for field "{field.name}" - Should be an object'
            )
        super().check_form(field, value)

    def search_texts(self, value: Stored) -> Iterator[str]:
        yield value.get(MARKDOWN, "")

    def combine(self, field: Field, value: Mapping[str, Any], old: Mapping[str, Stored]) -> dict[str, Stored]:
        members = super().combine(field, value, old)
        if members == old:
            return members
        members = {name: stored for name, stored in members.items() if name in value}
        if MARKDOWN in members and BLOCKS not in members:
            # The Markdown library takes 100 ms to import, and few requests write documents.
            from ..rich_text.from_markdown import blocks_of

            members[BLOCKS] = orjson.dumps(blocks_of(members[MARKDOWN])).decode()
        elif BLOCKS in members and MARKDOWN not in members:
            from ..rich_text.to_markdown import markdown_of

            if markdown := markdown_of(orjson.loads(members[BLOCKS])):
                members[MARKDOWN] = markdown
        return members
