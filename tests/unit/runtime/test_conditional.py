"""Entity tags and conditions as headers have them (RFC 9110 §8.8.3, RFC 9110 §13.1)."""

from __future__ import annotations

import pytest

from icosa.runtime.conditional import (
    ConditionNotSupported,
    EntityTag,
    MalformedCondition,
    digest_tag,
    expected_revisions,
    is_not_modified,
    parse_tags,
    refuse_conditions,
    revision_tag,
)
from icosa.runtime.http import HttpRequest


def _asked(method: str = "GET", **headers: str) -> HttpRequest:
    return HttpRequest(
        method=method, path="/", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('"a"', ['"a"']),
        ('W/"a"', ['W/"a"']),
        ('"a", W/"b,c" ,"",', ['"a"', 'W/"b,c"', '""']),
        (' , "a"', ['"a"']),
        ("", []),
        ("a", None),
        ('"a', None),
        ('"a" "b"', None),
        ('w/"a"', None),
        ('"a\nb"', None),
        ('*, "a"', None),
    ],
)
def test_lists_of_tags(text: str, tags: list[str] | None) -> None:
    parsed = parse_tags(text)
    assert (None if parsed is None else list(map(str, parsed))) == tags


@pytest.mark.parametrize(
    ("text", "revisions"),
    [
        ("*", None),
        ('"12.abc"', frozenset({12})),
        ('"12.abc", "13.x-_="', frozenset({12})),
        ('"12.abc","14.def"', frozenset({12, 14})),
        ('W/"12.abc"', frozenset()),
        ('"abc"', frozenset()),
        ('"9999999999999999999.abc"', frozenset()),
    ],
)
def test_if_match_demands_revisions(text: str, revisions: frozenset[int] | None) -> None:
    assert expected_revisions(_asked(if_match=text)) == revisions


@pytest.mark.parametrize("text", ["", "12.abc", '"12.abc', "**", ","])
def test_malformed_conditions_are_refused(text: str) -> None:
    with pytest.raises(MalformedCondition):
        expected_revisions(_asked(if_match=text))


def test_tags_differ_by_what_is_shown_and_how() -> None:
    plain, packed = _asked(), _asked(accept_encoding="gzip")
    tags = [revision_tag(1, b"a", plain), revision_tag(2, b"a", plain), revision_tag(1, b"b", plain)]
    tags += [revision_tag(1, b"a", packed), digest_tag(b"a")]
    assert len(set(tags)) == len(tags)
    assert [tag.is_weak for tag in tags] == [False] * 4 + [True]
    for tag in tags[:4]:
        assert expected_revisions(_asked(if_match=str(tag))) == frozenset({2 if tag is tags[1] else 1})


@pytest.mark.parametrize("text", ["*", '"a"', 'W/"a"', '"x", W/"a"'])
def test_known_answers_are_not_sent_again(text: str) -> None:
    for tag in (EntityTag("a"), EntityTag("a", is_weak=True)):
        assert is_not_modified(_asked(if_none_match=text), tag)


@pytest.mark.parametrize("text", ['"b"', "a", '"a', ""])
def test_other_tags_are_none(text: str) -> None:
    assert not is_not_modified(_asked(if_none_match=text), EntityTag("a"))
    assert not is_not_modified(_asked(), EntityTag("a"))


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("header", ["if_match", "if_none_match", "if_unmodified_since"])
def test_conditions_are_obeyed_or_refused(method: str, header: str) -> None:
    request = _asked(method, **{header: "*"})
    if header == "if_none_match" and method == "GET":
        refuse_conditions(request)
        return
    with pytest.raises(ConditionNotSupported) as refusal:
        refuse_conditions(request)
    assert header.replace("_", "-") in refusal.value.message.lower()
    if header == "if_match":
        refuse_conditions(request, takes_if_match=True)
