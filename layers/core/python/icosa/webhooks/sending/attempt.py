"""One attempt to deliver: one POST, and what it came to (docs/wire/deliveries.md#request).

An attempt takes at most ten seconds and follows no redirect. Of the answer the status counts; its text is kept for the
log, as far as it comes in time.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ...version import VERSION
from ..addresses import private_targets_allowed
from .connection import Clock, Connect, Deadline, HeadTooLarge, Stream, TimeIsUp, open_stream, tcp_connect, tls_context
from .schedule import retry_after
from .signatures import SIGNATURES, signed
from .target import Lookup, Target, TargetRefused, read_target, resolve, system_lookup

SECONDS: Final = 10.0
HEAD_BYTES: Final = 16 * 1024
ANSWER_BYTES: Final = 4 * 1024

ATTEMPT_HEADER: Final = "X-Icosa-Attempt"
SEQUENCE_HEADER: Final = "X-Icosa-Sequence"
TEST_HEADER: Final = "X-Icosa-Test"
#: With this header a receiver that refuses a delivery says that it will not take it later either.
CONTROL_HEADER: Final = "webhook-delivery"
_ABORT: Final = "abort-message"
_GONE: Final = 410
#: Statuses whose ``Retry-After`` is obeyed.
_SAY_WHEN: Final = frozenset((429, 503))
#: Stands in the log for the value of a header that users have set: such values are secrets.
HIDDEN: Final = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. ``secrets`` sign, the newest first; ``headers`` are the webhook's own."""

    target_url: str
    event_id: str
    body: bytes
    attempt: int = 1
    sequence: int | None = None
    secrets: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of it: a status, or the error for which there is none.

    ``retry_after_ms`` is the time that the receiver asks for, ``request_headers`` what was sent, without signatures and
    without the values of the webhook's own headers.
    """

    status: int | None = None
    error: str | None = None
    duration_ms: int = 0
    answer: str = ""
    retry_after_ms: int | None = None
    is_aborted: bool = False
    request_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == _GONE


def _system_ms() -> int:
    return int(time.time() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends requests. What it has of the world outside can be replaced."""

    lookup: Lookup = system_lookup
    connect: Connect = tcp_connect
    now_ms: Callable[[], int] = _system_ms
    monotonic: Clock = time.monotonic
    context: Callable[[], ssl.SSLContext] = tls_context
    allow_private: Callable[[], bool] = private_targets_allowed

    def send_once(self, request: Request) -> Attempt:
        """Make an attempt. What fails at the other side, or on the way, is the attempt's error."""
        began = self.monotonic()
        deadline = Deadline(SECONDS, self.monotonic)
        now_ms = self.now_ms()
        headers = _headers(request, now_ms)
        try:
            target = read_target(request.target_url)
            addresses = resolve(target, self.lookup, allow_private=self.allow_private())
            stream = open_stream(target, addresses, self.connect, deadline, self.context())
            try:
                attempt = _exchange(stream, target, headers, request.body, now_ms)
            finally:
                stream.end()
        except (TargetRefused, HeadTooLarge, TimeIsUp, OSError, http.client.HTTPException, ValueError) as error:
            attempt = Attempt(error=_description(error))
        return replace(
            attempt,
            duration_ms=round((self.monotonic() - began) * 1000),
            request_headers=_shown(headers, request.headers),
        )


def send_once(request: Request) -> Attempt:
    """Make an attempt, with the system's clock, resolver and network."""
    return Sender().send_once(request)


def _headers(request: Request, now_ms: int) -> dict[str, str]:
    """The headers of the request, apart from those of HTTP itself. The webhook's own never replace ours."""
    ours = {
        "Accept": "application/json, text/plain, */*",
        "Content-Type": "application/json",
        "User-Agent": f"Icosa-Webhooks/{VERSION}",
        **signed(request.event_id, request.body, request.secrets, now_ms=now_ms),
        ATTEMPT_HEADER: str(request.attempt),
    }
    if request.sequence is not None:
        ours[SEQUENCE_HEADER] = str(request.sequence)
    if request.is_test:
        ours[TEST_HEADER] = "true"
    taken = {name.lower() for name in ours} | {"host", "content-length", "transfer-encoding", "connection"}
    return {**ours, **{name: value for name, value in request.headers.items() if name.lower() not in taken}}


def _shown(headers: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    return {
        name: HIDDEN if own.get(name) == value else value for name, value in headers.items() if name not in SIGNATURES
    }


def _exchange(stream: Stream, target: Target, headers: Mapping[str, str], body: bytes, now_ms: int) -> Attempt:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0
    connection.sock = stream
    connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    # As bytes: http.client takes text for Latin-1, and refuses line ends in both.
    for name, value in {"Host": target.host_header, "Connection": "close", **headers}.items():
        connection.putheader(name, value.encode())
    connection.putheader("Content-Length", str(len(body)))
    stream.limit(HEAD_BYTES)
    connection.endheaders(body)
    response = connection.getresponse()
    stream.limit(None)
    status = response.status
    return Attempt(
        status=status,
        answer=_text(response),
        retry_after_ms=retry_after(response.headers.get("Retry-After"), now_ms=now_ms) if status in _SAY_WHEN else None,
        is_aborted=response.headers.get(CONTROL_HEADER, "").strip().lower() == _ABORT,
        error=None if 200 <= status < 300 else _refusal(status),
    )


def _text(response: http.client.HTTPResponse) -> str:
    """The beginning of the answer. One that breaks off, or takes too long, is shown as far as it came."""
    answer = bytearray()
    try:
        while len(answer) < ANSWER_BYTES:
            piece = response.read1(ANSWER_BYTES - len(answer))
            if not piece:
                break
            answer += piece
    except (OSError, TimeIsUp, http.client.HTTPException, ValueError) as error:
        return f"{_decoded(answer)} [{_description(error)}]".lstrip()
    return _decoded(answer)


def _decoded(data: bytes | bytearray) -> str:
    return data.decode(errors="replace")


def _refusal(status: int) -> str:
    return f"The receiver redirects ({status}), which is not followed" if 300 <= status < 400 else f"HTTP {status}"


def _description(error: Exception) -> str:
    """What users read of an error. None of the texts repeats what was sent."""
    match error:
        case TargetRefused():
            return str(error)
        case TimeIsUp() | TimeoutError():
            return f"No answer within {SECONDS:g} seconds"
        case HeadTooLarge():
            return f"The headers of the answer are larger than {HEAD_BYTES // 1024} KB"
        case ssl.SSLCertVerificationError():
            return f"The certificate is not valid: {error.verify_message}"
        case ssl.SSLError():
            return f"No TLS connection: {error.reason or 'the handshake failed'}"
        case http.client.RemoteDisconnected() | ConnectionResetError() | BrokenPipeError():
            return "The receiver closed the connection without an answer"
        case ConnectionRefusedError():
            return "The connection was refused"
        case http.client.HTTPException():
            return "The answer is not HTTP"
        case OSError():
            return f"No connection: {error.strerror or 'the network failed'}"
    return "The request cannot be sent: a header or the URL holds a character that HTTP does not allow"
