r"""Words: what search finds a record by, and what a search input asks for (docs/wire/graphql.md#search).

A *token* is a text from the beginning of a word on to the next blank, without case and accents: ``Anne-Marie O'Brien``
has ``anne-marie``, ``marie``, ``o'brien``, ``brien``; ``ann@acme.com`` has itself and ``acme.com``. A term of an input
is treated the same way and found where it is the beginning of a token, so one look-up answers ``mar``, ``o'br`` and
``ann@ac`` alike. Scripts without blanks between words (Chinese, Japanese, Thai …) have a token from every character on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from . import phone_typing
from .model import Field, Object
from .types.base import Item, Leaf

#: Distinct tokens of a record at most; what comes later in the order of the search fields is not found. Every token is
#: a row, so this bounds what a write costs: a note of any length is written in one transaction.
MOST_TOKENS = 40
#: Characters of a token and of a term; longer ones are cut.
LONGEST = 32
#: Terms of an input that count.
MOST_TERMS = 8
#: Characters of a text that are looked at.
_MOST_TEXT = 4_000
_MOST_STARTS = 12

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
_URL_START = re.compile(r"(?:https?://)?(?:www\.)?")
#: Where words begin: runs of letters and digits, and every character of scripts that do not separate words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_PLAIN = re.compile(r"[a-z0-9]+")
#: A token that does not begin with its chunk has so many characters at least: ``com`` of ``acme.com`` would match too
#: much.
_SHORTEST_INNER = 4


def fold(text: str) -> str:
    """``text`` without case and accents."""
    text = text[:_MOST_TEXT]
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not unicodedata.combining(char)))


def search_fields(obj: Object) -> tuple[Field, ...]:
    """The fields that search looks at: those that metadata names, else the label."""
    ids = obj.search_field_ids or ((obj.label_identifier_field_id,) if obj.label_identifier_field_id else ())
    return tuple(
        field for field_id in ids if (field := obj.by_id.get(field_id)) is not None and not field.is_one_to_many
    )


def tokens(fields: tuple[Field, ...], item: Item) -> dict[str, str]:
    """Every token of a record with the keys of the fields that have it, separated by commas."""
    fields_by_token: dict[str, str] = {}
    for field in fields:
        value = item.get(field.key)
        if value is None:
            continue
        for text in field.type.search_texts(value):
            for token in _tokens(text):
                keys = fields_by_token.get(token)
                if keys is None:
                    if len(fields_by_token) == MOST_TOKENS:
                        continue
                    fields_by_token[token] = field.key
                elif not keys.endswith(field.key):
                    fields_by_token[token] = f"{keys},{field.key}"
    return fields_by_token


def first_token(text: str) -> str:
    """The token that a folded text begins with, "" if it begins with none."""
    return _trimmed(_BLANK.split(text, maxsplit=1)[0])


def serving_leaves(obj: Object) -> dict[str, tuple[Leaf, ...]]:
    """By the keys of search fields: their leaves whose index rows are read by search."""
    serving = {
        field.key: tuple(leaf for leaf in field.leaves if leaf.index.serves_search) for field in search_fields(obj)
    }
    return {key: leaves for key, leaves in serving.items() if leaves}


def calling_code(leaf: Leaf, record: Item) -> str | None:
    """The calling code that the index row of a leaf says, for search; None where it says none."""
    if not leaf.index.tells_codes:
        return None
    value = record.get(leaf.field.key)
    return None if value is None else leaf.field.type.calling_code(value)


def is_told_by(leaf: Leaf, record: Item, token: str) -> bool:
    """Whether a token of a field needs no row because of the index row of a leaf that serves search: its value begins
    so, or it does behind its calling code; or the token is in the host of an e-mail address, but not at its beginning
    (which says little).
    """
    value = leaf.get(record)
    if value is None:
        return False
    encoded = leaf.kind.encode(value)
    if encoded.startswith(token):
        return True
    code = calling_code(leaf, record)
    if code is not None:
        return (code + encoded).startswith(token)
    host = value.lower().rpartition("@")[2]
    return leaf.field.type.has_host and host != token and host.endswith(token)


def terms(text: str) -> tuple[str, ...]:
    """The distinct terms of a search input."""
    words = (term for chunk in phone_typing.joined(_BLANK.split(fold(text))) for term in _terms(chunk))
    return tuple(dict.fromkeys(words))[:MOST_TERMS]


def _terms(chunk: str) -> Iterator[str]:
    if not phone_typing.is_joined(chunk) and (term := _trimmed(_URL_START.sub("", chunk, count=1))):
        yield term
    yield from phone_typing.numbers(chunk)


def _tokens(text: str) -> Iterator[str]:
    for chunk in _BLANK.split(fold(text)):
        if _PLAIN.fullmatch(chunk):
            yield chunk[:LONGEST]
            continue
        chunk = _trimmed(_URL_START.sub("", chunk, count=1), whole=True)
        for count, match in enumerate(_WORD.finditer(chunk)):
            if count == _MOST_STARTS:
                break
            start = match.start()
            if start == 0 or len(chunk) - start >= _SHORTEST_INNER or not match.group().isascii():
                yield chunk[start : start + LONGEST]


def _trimmed(chunk: str, *, whole: bool = False) -> str:
    """The chunk from its first word to its last."""
    words = list(_WORD.finditer(chunk))
    if not words:
        return ""
    trimmed = chunk[words[0].start() : words[-1].end()]
    return trimmed if whole else trimmed[:LONGEST]
