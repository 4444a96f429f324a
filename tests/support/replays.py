"""Requests that clients make which no registry carries, sent as they send them: written by us, from what was seen."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

Request = Mapping[str, Any]


def replay(file: Path, client: httpx.Client) -> dict[str, dict[str, Any]]:
    """``{client: {operation: True, or what went wrong}}``; an operation of several requests works if all do.

    A request names its ``path``, and a ``query`` with ``variables`` or a ``body``. Its answer has the ``status``, 2xx
    unless it is given, no ``errors``, and a value at ``gives``, which later requests find under the name ``keep``.
    """
    clients: dict[str, list[Request]] = json.loads(file.read_text(encoding="utf-8"))
    seen: dict[str, dict[str, Any]] = {}
    for name, requests in clients.items():
        known = {"marker": f"r{uuid.uuid4().hex[:10]}"}
        operations = seen.setdefault(name, {})
        for request in requests:
            outcome = _send(client, request, known)
            if operations.get(request["operation"], True) is True:
                operations[request["operation"]] = outcome
    return seen


def _send(client: httpx.Client, request: Request, known: dict[str, str]) -> Any:
    body = {"query": request["query"], "variables": request.get("variables", {})} if "query" in request else None
    body = request.get("body", body)
    answer = client.request(
        request.get("method", "POST"),
        _filled(request["path"], known),
        json=_filled(body, known),
    )
    wanted = request.get("status")
    shown = f"{answer.status_code} {answer.text[:400]}"
    if not (answer.is_success if wanted is None else answer.status_code == wanted):
        return shown
    if wanted is not None:
        return "refused"
    value = answer.json()
    if isinstance(value, dict) and "errors" in value:
        return shown
    if "gives" in request:
        value = _at(value, request["gives"])
        if value is None:
            return f"nothing at {request['gives']}: {shown}"
        if "keep" in request:
            known[request["keep"]] = str(value)
    ignored = request.get("ignored")
    return True if ignored is None or answer.headers.get("x-icosa-ignored") == ignored else shown


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        try:
            value = value[int(step) if isinstance(value, list) else step]
        except (LookupError, TypeError, ValueError):
            return None
    return value


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    """With what is known in the place of ``{name}``."""
    if isinstance(value, str):
        for name, text in known.items():
            value = value.replace(f"{{{name}}}", text if not value.startswith("/") else quote(text))
        return value
    if isinstance(value, list):
        return [_filled(member, known) for member in value]
    if isinstance(value, dict):
        return {name: _filled(member, known) for name, member in value.items()}
    return value
