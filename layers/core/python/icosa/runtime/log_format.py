"""The form of the log's lines: JSON, without what the data of a workspace says.

Messages of exceptions quote what could not be done with what: values of records, filters, tokens. So a line has the
kinds of the exceptions and the places that raised them, and messages only of those whose words are AWS's. At DEBUG,
which is for trying things out, it has all of them.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from ..store.client import PACKAGE

#: Packages whose exceptions say what AWS answered.
_AWS = ("botocore", PACKAGE)


class LogFormat(LambdaPowertoolsFormatter):
    """Powertools' form, with exceptions as above and times as Lambda reads them."""

    def __init__(self) -> None:
        super().__init__(use_rfc3339=True, utc=True, serialize_stacktrace=False)

    def formatException(self, ei: Any) -> str:
        if logging.getLogger(__package__.partition(".")[0]).isEnabledFor(logging.DEBUG):
            return super().formatException(ei)
        return described(ei[1])

    def _extract_log_exception(self, log_record: logging.LogRecord) -> Any:
        text, name, _notes = super()._extract_log_exception(log_record)
        return text, name, None


def described(error: BaseException) -> str:
    """Kinds and places of an exception and of those that led to it, the first one first.

    >>> try:
    ...     int("secret")
    ... except ValueError as error:
    ...     text = described(error)
    >>> text.splitlines()[-1]
    'ValueError'
    """
    parts: list[str] = []
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        words = f": {current}" if kind.__module__.partition(".")[0] in _AWS else ""
        parts.append("".join(traceback.format_tb(current.__traceback__)) + kind.__qualname__ + words)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\n".join(reversed(parts))
