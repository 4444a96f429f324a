"""From Markdown to BlockNote blocks: headings, paragraphs, lists, check lists, code, quotes, images; bold, italic,
strike, code and links within lines. What BlockNote has no block for is kept as text.

The parser's tokens are read one after the other, which takes a time in proportion to their number however they nest:
blocks nest as deep as the parser lets them (20 levels), emphasis without end.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, Any]
Styles = Mapping[str, bool]

#: What every block of text has (docs/wire/rest.md#rich-text).
_PROPS = {"textColor": "default", "backgroundColor": "default", "textAlignment": "left"}
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_OPENING = {f"{tag}_open": style for tag, style in _STYLES.items()}
_CLOSING = frozenset(f"{tag}_close" for tag in _STYLES)
_CHECKED = {"[ ] ": False, "[x] ": True, "[X] ": True}
_MAX_HEADING = 6


def blocks_of(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, with random ids."""
    return _blocks(iter(_parser().parse(markdown)))


@cache
def _parser() -> MarkdownIt:
    # No raw HTML: it stays visible text. Link targets that run code are refused by the library.
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


# ------------------------------------------------------------------ blocks


def _block(kind: str, content: list[Block], children: list[Block] | None = None, **props: Any) -> Block:
    return {
        "id": str(uuid.uuid4()),
        "type": kind,
        "props": {**_PROPS, **props},
        "content": content,
        "children": children or [],
    }


def _blocks(tokens: Iterator[Token]) -> list[Block]:
    """The blocks up to the token that closes what they are in."""
    blocks: list[Block] = []
    for token in tokens:
        if token.nesting < 0:
            break
        blocks += _BLOCKS[token.type](token, tokens)
    return blocks


def _line_of(tokens: Iterator[Token]) -> Sequence[Token]:
    """The content of a block that has one line of text; its closing token is passed."""
    line = next(tokens).children or ()
    next(tokens)
    return line


def _paragraph(_: Token, tokens: Iterator[Token]) -> Iterable[Block]:
    line = _line_of(tokens)
    if len(line) == 1 and line[0].type == "image":
        image = line[0]
        yield {
            "id": str(uuid.uuid4()),
            "type": "image",
            "props": {
                "backgroundColor": "default",
                "textAlignment": "left",
                "name": "",
                "url": image.attrGet("src") or "",
                "caption": image.content,
                "showPreview": True,
            },
            "children": [],
        }
        return
    yield _block("paragraph", _content(line))


def _heading(token: Token, tokens: Iterator[Token]) -> Iterable[Block]:
    yield _block("heading", _content(_line_of(tokens)), level=min(int(token.tag[1:]), _MAX_HEADING))


def _quote(_: Token, tokens: Iterator[Token]) -> Iterable[Block]:
    for block in _blocks(tokens):
        yield {**block, "type": "quote"} if block["type"] == "paragraph" else block


def _code(token: Token, _: Iterator[Token]) -> Iterable[Block]:
    language = token.info.strip().split(" ")[0] or "text"
    text = token.content.rstrip("\n")
    yield {
        "id": str(uuid.uuid4()),
        "type": "codeBlock",
        "props": {"language": language},
        "content": [_run(text, {})] if text else [],
        "children": [],
    }


def _rule(_: Token, __: Iterator[Token]) -> Iterable[Block]:
    yield {"id": str(uuid.uuid4()), "type": "divider", "props": {}, "children": []}


def _bullets(_: Token, tokens: Iterator[Token]) -> Iterable[Block]:
    for blocks in _items(tokens):
        yield _item("bulletListItem", blocks, {})


def _numbers(token: Token, tokens: Iterator[Token]) -> Iterable[Block]:
    start = token.attrs.get("start", 1)
    for position, blocks in enumerate(_items(tokens)):
        yield _item("numberedListItem", blocks, {"start": start} if position == 0 and start != 1 else {})


def _items(tokens: Iterator[Token]) -> Iterator[list[Block]]:
    """The blocks of each item of a list."""
    for token in tokens:
        if token.nesting < 0:
            return
        yield _blocks(tokens)


def _item(kind: str, blocks: list[Block], props: dict[str, Any]) -> Block:
    """A list item: its first paragraph is the text, everything after it is nested."""
    is_text = bool(blocks) and blocks[0]["type"] == "paragraph"
    content, nested = (blocks[0]["content"], blocks[1:]) if is_text else ([], blocks)
    if kind == "bulletListItem" and content and content[0].get("text", "")[:4] in _CHECKED:
        first = content[0]
        checked = _CHECKED[first["text"][:4]]
        text = first["text"][4:]
        content = ([{**first, "text": text}] if text else []) + content[1:]
        return _block("checkListItem", content, nested, checked=checked)
    return _block(kind, content, nested, **props)


_BLOCKS: dict[str, Callable[[Token, Iterator[Token]], Iterable[Block]]] = {
    "paragraph_open": _paragraph,
    "heading_open": _heading,
    "blockquote_open": _quote,
    "fence": _code,
    "code_block": _code,
    "bullet_list_open": _bullets,
    "ordered_list_open": _numbers,
    "hr": _rule,
}

# ------------------------------------------------------------------ within lines


class _Runs:
    """Runs of text and links in their order. Text goes to the last run when that has the same styles."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._texts: list[str] = []
        self._styles: Styles = {}

    def text(self, text: str, styles: Styles) -> None:
        if not text:
            return
        if self._texts and self._styles != styles:
            self._finish()
        self._texts.append(text)
        if len(self._texts) == 1:
            self._styles = styles

    def link(self, href: Any, content: list[Block]) -> None:
        self._finish()
        self._blocks.append({"type": "link", "href": href or "", "content": content})

    def blocks(self) -> list[Block]:
        self._finish()
        return self._blocks

    def texts(self) -> list[Block]:
        """Without links: BlockNote knows none inside links."""
        return [block for block in self.blocks() if block["type"] == "text"]

    def _finish(self) -> None:
        if self._texts:
            self._blocks.append(_run("".join(self._texts), self._styles))
            self._texts = []


def _content(line: Sequence[Token]) -> list[Block]:
    return _runs(line, {}).blocks()


def _runs(line: Sequence[Token], outer: Styles) -> _Runs:
    """The runs of a line. Only images hold tokens of their own; the parser ends them at 20 levels."""
    styles = [outer]
    links: list[Any] = []
    runs = [_Runs()]
    for token in line:
        kind = token.type
        if kind == "text":
            runs[-1].text(token.content, styles[-1])
        elif kind in _OPENING:
            styles.append({**styles[-1], _OPENING[kind]: True})
        elif kind in _CLOSING:
            styles.pop()
        elif kind == "softbreak":
            runs[-1].text(" ", styles[-1])
        elif kind == "hardbreak":
            runs[-1].text("\n", styles[-1])
        elif kind == "code_inline":
            runs[-1].text(token.content, {**styles[-1], "code": True})
        elif kind == "link_open":
            links.append(token.attrGet("href"))
            runs.append(_Runs())
        elif kind == "link_close":
            content = runs.pop().texts()
            runs[-1].link(links.pop(), content)
        elif kind == "image":
            runs[-1].link(token.attrGet("src"), _runs(token.children or (), styles[-1]).texts())
    return runs[0]


def _run(text: str, styles: Styles) -> Block:
    return {"type": "text", "text": text, "styles": dict(styles)}
