"""Operation Objects: what they all have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .errors import refusals
from .schemas import Part

_WITH_BODY = ("413", "415")
# Short, and no components: a document has them thousands of times, and some readers take no references here.
_ETAG: Part = {"ETag": {"description": "Names what is shown", "schema": {"type": "string"}}}
_NOT_MODIFIED: Part = {"304": {"description": "The client has this answer"}}


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
    partial: Part | None = None,
    parameters: Sequence[Part] = (),
    body: Part | None = None,
    is_tagged: bool = False,
    is_cached: bool = False,
) -> dict[str, Any]:
    """``success`` says what the answer is, ``refused`` are the statuses of errors beside those of a body.
    ``partial`` is the answer where some of the records were written only. ``is_tagged``: the answer has an entity tag;
    ``is_cached``: clients that name it get nothing else.
    """
    members: dict[str, Any] = {"tags": [tag], "summary": summary, "description": description, "operationId": id}
    if parameters:
        members["parameters"] = list(parameters)
    errors = set(refused)
    if body is not None:
        members["requestBody"] = {"required": True, "content": json_content(body)}
        errors.update(_WITH_BODY)
    done = {"description": success, "content": json_content(answer)}
    if is_tagged:
        done["headers"] = _ETAG
    responses = {status: done}
    if partial is not None:
        responses["207"] = {
            "description": "What became of each record, with `partial=true`",
            "content": json_content(partial),
        }
    unchanged = _NOT_MODIFIED if is_cached else {}
    return {**members, "responses": {**responses, **unchanged, **refusals(*sorted(errors))}}
