"""The whole stack is killed, again and again, while records are created: each record's event arrives, under one id.

It takes minutes, so it is not part of the suite: ``make crashes EVENTS=2000`` runs it.
"""

from __future__ import annotations

import http.server
import json
import os
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.stack import RunningStack, local_stack

_EVENTS = int(os.environ.get("ICOSA_CRASHES", "0"))
_SEED = int(os.environ.get("ICOSA_CRASHES_SEED", "1"))
#: Records of one request.
_BATCH = 20
#: Seconds that nothing may arrive for before the test gives up: an attempt that failed waits 5.
_PATIENCE = 120


class Receiver:
    """Counts what arrives; ``ids`` are webhook ids by record."""

    def __init__(self) -> None:
        self.ids: dict[str, set[str]] = defaultdict(set)
        self.requests = 0
        self.changed = threading.Condition()

    def take(self, webhook_id: str, body: dict[str, Any]) -> None:
        with self.changed:
            self.requests += 1
            self.ids[body["record"]["id"]].add(webhook_id)
            self.changed.notify_all()

    def wait_for(self, met: Callable[[], bool]) -> bool:
        """Wait until a condition is met; False when nothing has arrived for too long."""
        with self.changed:
            while not met():
                if not self.changed.wait(_PATIENCE):
                    return False
        return True


@contextmanager
def _listening(receiver: Receiver) -> Iterator[str]:
    """A URL at which the receiver takes everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(self.headers["webhook-id"], json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def _create(stack: RunningStack, ids: list[str]) -> None:
    """Create companies with these ids. Raises httpx.HTTPError when the stack ends meanwhile."""
    with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60) as client:
        page = f"/rest/companies?limit={_BATCH}&filter=id[in]:[{','.join(ids)}]"
        there = {company["id"] for company in client.get(page).raise_for_status().json()["data"]["companies"]}
        left = [{"id": each, "name": each} for each in ids if each not in there]
        if left:
            client.post("/rest/batch/companies", json=left).raise_for_status()


@pytest.mark.skipif(not _EVENTS, reason="make crashes")
def test_each_event_arrives_though_the_stack_is_killed(tmp_path: Path) -> None:
    chance = random.Random(_SEED)
    receiver, data = Receiver(), tmp_path / "data"
    batches = [[str(uuid.uuid4()) for _ in range(_BATCH)] for _ in range(_EVENTS // _BATCH)]
    wanted = {each for batch in batches for each in batch}
    kills = 0
    with _listening(receiver) as url:
        while not wanted <= receiver.ids.keys():
            with local_stack(data) as stack:
                if not kills:
                    hook = {"targetUrl": url, "operations": ["company.created"]}
                    headers = {"Authorization": f"Bearer {stack.key}"}
                    httpx.post(f"{stack.url}/rest/metadata/webhooks", json=hook, headers=headers).raise_for_status()
                after = chance.randint(1, max(2, _EVENTS // 8))
                kills += _run_until_killed(stack, receiver, batches, wanted, after)
    assert kills
    assert {each: len(receiver.ids[each]) for each in wanted} == dict.fromkeys(wanted, 1)
    print(f"{len(wanted)} events, {receiver.requests} requests, killed {kills} times")


def _run_until_killed(
    stack: RunningStack, receiver: Receiver, batches: list[list[str]], wanted: set[str], after: int
) -> bool:
    """Create what is left, and kill the stack when so many more requests have arrived, with whatever is under way;
    whether it came to that.
    """
    moment = receiver.requests + after

    def is_done() -> bool:
        return wanted <= receiver.ids.keys()

    def kill() -> None:
        receiver.wait_for(lambda: is_done() or receiver.requests >= moment)
        if not is_done():
            stack.process.kill()
            stack.process.wait()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        while batches:
            _create(stack, batches[0])
            batches.pop(0)
    except httpx.HTTPError:
        killer.join()
        if stack.process.poll() is None:
            raise
    arrives = receiver.wait_for(lambda: is_done() or receiver.requests >= moment)
    killer.join()
    assert arrives, f"nothing arrives any more; {len(wanted - receiver.ids.keys())} events are missing"
    return stack.process.poll() is not None
