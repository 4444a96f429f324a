"""A receiver of webhooks on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Seconds to wait for what must come, on a machine that is busy with other tests.
_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Received:
    """A request. ``headers`` have their names in lower case."""

    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Keeps what it is sent, and answers with ``status``."""

    url: str = ""
    status: int = 200
    requests: list[Received] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, received: Received) -> int:
        with self._changed:
            self.requests.append(received)
            self._changed.notify_all()
            return self.status

    def wait(self, enough: Callable[[list[Received]], bool]) -> list[Received]:
        """What has come when ``enough`` says so of it."""
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self.requests), _PATIENCE), [r.body for r in self.requests]
            return list(self.requests)

    def named(self, name: str, path: str = "") -> list[Received]:
        """The requests for an event, to a path."""
        return [each for each in self.requests if each.body["eventName"] == name and each.path.endswith(path)]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port, for as long as the block."""
    taker = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = taker.take(Received(self.path, headers, raw))
            answer = json.dumps({"answered": status}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        taker.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield taker
        finally:
            server.shutdown()
            thread.join()
