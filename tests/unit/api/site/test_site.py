"""The console's files over HTTP, by proxy events as API Gateway sends them."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from icosa.api.site.files import Site
from icosa.api.site.preflight import PREFLIGHT
from icosa.api.site.site import SiteApi
from icosa.runtime.http import HttpResponse, proxy, proxy_response
from tests.support.site import FONT, INDEX, LARGE, SCRIPT, write_site

_STAGE = {"domainName": "abc.execute-api.eu-central-1.amazonaws.com", "apiId": "abc", "stage": "dev"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> SiteApi:
    folder = tmp_path_factory.mktemp("site")
    (folder / "secret.txt").write_text("outside")
    return SiteApi(Site.read(write_site(folder / "site")))


def _event(path: str, *, base: str = "", method: str = "GET", **more: Any) -> dict[str, Any]:
    headers, context = more.pop("headers", {}), more.pop("context", {})
    root, _, below = path.strip("/").partition("/")
    resource = f"/{root}/{{proxy+}}" if below else f"/{root}"
    return {
        "httpMethod": method,
        "path": base + path,
        "resource": resource,
        "pathParameters": {"proxy": below} if below else None,
        "headers": {"Host": "localhost", **headers},
        "requestContext": context,
        **more,
    }


def _get(api: SiteApi, path: str, **more: Any) -> tuple[int, dict[str, str], bytes]:
    answer = proxy(api.answer)(_event(path, **more), None)
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return answer["statusCode"], answer["headers"], body


@pytest.mark.parametrize(
    "path", ["/", "/settings", "/settings/", "/settings/roles/1", "/playground", "/playground/rest/core"]
)
def test_every_address_is_the_same_page(api: SiteApi, path: str) -> None:
    status, headers, body = _get(api, path)

    assert (status, body.decode()) == (200, INDEX)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("base", "context", "prefix"),
    [
        ("", {}, "/"),
        ("", _STAGE, "/dev/"),
        ("/crm", {"domainName": "api.example.com"}, "/crm/"),
        ("/a/b", {"domainName": "api.example.com"}, "/a/b/"),
        ("/settings", {"domainName": "api.example.com"}, "/settings/"),
        ("/", {"domainName": "api.example.com"}, "/"),
        ("//evil.example", {"domainName": "api.example.com"}, "/evil.example/"),
        ('/"><script>', {"domainName": "api.example.com"}, "/&quot;&gt;&lt;script&gt;/"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/settings", "/settings/roles/1", "/playground/graphql/core"])
def test_the_page_knows_under_which_path_it_is(
    api: SiteApi, base: str, context: dict[str, str], prefix: str, path: str
) -> None:
    _, _, body = _get(api, path, base=base, context=context)

    assert f'<base href="{prefix}">' in body.decode()


def test_the_root_of_a_base_path_needs_no_slash(api: SiteApi) -> None:
    event = _event("/", context={"domainName": "api.example.com"}) | {"path": "/crm"}

    assert '<base href="/crm/">' in proxy(api.answer)(event, None)["body"]


def test_a_page_that_the_browser_has_is_not_sent_again(api: SiteApi) -> None:
    _, headers, _ = _get(api, "/")
    tag = headers["etag"]

    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        status, again, body = _get(api, "/settings/general", headers={"If-None-Match": sent})
        assert (status, body, again["etag"]) == (304, b"", tag)
        assert "content-security-policy" in again
    assert _get(api, "/", headers={"If-None-Match": '"other"'})[0] == 200
    assert _get(api, "/", context=_STAGE, headers={"If-None-Match": tag})[0] == 200


def test_files_are_sent_packed_and_kept_for_good(api: SiteApi) -> None:
    status, headers, body = _get(api, "/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, deflate, br"})

    assert (status, gzip.decompress(body)) == (200, SCRIPT)
    assert headers["content-encoding"] == "gzip"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "deflate, gzip;q=0.0", "identity", "*;q=0", "gzip;q=x"])
def test_who_does_not_take_gzip_gets_files_as_they_are(api: SiteApi, accepted: str) -> None:
    status, headers, body = _get(api, "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted})

    assert (status, body) == (200, SCRIPT)
    assert "content-encoding" not in headers


@pytest.mark.parametrize("accepted", ["gzip", "GZIP;q=0.5", "br, *", "x-gzip"])
def test_a_large_file_is_there_packed_only(api: SiteApi, accepted: str) -> None:
    status, _, body = _get(api, "/assets/large-3c4d.js", headers={"Accept-Encoding": accepted})
    refused, headers, text = _get(api, "/assets/large-3c4d.js", headers={"Accept-Encoding": "br"})

    assert (status, gzip.decompress(body)) == (200, LARGE)
    assert refused == 406
    assert json.loads(text) == {
        "statusCode": 406,
        "error": "NotAcceptableException",
        "messages": ["This file is sent compressed only. Send Accept-Encoding: gzip"],
    }
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert "immutable" not in headers.get("cache-control", "")


def test_a_font_is_bytes(api: SiteApi) -> None:
    status, headers, body = _get(api, "/assets/font-5e6f.woff2", headers={"Accept-Encoding": "gzip"})

    assert (status, body, headers["content-type"]) == (200, FONT, "font/woff2")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/",
        "/assets/../index.html",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/index.html",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2Fetc%2Fpasswd",
        "/assets//etc/passwd",
        "/assets/app-1a2b.js.gz",
        "/assets/app-1a2b.js%00",
        "/assets/.",
        "/assets/index.html",
        "/assets/THIRD-PARTY.txt",
    ],
)
def test_nothing_else_can_be_read(api: SiteApi, path: str) -> None:
    status, headers, body = _get(api, path, headers={"Accept-Encoding": "gzip"})

    assert status == 404
    assert json.loads(body) == {"statusCode": 404, "error": "NotFoundException", "messages": [f"Cannot GET {path}"]}
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/settings/roles", "/playground", "/assets/app-1a2b.js", "/assets/nothing"])
def test_browsers_are_told_what_the_console_never_does(api: SiteApi, path: str) -> None:
    _, headers, _ = _get(api, path)

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize("base", ["", "/crm"])
def test_playgrounds_alone_may_make_styles(api: SiteApi, base: str) -> None:
    _, headers, _ = _get(api, "/playground/rest/core", base=base, context={"domainName": "api.example.com"})

    policy = headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline'; " in policy
    assert "font-src 'self' data:; " in policy
    assert "script-src 'self'; " in policy


def test_browsers_stay_with_https_where_it_is(api: SiteApi) -> None:
    assert "strict-transport-security" not in _get(api, "/")[1]
    secure = _get(api, "/", headers={"X-Forwarded-Proto": "https"})[1]
    assert secure["strict-transport-security"] == "max-age=31536000"


def test_head_is_get(api: SiteApi) -> None:
    status, headers, _ = _get(api, "/", method="HEAD")

    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_where_nothing_was_built_the_page_says_so(tmp_path: Path) -> None:
    status, headers, body = _get(SiteApi(Site.read(tmp_path)), "/settings")

    assert status == 404
    assert json.loads(body)["messages"] == ["The console was not built. Run: make console"]
    assert "content-security-policy" in headers


def test_scripts_of_other_origins_may_call_the_apis() -> None:
    answer = proxy_response(PREFLIGHT, {})

    assert answer["statusCode"] == 200
    assert answer["headers"]["access-control-allow-origin"] == "*"
    assert answer["headers"]["access-control-allow-methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
    assert (
        answer["headers"]["access-control-allow-headers"]
        == "*,Authorization,Content-Type,If-Match,If-None-Match,Idempotency-Key,"
        "X-Icosa-Consistency,X-Icosa-Explain,X-Icosa-Import,X-Icosa-Strict"
    )
    assert answer["headers"]["access-control-max-age"] == "600"


def test_text_stays_text() -> None:
    assert proxy_response(HttpResponse(200, b"{}"), {})["isBase64Encoded"] is False
