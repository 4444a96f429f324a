"""Links that sign in to the console, made by the function of the template that makes workspaces."""

from __future__ import annotations

import base64
import binascii
import ipaddress

import orjson

from local.folder import DataFolder
from local.functions.invoker import Outcome


class NoLink(Exception):
    """No link can be made. The message says why."""


def link_event(folder: DataFolder, url: str) -> bytes:
    """The event that asks for a link to the console at ``url``, for the folder's own API key. Raises NoLink."""
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(folder.api_key.read_text().split(".")[1] + "=="))
        key = {"workspaceId": claims["workspaceId"], "apiKeyId": claims["jti"]}
    except (OSError, IndexError, KeyError, TypeError, ValueError, binascii.Error) as error:
        raise NoLink(f"{folder.api_key} holds no API key: {error}") from error
    return orjson.dumps({"action": "console_link", **key, "url": url})


def read_link(outcome: Outcome) -> str:
    """The link that the function made. Raises NoLink."""
    answer = orjson.loads(outcome.payload)
    if outcome.error:
        raise NoLink(f"no sign-in link could be made: {answer.get('errorMessage', outcome)}")
    url: str = answer["url"]
    return url


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach an address: only then is a link shown without being asked for."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
