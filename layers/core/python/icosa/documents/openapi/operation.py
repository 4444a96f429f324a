"""Operation Objects: what they all have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .errors import refusals
from .schemas import Part

_WITH_BODY = ("413", "415")


def json_content(schema: Part) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def operation(
    *,
    tag: str,
    id: str,
    summary: str,
    description: str,
    answer: Part,
    success: str,
    refused: Iterable[str],
    status: str = "200",
    parameters: Sequence[Part] = (),
    body: Part | None = None,
) -> dict[str, Any]:
    """``success`` says what the answer is, ``refused`` are the statuses of errors beside those of a body."""
    members: dict[str, Any] = {"tags": [tag], "summary": summary, "description": description, "operationId": id}
    if parameters:
        members["parameters"] = list(parameters)
    errors = set(refused)
    if body is not None:
        members["requestBody"] = {"required": True, "content": json_content(body)}
        errors.update(_WITH_BODY)
    done = {"description": success, "content": json_content(answer)}
    return {**members, "responses": {status: done, **refusals(*sorted(errors))}}
