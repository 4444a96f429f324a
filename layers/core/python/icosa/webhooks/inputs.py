"""What a request may say of a webhook. Pure; texts are those of Twenty and of the validation library that it uses.

Both functions return the members that were given and are known, and raise InvalidInput with everything that has the
wrong form, or the report on a target URL that cannot be called (MetadataValidationError). No message repeats a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..identifiers import is_uuid
from ..validation.errors import ChangeKind, InvalidInput, MetadataValidationError, Problem
from ..validation.refusal import refused

Input = dict[str, Any]

URL_LENGTH = 2048
DESCRIPTION_LENGTH = 2000
OPERATIONS = 100
OPERATION_LENGTH = 255
#: No more than KMS encrypts at once (4,096 bytes), in whatever script.
SECRET_LENGTH = 1024

_TEXTS = {"targetUrl": URL_LENGTH, "description": DESCRIPTION_LENGTH, "secret": SECRET_LENGTH}
_SCHEMES = frozenset(("http:", "https:"))
_GERUNDS: Mapping[ChangeKind, str] = {"create": "creating", "update": "updating"}


def read_new(raw: Mapping[str, Any]) -> Input:
    """The members of a new webhook, null ones left out."""
    given = {name: value for name, value in raw.items() if value is not None}
    messages = [*_id_messages(given), *_messages({"operations": None, **given})]
    if messages:
        raise InvalidInput(messages)
    found = _known(given)
    found["targetUrl"] = _target(given.get("targetUrl", ""), "create", {"id": given.get("id")})
    if "id" in given:
        found["id"] = given["id"].lower()
    return found


def read_changes(webhook_id: str, raw: Mapping[str, Any]) -> Input:
    """The members of a webhook that are to change. Null empties the description and leaves the other members as they
    are.
    """
    given = {name: value for name, value in raw.items() if value is not None}
    if messages := _messages(given):
        raise InvalidInput(messages)
    found = _known(given)
    if "targetUrl" in given:
        found["targetUrl"] = _target(given["targetUrl"], "update", {"id": webhook_id})
    if "description" in raw:
        found["description"] = raw["description"]
    return found


def _known(given: Mapping[str, Any]) -> Input:
    return {name: value for name, value in given.items() if name in _TEXTS or name == "operations"}


# ------------------------------------------------------------------ forms


def _messages(given: Mapping[str, Any]) -> list[str]:
    messages = [
        message
        for name, limit in _TEXTS.items()
        if name in given
        for message in _text_messages(name, given[name], limit)
    ]
    return messages + (_operations_messages(given["operations"]) if "operations" in given else [])


def _id_messages(given: Mapping[str, Any]) -> list[str]:
    return [] if "id" not in given or is_uuid(given["id"]) else ["id must be a UUID"]


def _text_messages(name: str, value: Any, limit: int) -> list[str]:
    if not isinstance(value, str):
        return [f"{name} must be a string"]
    return [f"{name} must be shorter than or equal to {limit} characters"] if len(value) > limit else []


def _operations_messages(value: Any) -> list[str]:
    if not isinstance(value, list):
        return ["operations must be an array"]
    messages = [f"operations must contain no more than {OPERATIONS} elements"] if len(value) > OPERATIONS else []
    wrong = [text for one in value for text in _text_messages("each value in operations", one, OPERATION_LENGTH)]
    return [*messages, *dict.fromkeys(wrong)]


# ------------------------------------------------------------------ target


def _target(text: str, kind: ChangeKind, about: Mapping[str, Any]) -> str:
    """The URL in its normal form."""
    if not text.strip():
        raise _report(kind, about, Problem(code="INVALID_WEBHOOK_INPUT", message="Target URL is required"))
    url = normal_url(text)
    if url is None:
        raise _report(
            kind, about, Problem(code="INVALID_TARGET_URL", message="Invalid target URL provided", value=text)
        )
    if len(url) > URL_LENGTH:
        raise InvalidInput([f"targetUrl must be shorter than or equal to {URL_LENGTH} characters"])
    return url


def normal_url(text: str) -> str | None:
    """The form that browsers give a URL; None for what is no URL of the web.

    >>> normal_url("https://HOOK.example.com"), normal_url("hook.example.com"), normal_url("ftp://hook.example.com")
    ('https://hook.example.com/', None, None)
    """
    from ada_url import URL  # Here, because most requests of the Metadata APIs need none.

    try:
        url = URL(text)
    except ValueError:
        return None
    return url.href if url.protocol in _SCHEMES else None


def _report(kind: ChangeKind, about: Mapping[str, Any], problem: Problem) -> MetadataValidationError:
    return refused(
        f"Multiple validation errors occurred while {_GERUNDS[kind]} webhook", "webhook", kind, problem, about
    )
