"""What a client sends never reaches an exception's text, and texts that are no Unicode are refused like any other."""

from __future__ import annotations

import traceback

import pytest

from icosa.access.workspace_settings import _host_name
from icosa.validation.errors import InvalidInput
from icosa.webhooks.bodies import read_new


def test_a_secret_is_in_no_traceback() -> None:
    secret = "".join(("s3", "cret", "\ud800"))  # in parts, because tracebacks show lines of code
    with pytest.raises(InvalidInput) as caught:
        read_new({"targetUrl": "https://x.example", "operations": [], "secret": secret})
    assert caught.value.messages == ("secret must not contain the character U+0000 or unpaired surrogates",)
    assert secret[:6] not in "".join(traceback.format_exception(caught.value))


def test_host_names_are_ascii() -> None:
    with pytest.raises(ValueError):
        _host_name("İcosa.example.com")
    assert _host_name("CRM.Example.com") == "crm.example.com"
