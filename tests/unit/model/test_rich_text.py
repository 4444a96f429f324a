from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icosa.model.rich_text.from_markdown import blocks_of
from icosa.model.rich_text.to_markdown import markdown_of

PLAIN = {"textColor": "default", "backgroundColor": "default", "textAlignment": "left"}


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "id"}
    if isinstance(value, list):
        return [without_ids(item) for item in value]
    return value


def run(text: str, **styles: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, "styles": styles}


def block(kind: str, *content: dict[str, Any], children: list[Any] | None = None, **props: Any) -> dict[str, Any]:
    return {"type": kind, "props": {**PLAIN, **props}, "content": list(content), "children": children or []}


DOCUMENTS: list[tuple[str, list[dict[str, Any]]]] = [
    ("m", [block("paragraph", run("m"))]),
    (
        "# Title\n\nbody **bold**",
        [block("heading", run("Title"), level=1), block("paragraph", run("body "), run("bold", bold=True))],
    ),
    ("###### Six", [block("heading", run("Six"), level=6)]),
    (
        "*i* ~~s~~ `c*d` ***bi***",
        [
            block(
                "paragraph",
                run("i", italic=True),
                run(" "),
                run("s", strike=True),
                run(" "),
                run("c*d", code=True),
                run(" "),
                run("bi", italic=True, bold=True),
            )
        ],
    ),
    (
        "[a **b**](https://x.example/\\(y\\))",
        [
            block(
                "paragraph",
                {"type": "link", "href": "https://x.example/(y)", "content": [run("a "), run("b", bold=True)]},
            )
        ],
    ),
    ("one\\\ntwo", [block("paragraph", run("one\ntwo"))]),
    (
        "- a\n- b\n    1. one\n    2. two",
        [
            block("bulletListItem", run("a")),
            block(
                "bulletListItem",
                run("b"),
                children=[block("numberedListItem", run("one")), block("numberedListItem", run("two"))],
            ),
        ],
    ),
    ("3. three\n4. four", [block("numberedListItem", run("three"), start=3), block("numberedListItem", run("four"))]),
    (
        "- [x] done\n- [ ] to **do**",
        [
            block("checkListItem", run("done"), checked=True),
            block("checkListItem", run("to "), run("do", bold=True), checked=False),
        ],
    ),
    ("> said", [block("quote", run("said"))]),
    (
        "```py\nx = 1\n\ny\n```",
        [{"type": "codeBlock", "props": {"language": "py"}, "content": [run("x = 1\n\ny")], "children": []}],
    ),
    ("---", [{"type": "divider", "props": {}, "children": []}]),
    ("\\# no heading", [block("paragraph", run("# no heading"))]),
    ("1\\. no list", [block("paragraph", run("1. no list"))]),
    ("\\<b\\>no html\\</b\\>", [block("paragraph", run("<b>no html</b>"))]),
]


@pytest.mark.parametrize(("markdown", "blocks"), DOCUMENTS)
def test_both_ways(markdown: str, blocks: list[dict[str, Any]]) -> None:
    assert without_ids(blocks_of(markdown)) == blocks
    assert markdown_of(blocks) == markdown


def test_ids_differ() -> None:
    first, second = blocks_of("a\n\nb")
    assert first["id"] != second["id"]


def test_image() -> None:
    [image] = blocks_of("![alt](https://x.example/a.png)")
    assert (image["type"], image["props"]["url"], image["props"]["caption"]) == (
        "image",
        "https://x.example/a.png",
        "alt",
    )
    assert markdown_of([image]) == "![alt](https://x.example/a.png)"


def test_code_in_links_is_refused() -> None:
    assert without_ids(blocks_of("[x](javascript:alert(1))")) == [block("paragraph", run("[x](javascript:alert(1))"))]


def test_blocks_of_other_shapes_are_passed_over() -> None:
    blocks = [None, 1, {"type": "heading", "content": "H", "props": 5}, {"content": [None, {"text": 1}, "x"]}]
    assert markdown_of(blocks) == "# H\n\nx"


WORDS = st.text("ab *_`#[]<>\\-+1.)~!&;=:|", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_text_survives_as_it_is(words: list[str]) -> None:
    blocks = [block("paragraph", run(word)) for word in words]
    assert without_ids(blocks_of(markdown_of(blocks))) == blocks


STYLED = st.lists(
    st.tuples(
        st.text("ab1", min_size=1, max_size=3),
        st.sets(st.sampled_from(["bold", "italic", "strike", "code"]), min_size=1),
    ),
    min_size=1,
    max_size=4,
)


@given(STYLED)
def test_styled_words_survive(words: list[tuple[str, set[str]]]) -> None:
    content = [part for word, styles in words for part in (run(word, **dict.fromkeys(sorted(styles), True)), run(" "))][
        :-1
    ]
    assert without_ids(blocks_of(markdown_of([block("paragraph", *content)]))) == [block("paragraph", *content)]


@given(st.text("a*_`#[]()<>\\-+1.>~! \n", max_size=30))
def test_any_markdown_can_be_read_and_written(markdown: str) -> None:
    blocks = blocks_of(markdown)
    orjson.dumps(blocks)
    assert isinstance(markdown_of(blocks), str)


KEYS = st.sampled_from(["type", "content", "children", "props", "text", "styles", "href"])
KINDS = st.sampled_from(["heading", "link", "codeBlock", "bulletListItem", "image"])
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner | KINDS, max_size=4),
    max_leaves=20,
)


@given(st.lists(JSON, max_size=3))
def test_any_json_can_be_written(blocks: list[Any]) -> None:
    assert isinstance(markdown_of(blocks), str)


@pytest.mark.parametrize("depth", [10, 1_000, 20_000])
def test_emphasis_nests_without_end(depth: int) -> None:
    [paragraph] = blocks_of("*a **b " * depth + "c" + "** d*" * depth)
    assert paragraph["content"][0] == run("a ", italic=True)
    assert run("c", italic=True, bold=True)["styles"].items() <= paragraph["content"][1]["styles"].items()


@pytest.mark.parametrize("length", [1, 2, 3, 4, 200_000])
def test_runs_of_backticks_have_longer_fences(length: int) -> None:
    ticks = "`" * length
    code: dict[str, Any] = {"type": "codeBlock", "props": {"language": "text"}, "children": []}
    for text in (ticks, f"a{ticks}b", f"`{ticks}\n`a"):
        blocks = [{**code, "content": [run(text)]}]
        assert without_ids(blocks_of(markdown_of(blocks))) == blocks
        blocks = [block("paragraph", run(text.replace("\n", " "), code=True))]
        assert without_ids(blocks_of(markdown_of(blocks))) == blocks


def test_many_runs_of_text_are_joined_once() -> None:
    [paragraph] = blocks_of("x" * 200_000 + "\na" * 20_000)
    assert paragraph["content"] == [run("x" * 200_000 + " a" * 20_000)]


@pytest.mark.parametrize("images", [1, 5, 19, 500])
def test_images_inside_images(images: int) -> None:
    assert blocks_of("![" * images + "a" + "](b)" * images)
