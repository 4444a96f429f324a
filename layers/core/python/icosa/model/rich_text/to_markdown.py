"""From BlockNote blocks to Markdown.

Blocks come from clients and from other versions of the editor, so whatever has not the expected shape is passed over,
and blocks of unknown types are shown as paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

_INDENT = "    "
_TO_ESCAPE = re.compile(r"([\\`*_\[\]<>~]|&(?=[#a-zA-Z]))")
#: What would make a paragraph something else when it stands at the beginning of a line.
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+=])", re.MULTILINE)
_NUMBER_START = re.compile(r"^(\s*\d+)([.)])(?=\s|$)", re.MULTILINE)
_BACKTICKS = re.compile("`+")
_LIST_TYPES = frozenset({"bulletListItem", "numberedListItem", "checkListItem"})
#: Styles from the outermost mark to the innermost.
_MARKS = (("bold", "**"), ("italic", "*"), ("strike", "~~"))


class _Run(NamedTuple):
    """A piece of a line in Markdown, and the styles that are still to be marked."""

    text: str
    styles: frozenset[str]


def markdown_of(blocks: Sequence[Any]) -> str:
    """The Markdown of a list of blocks. Colours, alignment and underlines have no Markdown and are lost."""
    return "\n".join(_lines(blocks, "")).strip("\n")


def _lines(blocks: Sequence[Any], indent: str) -> Iterator[str]:
    number = 0
    previous = ""
    for block in blocks:
        if not isinstance(block, dict):
            continue
        kind = str(block.get("type"))
        number = number + 1 if kind == "numberedListItem" and previous == kind else _start(block)
        if previous and not (kind in _LIST_TYPES and kind == previous):
            yield ""
        marker, text = _shown(block, kind, number)
        first, *rest = text.split("\n")
        yield f"{indent}{marker}{first}" if first else f"{indent}{marker}".rstrip()
        for line in rest:
            yield f"{indent}{_continuation(kind, marker)}{line}".rstrip()
        children = block.get("children")
        if isinstance(children, list) and children:
            if not (kind in _LIST_TYPES and _is_list_item(children[0])):
                yield ""
            yield from _lines(children, indent + (_INDENT if kind in _LIST_TYPES else ""))
        previous = kind


def _is_list_item(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") in _LIST_TYPES


def _shown(block: dict[str, Any], kind: str, number: int) -> tuple[str, str]:
    """The marker before a block and its text."""
    show = _SHOWN.get(kind)
    return show(block, number) if show else ("", _guarded(_inline(block.get("content"))))


def _continuation(kind: str, marker: str) -> str:
    if kind == "quote":
        return marker
    return _INDENT if kind in _LIST_TYPES else ""


def _heading(block: dict[str, Any], _: int) -> tuple[str, str]:
    level = _prop(block, "level")
    marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)
    return f"{marks} ", _inline(block.get("content")).replace("\n", " ")


def _check_item(block: dict[str, Any], _: int) -> tuple[str, str]:
    return f"- [{'x' if _prop(block, 'checked') is True else ' '}] ", _inline(block.get("content"))


def _code(block: dict[str, Any], _: int) -> tuple[str, str]:
    text = _plain(block.get("content"))
    fence = "`" * max(3, _longest_run(text) + 1)
    language = _prop(block, "language")
    name = language if isinstance(language, str) and language != "text" and "`" not in language else ""
    return "", f"{fence}{name}\n{text}\n{fence}"


def _image(block: dict[str, Any], _: int) -> tuple[str, str]:
    url, caption = _prop(block, "url"), _prop(block, "caption") or _prop(block, "name")
    return (
        "",
        f"![{_escaped(caption) if isinstance(caption, str) else ''}]({_target(url) if isinstance(url, str) else ''})",
    )


_SHOWN: dict[str, Callable[[dict[str, Any], int], tuple[str, str]]] = {
    "heading": _heading,
    "bulletListItem": lambda block, _: ("- ", _guarded(_inline(block.get("content")))),
    "numberedListItem": lambda block, number: (f"{number}. ", _guarded(_inline(block.get("content")))),
    "checkListItem": _check_item,
    "quote": lambda block, _: ("> ", _guarded(_inline(block.get("content")))),
    "codeBlock": _code,
    "image": _image,
    "divider": lambda block, _: ("", "---"),
}


def _prop(block: dict[str, Any], name: str) -> Any:
    props = block.get("props")
    return props.get(name) if isinstance(props, dict) else None


def _start(block: dict[str, Any]) -> int:
    start = _prop(block, "start")
    return start if isinstance(start, int) and start > 0 else 1


def _inline(content: Any) -> str:
    if isinstance(content, str):
        return _escaped(content)
    if not isinstance(content, list):
        return ""
    return _marked([part for part in map(_run, content) if part is not None], _MARKS)


def _run(part: Any) -> _Run | None:
    if isinstance(part, str):
        return _Run(_escaped(part), frozenset())
    if not isinstance(part, dict):
        return None
    if part.get("type") == "link":
        href = part.get("href")
        return _Run(f"[{_inline(part.get('content'))}]({_target(href) if isinstance(href, str) else ''})", frozenset())
    text, styles = part.get("text"), part.get("styles")
    if not isinstance(text, str):
        return None
    on = (
        frozenset(style for style, value in styles.items() if value is True)
        if isinstance(styles, dict)
        else frozenset()
    )
    return _Run(_code_span(text) if "code" in on else _escaped(text), on)


def _marked(runs: list[_Run], marks: Sequence[tuple[str, str]]) -> str:
    """Runs in Markdown: neighbours with the same style share its marks, which would otherwise touch and
    mean another.
    """
    if not marks:
        return "".join(run.text for run in runs)
    (style, mark), *inner = marks
    parts = []
    for is_on, group in groupby(runs, key=lambda run: style in run.styles):
        text = _marked(list(group), inner)
        parts.append(_around(text, mark) if is_on else text)
    return "".join(parts)


def _around(text: str, mark: str) -> str:
    """Marks must touch the text: blanks at its ends go outside."""
    core = text.strip()
    if not core:
        return text
    start = len(text) - len(text.lstrip())
    return f"{text[:start]}{mark}{core}{mark}{text[start + len(core) :]}"


def _code_span(text: str) -> str:
    if not text.strip():
        return text
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("\n", " ")


def _longest_run(text: str) -> int:
    """The number of backticks of the longest run of them."""
    return max(map(len, _BACKTICKS.findall(text)), default=0)


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(str(part.get("text") or _plain(part.get("content"))) for part in content if isinstance(part, dict))


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(r"\\\1", text).replace("\n", "\\\n")


def _guarded(text: str) -> str:
    """``text`` such that no line of it begins like a heading, a list, a rule or a block of code."""
    return _NUMBER_START.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", text.lstrip()))


def _target(url: str) -> str:
    return re.sub(r"([\\()])", r"\\\1", re.sub(r"\s+", "%20", url))
