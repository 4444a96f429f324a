"""Conditional requests: entity tags, and what ``If-Match`` and ``If-None-Match`` ask (RFC 9110 §8.8.3, RFC 9110 §13;
docs/wire/rest.md#conditional-requests).

The tag of one record is strong, ``"revision.digest"``: the revision says in which write the record got its values, the
digest what is shown of it, to whom, with which related records. ``If-None-Match`` compares the whole, ``If-Match`` the
revision: a change of a related record, or another selection of fields, is no reason to refuse a write. Tags of lists
are digests of their bodies, and weak: nothing compares them strongly.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..errors import BadRequest
from .http import HttpRequest, HttpResponse

#: Answers are for the caller alone, and are asked for again each time.
CACHING: Final[Mapping[str, str]] = {
    "cache-control": "private, no-cache",
    "vary": "accept-encoding, authorization",
}
ETAG: Final = "etag"
IF_MATCH: Final = "if-match"
_IF_NONE_MATCH: Final = "if-none-match"
_IF_UNMODIFIED_SINCE: Final = "if-unmodified-since"
#: Tags may hold commas.
_TAG = re.compile(r'(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"')
_REVISION = re.compile(r"(\d{1,18})\.[\w-]+", re.ASCII)
_DIGEST_BYTES: Final = 12


class MalformedCondition(BadRequest):
    """``If-Match`` that is no list of entity tags."""

    def __init__(self) -> None:
        super().__init__(
            'If-Match must be * or entity tags as the header ETag has them, for example "1764000000000.k3J9xQ"',
            sub_code="INVALID_CONDITION",
        )


class ConditionNotSupported(BadRequest):
    """A condition that this request cannot be made subject to: ignored, it would be a promise that nobody keeps."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message}. Nothing was changed", sub_code="CONDITION_NOT_SUPPORTED")


_REFUSALS: Final[Mapping[str, str]] = {
    IF_MATCH: "If-Match is obeyed by GET, PATCH, PUT, DELETE and restore of one record only",
    _IF_NONE_MATCH: "If-None-Match is obeyed by GET and HEAD only",
    _IF_UNMODIFIED_SINCE: (
        "If-Unmodified-Since is not obeyed, since its times are of whole seconds. Send If-Match with the record's ETag"
    ),
}


@dataclass(frozen=True, slots=True)
class EntityTag:
    opaque: str
    is_weak: bool = False

    def __str__(self) -> str:
        return f'{"W/" if self.is_weak else ""}"{self.opaque}"'


def parse_tags(text: str) -> list[EntityTag] | None:
    """The tags of a list, None when it is none.

    >>> [str(tag) for tag in parse_tags('W/"a,b", "c"')]
    ['W/"a,b"', '"c"']
    """
    tags, position = [], 0
    while position < len(text):
        if text[position] in " \t,":
            position += 1
            continue
        found = _TAG.match(text, position)
        if found is None or text[found.end() :].lstrip(" \t")[:1] not in ("", ","):
            return None
        tags.append(EntityTag(found["opaque"], found["weak"] is not None))
        position = found.end()
    return tags


def digest_tag(body: bytes) -> EntityTag:
    """The tag of a list: weak, as the gateway compresses the body for some clients."""
    return EntityTag(_digest(body), is_weak=True)


def revision_tag(revision: int, shown: bytes, request: HttpRequest) -> EntityTag:
    """The tag of a record of which an answer shows ``shown``. It is strong, so the same body in another coding, in
    which the gateway sends it to clients that take it, has another one.
    """
    codings = request.headers.get("accept-encoding", "")
    return EntityTag(f"{revision}.{_digest(codings.lower().encode() + b' ' + shown)}")


def expected_revisions(request: HttpRequest) -> frozenset[int] | None:
    """What ``If-Match`` demands: one of these revisions, or none that anything has. None where it demands nothing
    beyond that there is a record. Raises MalformedCondition.
    """
    text = request.headers.get(IF_MATCH)
    if text is None or text.strip() == "*":
        return None
    tags = parse_tags(text)
    if not tags:
        raise MalformedCondition
    # Weak tags never match here (RFC 9110 §13.1.1), nor do those of lists.
    opaque = (_REVISION.fullmatch(tag.opaque) for tag in tags if not tag.is_weak)
    return frozenset(int(match[1]) for match in opaque if match is not None)


def refuse_conditions(request: HttpRequest, *, takes_if_match: bool = False) -> None:
    """Refuse conditions that the request would not obey. Raises ConditionNotSupported."""
    refused = [
        *(() if takes_if_match else (IF_MATCH,)),
        *(() if request.method == "GET" else (_IF_NONE_MATCH,)),
        _IF_UNMODIFIED_SINCE,
    ]
    for name in refused:
        if name in request.headers:
            raise ConditionNotSupported(_REFUSALS[name])


def tagged(response: HttpResponse, tag: EntityTag) -> HttpResponse:
    """An answer to a read, with its tag."""
    return HttpResponse(response.status, response.body, {**response.headers, **CACHING, ETAG: str(tag)})


def is_not_modified(request: HttpRequest, tag: EntityTag) -> bool:
    """Whether the client has the answer already: ``If-None-Match`` compares weakly. What is no list of tags matches
    nothing.
    """
    text = request.headers.get(_IF_NONE_MATCH)
    if text is None:
        return False
    return text.strip() == "*" or any(known.opaque == tag.opaque for known in parse_tags(text) or ())


def not_modified(response: HttpResponse) -> HttpResponse:
    """The answer in place of one that the client has."""
    return HttpResponse(304, b"", response.headers)


def _digest(data: bytes) -> str:
    digest = hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()
