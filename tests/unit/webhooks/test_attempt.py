"""One attempt: where it goes, how long it takes at most, and what is made of the answer. Without a network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from icosa.webhooks.sending.attempt import Attempt, Request, Sender
from icosa.webhooks.sending.connection import tcp_connect
from icosa.webhooks.sending.target import LOOKUP_SECONDS, shown, system_lookup
from tests.unit.webhooks.test_addresses import PRIVATE

_NOW_MS = 1_700_000_000_000
_PUBLIC = "93.184.216.34"
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class World:
    """A network of one receiver, and a clock that goes when something is waited for."""

    answer: Iterator[bytes] = field(default_factory=lambda: iter([_OK]))
    addresses: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    seconds: float = 0.0
    per_read: float = 0.0
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    closed: int = 0

    def lookup(self, host: str, _port: int) -> Sequence[str]:
        self.looked_up.append(host)
        answers = self.addresses.get(host, [[_PUBLIC if not host[0].isdigit() and ":" not in host else host]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: str, port: int, seconds: float) -> Socket:
        assert 0 < seconds <= 10
        self.connected.append((address, port))
        if address in self.refusing:
            raise ConnectionRefusedError(111, "Connection refused")
        return Socket(self)

    def sender(self, *, allow_private: bool = False) -> Sender:
        return Sender(
            lookup=self.lookup,
            connect=self.connect,
            now_ms=lambda: _NOW_MS,
            monotonic=lambda: self.seconds,
            allow_private=lambda: allow_private,
        )

    def send(self, url: str = "http://hooks.example/a", **options: Any) -> Attempt:
        request = Request(target_url=url, event_id="evt_1", body=b'{"a":1}', **options)
        return self.sender().send_once(request)


class Socket:
    def __init__(self, world: World) -> None:
        self._world = world
        self._timeout = 0.0

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0
        self._timeout = seconds

    def sendall(self, data: bytes) -> None:
        self._world.received += data

    def recv_into(self, buffer: memoryview) -> int:
        assert not self._world.closed
        if self._world.per_read > self._timeout:
            self._world.seconds += self._timeout
            raise TimeoutError
        self._world.seconds += self._world.per_read
        piece = next(self._world.answer, b"")[: len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._world.closed += 1


@pytest.fixture
def world() -> World:
    return World()


# ------------------------------------------------------------------ where it goes


@pytest.mark.parametrize("host", PRIVATE)
def test_no_private_address_is_called_whatever_its_spelling(world: World, host: str) -> None:
    for name in ("localhost", "LOCALHOST.", "a.localhost"):
        world.addresses[name.lower()] = [["127.0.0.1"]]
    attempt = world.send(f"http://{host}/")
    assert attempt.status is None
    assert "not a public address" in (attempt.error or "")
    assert world.connected == []


@pytest.mark.parametrize("answers", [["10.0.0.1"], [_PUBLIC, "10.0.0.1"], ["2606:4700::1111", "::1"], ["fe80::1%eth0"]])
def test_all_addresses_of_a_name_must_be_public(world: World, answers: list[str]) -> None:
    world.addresses["hooks.example"] = [answers]
    assert "not a public address" in (world.send().error or "")
    assert world.connected == []


def test_a_name_that_is_answered_differently_the_next_time_changes_nothing(world: World) -> None:
    world.addresses["hooks.example"] = [[_PUBLIC], ["169.254.169.254"]]
    assert world.send().success
    assert world.looked_up == ["hooks.example"]
    assert world.connected == [(_PUBLIC, 80)]
    # The next attempt looks again, and goes nowhere.
    assert "169.254.169.254" in (world.send().error or "")
    assert world.connected == [(_PUBLIC, 80)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(world: World, status: int) -> None:
    world.answer = iter([f"HTTP/1.1 {status} -\r\nLocation: http://169.254.169.254/\r\n\r\n".encode()])
    attempt = world.send()
    assert (attempt.status, attempt.success, len(world.connected)) == (status, False, 1)
    assert "not followed" in (attempt.error or "")


def test_proxies_of_the_environment_are_passed_by(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    assert world.send().success
    assert world.connected == [(_PUBLIC, 80)]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://me:secret@hooks.example/", "user name or password"),
        ("http://me@hooks.example/", "user name or password"),
        ("http://hooks.example:22/", "Port 22"),
        ("http://hooks.example:1023/", "Port 1023"),
        ("ftp://hooks.example/", "http or https"),
        ("file:///etc/passwd", "http or https"),
        ("nonsense", "not valid"),
        ("", "not valid"),
    ],
)
def test_urls_that_are_not_called(world: World, url: str, reason: str) -> None:
    attempt = world.send(url)
    assert reason in (attempt.error or "")
    assert "secret" not in (attempt.error or "")
    assert (world.looked_up, world.connected) == ([], [])


@pytest.mark.parametrize(
    ("url", "connected", "host"),
    [
        ("http://hooks.example:8080/", (_PUBLIC, 8080), "hooks.example:8080"),
        ("http://HOOKS.example:80/", (_PUBLIC, 80), "hooks.example"),
        ("http://hooks.example:443/", (_PUBLIC, 443), "hooks.example:443"),
        ("http://0x5DB8D822/", (_PUBLIC, 80), _PUBLIC),
        ("http://1572395042/", (_PUBLIC, 80), _PUBLIC),
        ("http://[2606:4700:0:0::1111]/", ("2606:4700::1111", 80), "[2606:4700::1111]"),
        ("http://[2606:4700::1111]:1024/", ("2606:4700::1111", 1024), "[2606:4700::1111]:1024"),
        ("http://bücher.example/", (_PUBLIC, 80), "xn--bcher-kva.example"),
    ],
)
def test_host_and_port(world: World, url: str, connected: tuple[str, int], host: str) -> None:
    assert world.send(url).success
    assert world.connected == [connected]
    assert f"\r\nHost: {host}\r\n".encode() in world.received


def test_the_next_address_is_tried_when_one_refuses(world: World) -> None:
    world.addresses["hooks.example"] = [["2606:4700::1111", _PUBLIC]]
    world.refusing = {"2606:4700::1111"}
    assert world.send().success
    assert [address for address, _ in world.connected] == ["2606:4700::1111", _PUBLIC]
    world.refusing.add(_PUBLIC)
    assert world.send().error == "The connection was refused"


def _unknown(_host: str, _port: int) -> Sequence[str]:
    raise socket.gaierror(-2, "Name or service not known")


def _silent(_host: str, _port: int) -> Sequence[str]:
    raise TimeoutError


@pytest.mark.parametrize("lookup", [_unknown, _silent, lambda _host, _port: []])
def test_a_name_that_cannot_be_resolved(world: World, lookup: Callable[[str, int], Sequence[str]]) -> None:
    sender = Sender(lookup=lookup, connect=world.connect, allow_private=lambda: False)
    attempt = sender.send_once(Request(target_url="http://hooks.example/", event_id="evt_1", body=b"{}"))
    assert "hooks.example could not be resolved" in (attempt.error or "")
    assert world.connected == []


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool:
        def submit(self, *_: Any, **__: Any) -> Pool:
            return self

        def result(self, timeout: float) -> Any:
            assert timeout == LOOKUP_SECONDS
            raise TimeoutError

    monkeypatch.setattr("icosa.webhooks.sending.target._pool", Pool())
    with pytest.raises(TimeoutError):
        system_lookup("hooks.example", 80)


def test_the_local_stack_calls_its_own_machine(world: World) -> None:
    request = Request(target_url="http://127.0.0.1:8080/", event_id="evt_1", body=b"{}")
    assert world.sender(allow_private=True).send_once(request).success


def test_private_targets_are_allowed_by_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    for word, allowed in (("true", True), ("True", False), ("1", False), ("false", False), ("", False)):
        monkeypatch.setenv("ALLOW_PRIVATE_TARGETS", word)
        assert Sender().allow_private() is allowed
    monkeypatch.delenv("ALLOW_PRIVATE_TARGETS")
    assert Sender().allow_private() is False


# ------------------------------------------------------------------ how long it takes


def _drops(data: bytes) -> Iterator[bytes]:
    return (data[number : number + 1] for number in range(len(data)))


def test_headers_that_come_in_drops_end_after_ten_seconds(world: World) -> None:
    world.per_read = 1.0
    world.answer = _drops(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1000)
    attempt = world.send()
    assert attempt.error == "No answer within 10 seconds"
    assert (attempt.duration_ms, world.seconds, world.closed) == (10_000, 10.0, 1)


def test_an_answer_that_never_comes(world: World) -> None:
    world.per_read = 3600.0
    attempt = world.send()
    assert (attempt.error, attempt.duration_ms) == ("No answer within 10 seconds", 10_000)


def test_a_text_that_comes_in_drops_is_kept_as_far_as_it_came(world: World) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    world.answer = iter([head, *_drops(b"slowly" * 100)])
    world.per_read = 2.0
    attempt = world.send()
    assert attempt.success
    assert attempt.answer == "slow [No answer within 10 seconds]"
    assert world.seconds == 10.0


def test_of_a_long_answer_four_kilobytes_are_read(world: World) -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 1024

    world.answer = endless()
    attempt = world.send()
    assert attempt.success
    assert attempt.answer == "x" * 4096


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 90 + b"Y: " + b"b" * 16_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000,
        b"HTTP/1.1 200 " + b"O" * 30_000,
    ],
    ids=["one", "many", "continue", "reason"],
)
def test_headers_have_a_limit(world: World, head: bytes) -> None:
    world.answer = (head[number : number + 512] for number in range(0, len(head), 512))
    attempt = world.send()
    assert attempt.status is None
    assert attempt.error == "The headers of the answer are larger than 16 KB"


# ------------------------------------------------------------------ what is made of the answer


@pytest.mark.parametrize(("status", "success"), [(200, True), (204, True), (299, True), (300, False), (400, False)])
def test_what_counts_as_success(world: World, status: int, success: bool) -> None:
    world.answer = iter([f"HTTP/1.1 {status} -\r\n\r\n".encode()])
    attempt = world.send()
    assert (attempt.status, attempt.success, attempt.error is None) == (status, success, success)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "The receiver closed the connection without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "The answer is not HTTP"),
        (b"HTTP/1.1 banana OK\r\n\r\n", "The answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 101 + b"\r\n", "The answer is not HTTP"),
    ],
)
def test_what_is_no_answer(world: World, answer: bytes, error: str) -> None:
    world.answer = iter([answer[number : number + 512] for number in range(0, len(answer), 512)])
    assert world.send().error == error


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [(429, "30", 30_000), (503, "Tue, 14 Nov 2023 22:14:20 GMT", 60_000), (500, "30", None), (200, "30", None)],
)
def test_when_to_come_again(world: World, status: int, header: str, wait: int | None) -> None:
    world.answer = iter([f"HTTP/1.1 {status} -\r\nretry-after: {header}\r\n\r\n".encode()])
    assert world.send().retry_after_ms == wait


@pytest.mark.parametrize(("value", "aborted"), [("abort-message", True), (" Abort-Message", True), ("other", False)])
def test_a_receiver_ends_a_delivery(world: World, value: str, aborted: bool) -> None:
    world.answer = iter([f"HTTP/1.1 400 -\r\nwebhook-delivery: {value}\r\n\r\n".encode()])
    assert world.send().is_aborted is aborted


def test_gone(world: World) -> None:
    world.answer = iter([b"HTTP/1.1 410 Gone\r\n\r\n"])
    assert world.send().is_gone


def test_an_answer_that_is_no_text(world: World) -> None:
    world.answer = iter([b"HTTP/1.1 200 OK\r\n\r\n\xff\x00ok"])
    assert world.send().answer == "\ufffd\x00ok"


# ------------------------------------------------------------------ what is sent


def test_the_request(world: World) -> None:
    attempt = world.send(
        "http://hooks.example/a/b?c=d#e",
        secrets=["secret"],
        attempt=3,
        sequence=17,
        headers={"Authorization": "Bearer token", "webhook-id": "other", "User-Agent": "other"},
    )
    head, _, body = bytes(world.received).partition(b"\r\n\r\n")
    line, *rest = head.decode().split("\r\n")
    headers = dict(header.split(": ", 1) for header in rest)
    assert line == "POST /a/b?c=d HTTP/1.1"
    assert body == b'{"a":1}'
    assert headers["Content-Length"] == "7"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("Icosa-Webhooks/")
    assert headers["webhook-id"] == "evt_1"
    assert (headers["X-Icosa-Attempt"], headers["X-Icosa-Sequence"]) == ("3", "17")
    assert headers["Authorization"] == "Bearer token"
    # The log has no signatures, and no values of the webhook's own headers.
    kept = dict(attempt.request_headers)
    assert kept.pop("Authorization") == "***"
    assert {"webhook-signature", "X-Twenty-Webhook-Signature", "X-Twenty-Webhook-Nonce"} <= set(headers) - set(kept)
    assert kept.items() <= headers.items()
    assert "Bearer" not in str(attempt)


def test_a_test_says_so(world: World) -> None:
    world.send(is_test=True)
    assert b"\r\nX-Icosa-Test: true\r\n" in world.received


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
def test_a_header_cannot_become_two(world: World, value: str) -> None:
    attempt = world.send(headers={"X-Own": value})
    assert attempt.status is None or b"X-Evil" not in world.received
    assert b"\nX-Evil" not in world.received


def test_log_lines_have_no_queries() -> None:
    assert shown("https://me:pw@hooks.example:8443/a?token=b#c") == "https://hooks.example:8443/a"


def test_connections_are_made_within_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda *place, timeout: seen.append((place, timeout)))
    tcp_connect("192.0.2.1", 80, 2.5)
    assert seen == [((("192.0.2.1", 80),), 2.5)]
