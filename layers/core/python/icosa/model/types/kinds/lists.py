"""MULTI_SELECT and ARRAY: lists of text. Not indexed; they sort by their text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....errors import InvalidData
from ... import operators as ops
from ...inspect import inspect
from .. import graphql_types
from ..base import Stored
from .common import ScalarKind
from .text import Text

_TEXT = Text()


class _Lists(ScalarKind):
    is_indexed = False
    is_list = True

    def encode(self, value: Stored) -> str:
        return _TEXT.encode(_text(value))

    def is_cut(self, encoded: str) -> bool:
        return _TEXT.is_cut(encoded)

    def sort_key(self, value: Stored) -> str:
        return _TEXT.sort_key(_text(value))

    def from_cursor(self, raw: Any) -> Stored:
        if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
            raise ValueError("not a list of text")
        return raw or None


class MultiSelect(_Lists):
    """Some of a list of options."""

    name = "MULTI_SELECT"
    operators = ops.named(*ops.OPTIONS)
    #: The filter is that of a single option, of which it takes less.
    declared = tuple(dict.fromkeys((*ops.OPTION, *ops.OPTIONS)))
    scalar = graphql_types.OPTION
    is_choice = True
    contains = ops.CONTAINS_ANY

    def __init__(self, options: Sequence[str]) -> None:
        self.options = tuple(options)
        self._known = frozenset(options)

    def value(self, field_name: str, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in self._known:
            raise InvalidData(f'Invalid value {inspect(raw)} for multi select field "{field_name}"')
        return raw


class Array(_Lists):
    """Any texts."""

    name = "ARRAY"
    operators = ops.named(*ops.TEXTS)
    contains = ops.CONTAINS_ILIKE
    scalar = graphql_types.TEXTS

    def value(self, field_name: str, raw: Any) -> str:
        raise AssertionError("no operator takes a value")


def _text(value: Sequence[str]) -> str:
    """The list as PostgreSQL writes arrays of plain words: ``{RED,BLUE}``."""
    return f"{{{','.join(value)}}}"
