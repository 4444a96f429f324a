"""TEXT and the text members of composites."""

from __future__ import annotations

from typing import Any

from ... import operators as ops
from ... import web_link
from ...email_address import normalise
from ...folding import fold
from ...like import literal_prefix
from ...operators import Operator, Predicate
from .. import graphql_types, values
from ..base import KeyRange, Ranges, Stored
from .common import ScalarKind, equal_ranges

_MAX_BYTES = 128
#: No character takes more bytes.
_MAX_CHARACTER = 4
#: The greatest character of so many bytes.
_FILLERS = ("", "\x7f", "\u07ff", "\uffff")
_MAX_DETAIL = 1024


class Text(ScalarKind):
    r"""Text. Equality and patterns look at the case; ``gt`` … ``lte`` and orders fold it to lower
    (docs/wire/rest.md#operators).

    Encoded: the folded text, cut at 128 bytes. ``\x01`` and ``\x02`` are written ``\x02\x02`` and ``\x02\x03``, since
    ``\x01`` ends a value inside a key.
    """

    name = "TEXT"
    scalar = graphql_types.STRING
    operators = ops.named(*ops.TEXT)
    contains = ops.ILIKE
    declared = (*ops.TEXT, *ops.UNSUPPORTED)
    null_equivalent = ""
    has_detail = True

    def value(self, field_name: str, raw: Any) -> str:
        return "" if raw is None else values.text(field_name, raw) or ""

    def predicate(self, operator: Operator, operand: Any) -> Predicate:
        if operator in ops.ORDERS:
            matches = operator.predicate(fold(operand))
            return lambda value: matches(fold(value))
        return operator.predicate(operand)

    def encode(self, value: Stored) -> str:
        return _cut(escape(fold(value)))

    def is_cut(self, encoded: str) -> bool:
        return len(encoded) * _MAX_CHARACTER >= _MAX_BYTES and len(encoded.encode()) == _MAX_BYTES

    def detail(self, value: Stored) -> str | None:
        encoded = self.encode(value)
        if encoded == value and not self.is_cut(encoded):
            return None
        if len(value) * _MAX_CHARACTER > _MAX_DETAIL and len(value.encode()) > _MAX_DETAIL:
            return None
        return str(value)

    def decode(self, encoded: str, detail: str | None) -> Stored:
        if detail is not None:
            return detail
        if self.is_cut(encoded):
            raise ValueError("the text is longer than its index row holds")
        return encoded

    def sort_key(self, value: Stored) -> str:
        return fold(value)

    def ranges(self, operator: Operator, operand: Any) -> Ranges | None:
        match operator:
            case ops.EQ:
                return self._equal((operand,), exact=has_no_case(operand))
            case ops.IN:
                return self._equal(operand, exact=all(map(has_no_case, operand)))
            case ops.STARTS_WITH:
                return self._starting(operand, exact=has_no_case(operand))
            case ops.LIKE | ops.ILIKE:
                prefix, rest = literal_prefix(operand)
                exact = rest != "?" and (operator is ops.ILIKE or has_no_case(prefix))
                if rest == "":
                    return self._equal((prefix,), exact=exact)
                return self._starting(prefix, exact=exact) if prefix or exact else None
            case ops.GT | ops.GTE:
                encoded, cut = self._bound(operand)
                return Ranges((KeyRange(low=encoded, include_low=cut or operator is ops.GTE),), not cut)
            case ops.LT | ops.LTE:
                encoded, cut = self._bound(operand)
                return Ranges((KeyRange(high=encoded, include_high=cut or operator is ops.LTE),), not cut)
        return None

    def _bound(self, operand: str) -> tuple[str, bool]:
        """An operand encoded, and whether texts on both sides of it may have the same encoding."""
        encoded = self.encode(operand)
        return encoded, self.is_cut(encoded)

    def _equal(self, operands: tuple[str, ...], *, exact: bool) -> Ranges:
        encoded = {self.encode(operand) for operand in operands}
        return equal_ranges(encoded, exact=exact and not any(map(self.is_cut, encoded)))

    def _starting(self, prefix: str, *, exact: bool) -> Ranges:
        encoded = self.encode(prefix)
        if not encoded:
            return Ranges((KeyRange(),), True)
        return Ranges((KeyRange(low=encoded, prefix=True),), exact and not self.is_cut(encoded))

    def from_cursor(self, raw: Any) -> Stored:
        if not isinstance(raw, str):
            raise ValueError("not text")
        return raw or None


class EmailText(Text):
    """An e-mail address: operands of ``eq``, ``neq`` and ``in`` are normalised as stored values are."""

    def value(self, field_name: str, raw: Any) -> str:
        text = super().value(field_name, raw)
        return normalise(text) or text.strip().lower()


class UrlText(Text):
    """The address of a link: operands of ``eq``, ``neq`` and ``in`` are normalised as stored values are."""

    def value(self, field_name: str, raw: Any) -> str:
        text = super().value(field_name, raw)
        return web_link.normalise(text) or text

    is_compared_otherwise = True

    def compared(self, value: Stored) -> Stored:
        return web_link.compared(value)


class LongText(Text):
    """Text of documents: filtered by reading the records, without index rows."""

    is_indexed = False


def escape(text: str) -> str:
    """Text as it stands in keys."""
    if "\x01" in text or "\x02" in text:
        return text.replace("\x02", "\x02\x03").replace("\x01", "\x02\x02")
    return text


def _cut(text: str) -> str:
    """The first 128 bytes. A character that would be split is replaced by the greatest one that fits: it sorts above
    all shorter ones, and so must the text that was cut before it.
    """
    if len(text) * _MAX_CHARACTER <= _MAX_BYTES:
        return text
    encoded = text.encode()
    if len(encoded) <= _MAX_BYTES:
        return text
    whole = encoded[:_MAX_BYTES].decode(errors="ignore")
    return whole + _FILLERS[_MAX_BYTES - len(whole.encode())]


def has_no_case(text: str) -> bool:
    """Whether no other text folds to the same (ASCII only: elsewhere folding has too many corners)."""
    return text.isascii() and text.upper() == text.lower()
