"""Secrets of webhooks on the local stack: the template's key, the function's variables and the data folder together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.stack import RunningStack, local_stack

pytestmark = pytest.mark.slow

SECRET = "a secret that no file of the data folder may have"


def _call(stack: RunningStack, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(method, f"{stack.url}{path}", json=body, headers={"Authorization": f"Bearer {stack.key}"})
    assert answer.status_code < 300, answer.text
    return answer.json()


def test_a_secret_is_shown_and_is_nowhere_in_clear(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with local_stack(data) as stack:
        given = {"targetUrl": "https://hooks.example.com", "operations": ["*.*"], "secret": SECRET}
        webhook = _call(stack, "POST", "/rest/metadata/webhooks", given)
        assert webhook["secret"] == SECRET
        assert stack.stop() == 0

    files = [path for path in data.rglob("*") if path.is_file()]
    assert data / "dynamodb.db" in files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]

    with local_stack(data) as stack:
        answer = _call(stack, "POST", "/metadata", {"query": "{ webhooks { id secret } }"})
        assert answer == {"data": {"webhooks": [{"id": webhook["id"], "secret": SECRET}]}}
