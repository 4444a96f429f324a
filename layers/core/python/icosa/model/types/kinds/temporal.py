"""DATE and DATE_TIME: their stored texts sort as the moments they name."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from ....errors import InvalidData
from .. import graphql_types, values
from ..base import Stored
from .common import OrderedKind


class _Temporal(OrderedKind):
    def encode(self, value: Stored) -> str:
        return str(value)

    def decode(self, encoded: str, detail: str | None) -> Stored:
        return encoded

    @abstractmethod
    def value(self, field_name: str, raw: Any) -> str: ...

    def from_cursor(self, raw: Any) -> Stored:
        try:
            return self.value("", raw)
        except InvalidData as error:
            raise ValueError(error.message) from error


class Date(_Temporal):
    """Calendar days."""

    name = "DATE"
    scalar = graphql_types.DATE
    calendar = "day"

    def value(self, field_name: str, raw: Any) -> str:
        return values.day(field_name, raw)


class DateTime(_Temporal):
    """Points in time, in whole milliseconds (docs/wire/rest.md#milliseconds)."""

    name = "DATE_TIME"
    scalar = graphql_types.DATE_TIME
    calendar = "instant"

    def value(self, field_name: str, raw: Any) -> str:
        return values.instant(field_name, raw)
