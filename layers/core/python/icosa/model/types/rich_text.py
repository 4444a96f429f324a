"""RICH_TEXT: a document as BlockNote blocks and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson

from ...errors import InvalidData, PayloadTooLarge
from ...limits import RECORD_BYTES, RICH_TEXT_BYTES, RICH_TEXT_MARKS, Limit
from ..inspect import inspect
from ..recent import Recent
from ..rich_text.marks import marks_in
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
    if (problem := _problem(text)) is not None:
        raise InvalidData(problem.format(name=name))
    return text


def _find_problem(text: str) -> str | None:
    """The message for what cannot be stored; ``{name}`` stands for the name of the field."""
    try:
        blocks = orjson.loads(text)
    except orjson.JSONDecodeError:
        return 'Invalid blocknote value for field "{name}" - must contain valid JSON'
    if not isinstance(blocks, list):
        return 'Invalid blocknote value for field "{name}" - must be a JSON array of blocks'
    return _check(blocks, 0)


def _check(value: Any, depth: int) -> str | None:
    """Refuse links that would run code in a browser, wherever they stand, and documents that nest without end."""
    if depth > _MAX_DEPTH:
        return f'Invalid blocknote value for field "{{name}}" - must not be nested deeper than {_MAX_DEPTH} levels'
    problem = None
    if isinstance(value, list):
        problem = next(filter(None, (_check(item, depth + 1) for item in value)), None)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("href", "url", "src") and isinstance(item, str) and _is_dangerous(item):
                return 'Dangerous URL protocol in blocknote content for field "{name}"'
            if (problem := _check(item, depth + 1)) is not None:
                break
    return problem


def _is_dangerous(url: str) -> bool:
    """Browsers skip blanks and control characters before and within a scheme."""
    return "".join(char for char in url if char > " ").lower().startswith(_DANGEROUS)


def _converted_blocks(markdown: str) -> str:
    # The Markdown library takes 100 ms to import, and few requests write documents.
    from ..rich_text.from_markdown import blocks_of

    return orjson.dumps(blocks_of(markdown)).decode()


def _converted_markdown(blocks: str) -> str:
    from ..rich_text.to_markdown import markdown_of

    return markdown_of(orjson.loads(blocks))


# A change of many records, and every new attempt of a write, reads the same text again.
_problem, _blocks_text, _markdown_text = Recent(_find_problem), Recent(_converted_blocks), Recent(_converted_markdown)


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
        if sum(len(text.encode(errors="replace")) for text in _texts(value)) > RECORD_BYTES:
            raise PayloadTooLarge("The record is larger than the 400 KB that the store allows")

    def demands(self, value: Any) -> Iterator[tuple[Limit, int]]:
        texts = _texts(value) if isinstance(value, Mapping) else []
        if len(texts) == 1:  # the other form follows from it
            size = len(texts[0].encode(errors="replace"))
            if size > RECORD_BYTES:  # is refused, and not converted
                return
            yield RICH_TEXT_BYTES, size
            if value.get(MARKDOWN) == texts[0]:
                yield RICH_TEXT_MARKS, marks_in(texts[0])

    def search_texts(self, value: Stored) -> Iterator[str]:
        yield value.get(MARKDOWN, "")

    def combine(self, field: Field, value: Mapping[str, Any], old: Mapping[str, Stored]) -> dict[str, Stored]:
        members = super().combine(field, value, old)
        if members == old:
            return members
        members = {name: stored for name, stored in members.items() if name in value}
        if MARKDOWN in members and BLOCKS not in members:
            members[BLOCKS] = _blocks_text(members[MARKDOWN])
        elif BLOCKS in members and MARKDOWN not in members and (markdown := _markdown_text(members[BLOCKS])):
            members[MARKDOWN] = markdown
        return members


def _texts(value: Mapping[str, Any]) -> list[str]:
    """The forms of a text that a body has."""
    return [text for name in (BLOCKS, MARKDOWN) if isinstance(text := value.get(name), str) and text]
