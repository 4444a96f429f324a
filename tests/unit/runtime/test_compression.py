"""Bodies that functions compress themselves."""

from __future__ import annotations

import base64
import gzip
import os

import pytest

from icosa.runtime.compression import accepts_gzip, gzipped
from icosa.runtime.http import HttpRequest, HttpResponse, proxy_response
from icosa.runtime.http_errors import AnswerTooLarge


def test_a_packed_body_is_sent_as_bytes() -> None:
    body = b'{"name":"x"},' * 1_000_000
    answer = proxy_response(gzipped(HttpResponse(200, b"", {"x-own": "kept"}), gzip.compress(body)), {})

    assert answer["isBase64Encoded"] is True
    assert len(answer["body"]) < 6_000_000
    assert gzip.decompress(base64.b64decode(answer["body"])) == body
    assert answer["headers"]["content-encoding"] == "gzip"
    assert answer["headers"]["x-own"] == "kept"
    assert answer["headers"]["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip, br", True),
        ("GZIP;q=0.1", True),
        ("*", True),
        ("", False),
        ("deflate", False),
        ("gzip;q=0", False),
    ],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    request = HttpRequest(method="POST", path="/graphql", headers={"accept-encoding": accepted})

    assert accepts_gzip(request) is takes


@pytest.mark.parametrize(("is_change", "text"), [(False, "The answer is larger"), (True, "The change was made, but")])
def test_what_is_too_large_even_so_is_refused(is_change: bool, text: str) -> None:
    with pytest.raises(AnswerTooLarge, match=text):
        gzipped(HttpResponse(200, b""), os.urandom(4_600_000), is_change=is_change)
