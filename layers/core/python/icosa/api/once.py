"""Requests that are made once: run, or answered as before (docs/wire/rest.md#idempotency, ``store.once``)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..access.context import RequestContext
from ..errors import Conflict, IcosaError, Unavailable
from ..runtime.http import JOB_HEADER, HttpResponse
from ..runtime.idempotency import (
    REPLAYED,
    AnswerNotKept,
    IdempotencyKeyReused,
    OutcomeUnknown,
    RequestInProgress,
    RightsChanged,
)
from ..store.once import CLAIM_MS, AlreadyDone, KeptAnswer, Once

logger = logging.getLogger(__name__)


class Ran(NamedTuple):
    """What came of a request. ``has_failed``: the answer is an error, and nothing was written."""

    response: HttpResponse
    has_failed: bool = False


#: Makes the answer again from the ids of the records that a request has written.
Again = Callable[[Sequence[str]], HttpResponse]


def with_its_write(context: RequestContext, run: Callable[[], Ran], again: Again) -> HttpResponse:
    """The answer of a request that ends in one commit, whose row goes with it. Requests that are refused, or fail
    before they have written, are not remembered.
    """
    once = context.once
    if once is None:
        return run().response
    if once.found is not None:
        return _replay(once, again)
    try:
        response, has_failed = run()
    except AlreadyDone:
        if once.look(context.table) is None:
            raise Conflict("The request was made by another one, whose answer has expired") from None
        return _replay(once, again)
    except IcosaError:
        # What another request with the same key has changed meanwhile may be the reason.
        if once.is_committed or once.look(context.table) is None:
            raise
        return _replay(once, again)
    if has_failed:
        return response if once.is_committed or once.look(context.table) is None else _replay(once, again)
    jobs = context.table.meter.jobs
    told = replace(response, headers={**response.headers, JOB_HEADER: ", ".join(jobs)}) if jobs else response
    try:
        is_first = once.keep(context.table, _kept(told), again=bool(jobs))
    except Unavailable:
        logger.warning("an answer was not kept", extra={"workspace_id": context.workspace.id})
        is_first = True
    if is_first or once.look(context.table) is None:
        return response
    return _replay(once, again)


def under_a_claim(context: RequestContext, run: Callable[[], Ran], *, is_secret: bool = False) -> HttpResponse:
    """The answer of a request that changes several things, or others than records. ``is_secret``: it is not kept."""
    if (known := begin(context)) is not None:
        return known
    try:
        response, has_failed = run()
    except IcosaError as error:
        give_up(context, error)
        raise
    end(context, response, has_failed=has_failed, is_secret=is_secret)
    return response


def begin(context: RequestContext) -> HttpResponse | None:
    """Claim the key of a request that is made once; the answer if it was made before. The request ends in ``give_up``
    or ``end``.
    """
    once, table = context.once, context.table
    if once is None:
        return None
    if once.found is None:
        if once.claim(table):
            return None
        if once.look(table) is None:
            raise RequestInProgress  # It was given back at this moment.
    return _replay(once, _no_records)


def give_up(context: RequestContext, error: IcosaError) -> None:
    """Give the key back, unless something may have been written."""
    if context.once is not None and error.status < 500:
        context.once.release(context.table)


def end(context: RequestContext, response: HttpResponse, *, has_failed: bool = False, is_secret: bool = False) -> None:
    """Keep the answer in place of the claim."""
    once, table = context.once, context.table
    if once is None:
        return
    kept = _kept(response)
    try:
        if has_failed:
            once.release(table)
        else:
            once.settle(table, replace(kept, body=None) if is_secret else kept)
    except Unavailable:
        logger.warning("an answer was not kept", extra={"workspace_id": context.workspace.id})


def _replay(once: Once, again: Again) -> HttpResponse:
    found = once.found
    assert found is not None
    if found.finger != once.finger:
        raise IdempotencyKeyReused
    if found.answer is None and not found.ids:
        is_running = time.time_ns() // 1_000_000 - found.at_ms < CLAIM_MS
        raise RequestInProgress if is_running else OutcomeUnknown
    if not once.has_same_rights:
        raise RightsChanged
    if found.is_withheld:
        raise AnswerNotKept
    if found.answer is not None and found.answer.body is not None:
        made = HttpResponse(found.answer.status, found.answer.body, found.answer.headers)
    else:
        made = again(found.ids)
    return replace(made, headers={**made.headers, REPLAYED: "true"})


def _kept(response: HttpResponse) -> KeptAnswer:
    return KeptAnswer(response.status, response.body, response.headers)


def _no_records(_: Sequence[str]) -> HttpResponse:
    raise AnswerNotKept
