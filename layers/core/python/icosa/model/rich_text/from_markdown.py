"""From Markdown to BlockNote blocks: headings, paragraphs, lists, check lists, code, quotes, images; bold, italic,
strike, code and links within lines. What BlockNote has no block for is kept as text.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

Block = dict[str, Any]

#: What every block of text has (docs/wire/rest.md#rich-text).
_PROPS = {"textColor": "default", "backgroundColor": "default", "textAlignment": "left"}
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_CHECKED = {"[ ] ": False, "[x] ": True, "[X] ": True}
_MAX_HEADING = 6


def blocks_of(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, with random ids."""
    return list(_blocks(SyntaxTreeNode(_parser().parse(markdown))))


@cache
def _parser() -> MarkdownIt:
    # No raw HTML: it stays visible text. Link targets that run code are refused by the library.
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def _block(kind: str, content: list[Block], children: list[Block] | None = None, **props: Any) -> Block:
    return {
        "id": str(uuid.uuid4()),
        "type": kind,
        "props": {**_PROPS, **props},
        "content": content,
        "children": children or [],
    }


def _blocks(parent: SyntaxTreeNode) -> Iterator[Block]:
    for node in parent.children:
        convert = _BLOCKS.get(node.type)
        if convert is not None:
            yield from convert(node)
        elif node.content:
            yield _block("paragraph", _text(node.content.rstrip("\n"), {}))


def _paragraph(node: SyntaxTreeNode) -> Iterator[Block]:
    inline = node.children[0].children if node.children else []
    if len(inline) == 1 and inline[0].type == "image":
        image = inline[0]
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
    yield _block("paragraph", _inline(node))


def _heading(node: SyntaxTreeNode) -> Iterator[Block]:
    yield _block("heading", _inline(node), level=min(int(node.tag[1:]), _MAX_HEADING))


def _quote(node: SyntaxTreeNode) -> Iterator[Block]:
    for block in _blocks(node):
        yield {**block, "type": "quote"} if block["type"] == "paragraph" else block


def _code(node: SyntaxTreeNode) -> Iterator[Block]:
    language = (node.info or "").strip().split(" ")[0] or "text"
    yield {
        "id": str(uuid.uuid4()),
        "type": "codeBlock",
        "props": {"language": language},
        "content": _text(node.content.rstrip("\n"), {}),
        "children": [],
    }


def _rule(node: SyntaxTreeNode) -> Iterator[Block]:
    yield {"id": str(uuid.uuid4()), "type": "divider", "props": {}, "children": []}


def _bullets(node: SyntaxTreeNode) -> Iterator[Block]:
    for item in node.children:
        yield _item("bulletListItem", item, {})


def _numbers(node: SyntaxTreeNode) -> Iterator[Block]:
    start = node.attrs.get("start", 1)
    for position, item in enumerate(node.children):
        yield _item("numberedListItem", item, {"start": start} if position == 0 and start != 1 else {})


def _item(kind: str, item: SyntaxTreeNode, props: dict[str, Any]) -> Block:
    """A list item: its first paragraph is the text, everything after it is nested."""
    blocks = list(_blocks(item))
    content = blocks.pop(0)["content"] if blocks and blocks[0]["type"] == "paragraph" else []
    if kind == "bulletListItem" and content and content[0].get("text", "")[:4] in _CHECKED:
        first = content[0]
        checked = _CHECKED[first["text"][:4]]
        text = first["text"][4:]
        content = ([{**first, "text": text}] if text else []) + content[1:]
        return _block("checkListItem", content, blocks, checked=checked)
    return _block(kind, content, blocks, **props)


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], Iterator[Block]]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "bullet_list": _bullets,
    "ordered_list": _numbers,
    "hr": _rule,
}


def _inline(node: SyntaxTreeNode) -> list[Block]:
    blocks: list[Block] = []
    for child in node.children:
        _runs(child, {}, blocks)
    return blocks


def _runs(node: SyntaxTreeNode, styles: dict[str, bool], blocks: list[Block]) -> None:
    match node.type:
        case "inline":
            for child in node.children:
                _runs(child, styles, blocks)
        case "text":
            _add(blocks, node.content, styles)
        case "softbreak" | "hardbreak":
            _add(blocks, "\n" if node.type == "hardbreak" else " ", styles)
        case "code_inline":
            _add(blocks, node.content, {**styles, "code": True})
        case "link" | "image":
            content: list[Block] = []
            for child in node.children:
                _runs(child, styles, content)
            href = node.attrGet("href" if node.type == "link" else "src") or ""
            blocks.append(
                {"type": "link", "href": href, "content": [part for part in content if part["type"] == "text"]}
            )
        case _:
            style = _STYLES.get(node.type)
            for child in node.children:
                _runs(child, {**styles, style: True} if style else styles, blocks)


def _add(blocks: list[Block], text: str, styles: dict[str, bool]) -> None:
    """Append text, to the last run when it has the same styles."""
    if blocks and blocks[-1]["type"] == "text" and blocks[-1]["styles"] == styles:
        blocks[-1]["text"] += text
    else:
        blocks += _text(text, styles)


def _text(text: str, styles: dict[str, bool]) -> list[Block]:
    return [{"type": "text", "text": text, "styles": dict(styles)}] if text else []
