"""Lines of exported logs: JSON, one a line, as CloudWatch Logs exports them and as the local stack has them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

Line = dict[str, Any]
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class Unread:
    """Lines that begin like JSON and are none: cut off, most of the time."""

    number: int = 0


def lines_of(place: Path, unread: Unread) -> Iterator[tuple[Line, int]]:
    """The JSON objects of a file, or of all files below a folder, with their bytes; other lines are passed over.

    Files may be compressed, whatever they are called. Raises FileNotFoundError.
    """
    if not place.exists():
        raise FileNotFoundError(f"{place} does not exist")
    files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
    for path in files:
        yield from _lines_of_file(path, unread)


def _lines_of_file(path: Path, unread: Unread) -> Iterator[tuple[Line, int]]:
    with path.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP
    with gzip.open(path) if is_packed else path.open("rb") as file:
        for text in file:
            # Exports begin each line with its time, `aws logs tail` with the name of the stream as well.
            start = text.find(b"{")
            if start < 0:
                continue
            try:
                line = json.loads(text[start:], parse_float=Decimal)
            except ValueError:
                unread.number += 1
                continue
            if isinstance(line, dict):
                yield line, len(text) - start
