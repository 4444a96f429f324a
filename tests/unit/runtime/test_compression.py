"""Bodies that functions compress themselves."""

from __future__ import annotations

import base64
import gzip
import os

import pytest

from icosa.runtime.compression import compressed, gzipped
from icosa.runtime.http import HttpRequest, HttpResponse, proxy_response
from icosa.runtime.http_errors import AnswerTooLarge


def _request(accepted: str) -> HttpRequest:
    return HttpRequest(method="POST", path="/graphql", headers={"accept-encoding": accepted})


def test_an_answer_that_lambda_would_not_deliver_is_delivered_packed() -> None:
    body = b'{"name":"x"},' * 1_000_000
    answer = proxy_response(compressed(HttpResponse(200, body, {"x-own": "kept"}), _request("gzip")), {})

    assert answer["isBase64Encoded"] is True
    assert len(answer["body"]) < 6_000_000
    assert gzip.decompress(base64.b64decode(answer["body"])) == body
    assert answer["headers"]["content-encoding"] == "gzip"
    assert answer["headers"]["x-own"] == "kept"
    assert answer["headers"]["vary"] == "accept-encoding"


def test_the_same_body_is_packed_the_same() -> None:
    response = HttpResponse(200, b"{}" * 1000)

    assert compressed(response, _request("gzip")).body == compressed(response, _request("gzip")).body


@pytest.mark.parametrize("accepted", ["", "deflate", "gzip;q=0"])
def test_other_clients_get_the_answer_as_it_is(accepted: str) -> None:
    response = HttpResponse(200, b"{}")

    assert compressed(response, _request(accepted)) == response


@pytest.mark.parametrize(("is_change", "text"), [(False, "The answer is larger"), (True, "The change was made, but")])
def test_what_is_too_large_even_so_is_refused(is_change: bool, text: str) -> None:
    with pytest.raises(AnswerTooLarge, match=text):
        gzipped(HttpResponse(200, b""), os.urandom(4_600_000), is_change=is_change)
