"""The body of a request to a webhook: the event's body, with what differs from webhook to webhook.

All of them are sent the same text but for the target's URL and the webhook's id, which Twenty puts among the other
members (docs/wire/events.md#bodies). What a webhook is sent is made of texts, not of values: a body is signed as it
is, and every attempt and replay sends the same bytes.
"""

from __future__ import annotations

from typing import Final

import orjson

from ..store.event_row import EventRow

#: What follows the webhook's id. Names and ids stand before it, so its first occurrence is the member.
_NEXT: Final = ',"eventDate":'


def body_for(event: EventRow, *, webhook_id: str, target_url: str) -> bytes:
    """What is sent to one webhook."""
    head, _, tail = event.body.partition(_NEXT)
    target, webhook = orjson.dumps(target_url).decode(), orjson.dumps(webhook_id).decode()
    return f'{{"targetUrl":{target},{head[1:]},"webhookId":{webhook}{_NEXT}{tail}'.encode()
