"""Answers that are larger than Lambda delivers as text."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import orjson
import pytest

from icosa.runtime import delivery
from icosa.runtime.delivery import deliver, stream
from icosa.runtime.http import ANSWER_LIMIT, HttpRequest, HttpResponse
from icosa.runtime.http_errors import AnswerTooLarge

PLAIN = HttpRequest(method="GET", path="/")
GZIP = HttpRequest(method="GET", path="/", headers={"accept-encoding": "gzip, deflate, br"})
REMEDY = "Send Accept-Encoding: gzip. Ask for fewer records or fewer fields"


def test_what_lambda_delivers_stays_text_for_the_gateway_to_compress() -> None:
    response = HttpResponse(200, b"x" * (ANSWER_LIMIT // 2))

    assert deliver(response, GZIP) is response


def test_larger_answers_are_packed_for_those_who_take_it() -> None:
    body = b'{"name":"x"},' * 1_000_000
    packed = deliver(HttpResponse(201, body, {"x-own": "kept"}), GZIP)

    assert packed.status == 201
    assert packed.is_binary
    assert dict(packed.headers) == {"x-own": "kept", "content-encoding": "gzip"}
    assert gzip.decompress(packed.body) == body


@pytest.mark.parametrize(
    ("is_change", "text"), [(False, "The answer is"), (True, "The change was made, but its answer is")]
)
def test_others_learn_what_to_send(is_change: bool, text: str) -> None:
    with pytest.raises(AnswerTooLarge) as refused:
        deliver(HttpResponse(200, b'"' * ANSWER_LIMIT), PLAIN, is_change=is_change)

    assert str(refused.value) == f"{text} larger than 6000000 bytes. {REMEDY}"


# ------------------------------------------------------------------ streams


def _parts(count: int) -> Iterator[str]:
    yield "["
    for number in range(count):
        yield f'{"," if number else ""}"part {number} ä"'
    yield "]"


@pytest.mark.parametrize("request_", [PLAIN, GZIP])
def test_short_streams_stay_text(request_: HttpRequest) -> None:
    response = stream(_parts(3), request_)

    assert (response.is_binary, response.body) == (False, '["part 0 ä","part 1 ä","part 2 ä"]'.encode())


def test_long_streams_are_packed_for_those_who_take_it() -> None:
    packed, plain = stream(_parts(50_000), GZIP), stream(_parts(50_000), PLAIN)

    assert packed.is_binary
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(orjson.loads(plain.body)) == 50_000


def test_a_stream_is_not_followed_further_than_lambda_delivers() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "x" * 100_000

    with pytest.raises(AnswerTooLarge, match=REMEDY):
        stream(endless(), PLAIN)
    assert taken <= ANSWER_LIMIT // 100_000 + 2


def test_a_stream_that_packs_well_ends_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_TEXT_LIMIT", 10_000_000)

    with pytest.raises(AnswerTooLarge, match="Ask for fewer"):
        stream(("x" * 100_000 for _ in range(1_000_000)), GZIP)
