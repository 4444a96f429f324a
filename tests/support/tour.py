"""A document's shell examples with the answers that it shows for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Stands for anything: as a value, and as a key for members that are not shown.
ANYTHING = "…"

_BLOCK = re.compile(r"^```(?P<language>bash|json)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """Commands, and the JSON that they print if the document shows it."""

    commands: str
    answer: Any


def steps(markdown: str, heading: str) -> list[Step]:
    """The examples of one section. Raises ValueError when an answer does not follow its commands directly."""
    section = markdown.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return list(_steps(section))


def _steps(section: str) -> Iterator[Step]:
    commands: str | None = None
    for block in _BLOCK.finditer(section):
        if block["language"] == "bash":
            if commands is not None:
                yield Step(commands, None)
            commands = block["text"]
        elif commands is None:
            raise ValueError(f"no commands before the answer {block['text']}")
        else:
            yield Step(commands, json.loads(block["text"]))
            commands = None
    if commands is not None:
        yield Step(commands, None)


def difference(rendered: Any, actual: Any, path: str = "$") -> str | None:
    """Where an answer is not what the document shows, None if it is."""
    if rendered == ANYTHING:
        return None
    if isinstance(rendered, dict) and isinstance(actual, dict):
        more = ANYTHING in rendered
        expected = {key: value for key, value in rendered.items() if key != ANYTHING}
        if missing := expected.keys() - actual.keys():
            return f"{path} lacks {sorted(missing)}"
        if not more and (extra := actual.keys() - expected.keys()):
            return f"{path} has {sorted(extra)} as well"
        return next(
            (
                mismatch
                for key, value in expected.items()
                if (mismatch := difference(value, actual[key], f"{path}.{key}"))
            ),
            None,
        )
    if isinstance(rendered, list) and isinstance(actual, list):
        if len(rendered) != len(actual):
            return f"{path} has {len(actual)} elements, not {len(rendered)}"
        pairs = enumerate(zip(rendered, actual, strict=True))
        return next(
            (mismatch for i, (left, right) in pairs if (mismatch := difference(left, right, f"{path}[{i}]"))), None
        )
    return None if rendered == actual else f"{path} is {actual!r}, not {rendered!r}"
